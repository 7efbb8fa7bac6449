"""
Finds the texts that YAML cannot read, and what was typed in each.

A record is split into its entries by its lines alone. An entry that YAML reads alone has that value. Of an entry that it does not
read, the nested entries are read alone, down to the text that is broken. So one wrong character hides no other entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pfocr_lint.dataclass import dataclass, replace
from pfocr_lint.diagnostic import Span, TextEdit
from pfocr_lint.lazy_import import LazyModule, expression
from pfocr_lint.pointer import join, split
from pfocr_lint.record.comments import MARKER
from pfocr_lint.record.outline import KEY, MARK, MOST_LINES, NOTHING, PROSE, key_columns, like_a_key, takes
from pfocr_lint.schema import schemas

if TYPE_CHECKING:
    from pfocr_lint.record import emitter
    from pfocr_lint.record.document import Record
else:
    emitter = LazyModule("pfocr_lint.record.emitter")

MOST_READ = 1_000  # entries that are read alone: no record has as many
LONGEST = 1 << 16  # code points of all broken texts: ruamel.yaml, which reads them again, reads 200 kB a second
_KEY = expression(r"(['\"]?)(@?[A-Za-z_-]{1,40})\1 ?:")
_DASH = expression(r"-(?:[ \t]+|\Z)")
_HEADER = expression(r"[|>][-+1-9]{0,2}(?:[ \t]+#.*)?")
_LOOSE = expression(r"[^\W_]|[(\"'“‘]")  # what a line may begin with that goes on with a text without indentation
_WORD = expression(r"\w:(?:\s|\Z)")
_COMMENT = expression(r"(?:^|[ \t])#")
_MEANT = expression(r"['\"“”„‘‚«»#]|!!|!<")  # a text that begins so may be meant in another way than as typed
_REFUSED = expression(r"(?m)^(?:<{7} |>{7} |\|{7} |={7}\r?$|---|\.\.\.|%)")  # versions of a merge, several documents


@dataclass(frozen=True)
class BrokenText:
    """
    A text that YAML does not read: its JSON Pointer, what was typed, its place, and the edit that writes it.

    ``sure`` is true if only one reading is possible.
    """

    pointer: str
    text: str
    span: Span
    edit: TextEdit
    sure: bool


@dataclass(frozen=True)
class Reading:
    """
    The values of a record of which each entry was read alone, and its broken texts.

    ``data`` holds what was typed in the broken texts.
    """

    data: dict[str, Any]
    broken: tuple[BrokenText, ...]


class _Line(NamedTuple):
    """A line: its start, the column and the offsets of its text without white space at its ends, and the start of the next."""

    start: int
    column: int
    at: int
    end: int
    next: int


class _Entry(NamedTuple):
    """A key or a list item: its JSON Pointer ('' for an unknown key), its lines, its column, the offset behind colon or dash."""

    name: str
    pointer: str
    lines: Sequence[_Line]
    column: int
    behind: int
    is_item: bool
    is_known: bool


class _NoReading(Exception):  # noqa: N818 - the record may have been meant in several ways
    pass


def reading(record: Record) -> Reading | None:
    """Return the values of a record that YAML cannot read, entry by entry; None where it is not clear what an entry is."""
    try:
        reader = _Reader(record)
        data = reader.mapping(_lines(record), "")
    except _NoReading:
        return None
    if sum(len(each.text) for each in reader.broken) > LONGEST:
        return None
    return Reading(data, tuple(reader.broken))


def top_level(record: Record) -> list[tuple[str, Span]]:
    """Return the top-level keys of a record by its lines alone, each with the span of its lines; empty if one line is in none."""
    try:
        entries = list(_Reader(record).entries(_lines(record), "", is_list=False))
    except _NoReading:
        return []
    return [(each.name, Span(each.lines[0].start, each.lines[-1].next)) for each in entries]


def _lines(record: Record) -> list[_Line]:
    text, at = record.text, record.body.start
    found: list[_Line] = []
    if _REFUSED.search(text, at, record.body.end):
        raise _NoReading
    while at < record.body.end:
        if len(found) == MOST_LINES:
            raise _NoReading
        stop = text.find("\n", at, record.body.end)
        line = text[at : stop if stop >= 0 else record.body.end]
        column = len(line) - len(line.lstrip(" \t"))
        found.append(_Line(at, column, at + column, at + max(column, len(line.rstrip(" \t\r"))), at + len(line) + (stop >= 0)))
        at = found[-1].next
    return found


class _Reader:
    """Reads the entries of a record; ``broken`` are the broken texts so far."""

    def __init__(self, record: Record) -> None:
        self.record, self.text, self.kind = record, record.text, record.kind
        self.broken: list[BrokenText] = []
        self.count = 0

    def mapping(self, lines: Sequence[_Line], pointer: str) -> dict[str, Any]:
        """Return the values of a mapping's keys."""
        found: dict[str, Any] = {}
        entries = list(self.entries(lines, pointer, is_list=False))
        before = 0
        for entry in entries:
            if entry.name in found or (not entry.is_known and len(self.broken) > before):
                raise _NoReading  # behind a broken text an unknown key may be a part of it
            before = len(self.broken)
            found[entry.name] = self.value(entry)
        self._check_swallowed(pointer, found)
        return found

    def entries(self, lines: Sequence[_Line], pointer: str, *, is_list: bool) -> Iterator[_Entry]:
        """Yield the entries of a mapping or a list, by the column of the first."""
        first = next((line for line in lines if self._has_text(line)), None)
        if first is None:
            raise _NoReading
        begins = [
            (place, begun)
            for place, line in enumerate(lines)
            if line.column == first.column and line.at < line.end and (begun := self._begun(line, pointer, is_list=is_list))
        ]
        proper = {name for _, (name, _, glued) in begins if not glued}
        begins = [(place, begun) for place, begun in begins if not (begun[2] and begun[0] in proper)]
        if not begins or lines[begins[0][0]] is not first:
            raise _NoReading
        ends = [place for place, _ in begins[1:]] + [len(lines)]
        for index, ((place, (name, behind, _)), end) in enumerate(zip(begins, ends, strict=True)):
            below = join(pointer, index if is_list else name)
            known = schemas.at(self.kind, below) is not None
            yield _Entry(name, below, lines[place:end], first.column, behind, is_list, known)

    def _has_text(self, line: _Line) -> bool:
        return line.at < line.end and self.text[line.at] != "#"

    def _begun(self, line: _Line, pointer: str, *, is_list: bool) -> tuple[str, int, bool] | None:
        """Return the name of the key that begins a line, the offset behind its colon, and whether no space is there."""
        if is_list:
            dash = _DASH.match(self.text, line.at, line.end)
            return ("", dash.end(), False) if dash is not None else None
        key = _KEY.match(self.text, line.at, line.end)
        if key is not None and schemas.at(self.kind, join(pointer, key[2])) is not None:
            return key[2], key.end(), key.end() < line.end and self.text[key.end()] not in " \t"
        if MARK.match(self.text, line.at, line.end) or (key is not None and key[2] in key_columns(self.kind)):
            return None  # an item without its dash, or a key that belongs elsewhere
        other = KEY.match(self.text, line.at, line.end)
        return None if other is None else (other[1].strip("'\"").rstrip(), other.end(1) + 1, False)

    def value(self, entry: _Entry) -> Any:
        """Return the value of an entry: read alone, else from its entries, else as typed."""
        found = self._alone(entry)
        if found is not None:
            return found[0]
        sort = takes(self.kind, entry.pointer)
        if sort == "string":
            return self._typed(entry)
        first, *rest = entry.lines
        if entry.is_item and sort == "object":
            column = entry.behind - first.start
            return self.mapping([first._replace(column=column, at=entry.behind), *rest], entry.pointer)
        if self.text[entry.behind : first.end].strip() or sort not in ("object", "array"):
            raise _NoReading
        if sort == "object":
            return self.mapping(rest, entry.pointer)
        return [self.value(item) for item in self.entries(rest, entry.pointer, is_list=True)]

    def _alone(self, entry: _Entry) -> tuple[Any] | None:
        """Return the value that an entry has when it is read alone; None if it cannot be read."""
        self.count += 1
        if self.count > MOST_READ:
            raise _NoReading
        first = entry.lines[0]
        held = entry.is_item or entry.column > 0
        body = " " * entry.column + self.text[first.at : entry.lines[-1].next]
        alone = self.record.with_text(f"---\n{'in:' if held else ''}\n{body}\n---\n")
        if alone.data is None:
            return None
        if alone.faults:
            raise _NoReading
        holder: Any = alone.data["in"] if held else alone.data
        if len(holder) != 1 or not (entry.is_item or entry.name in holder):
            return None
        return (holder[0] if entry.is_item else holder[entry.name],)

    def _typed(self, entry: _Entry) -> str:
        """Return what was typed in a text that YAML cannot read, and note how to write it."""
        text, end, sure = self._folded(entry)
        text, sure = _unquoted(text) if text[:1] in ("'", '"') else text, sure and not _MEANT.match(text)
        if not text:
            raise _NoReading
        path: list[str | int] = [int(token) if token.isdecimal() else token for token in split(entry.pointer)]
        written, column = emitter.entry(path, text), entry.column
        if entry.is_item:
            start, new = entry.behind, written.at(column + len("- "))
        else:
            start, new = entry.behind, written.at(column)[len(emitter.key(entry.name)) + 1 :]
        first = entry.lines[0]
        new = new.replace("\n", "\r\n") if self.text[first.next - 2 : first.next - 1] == "\r" else new
        at = next((line.at for line in entry.lines[1:] if self._has_text(line)), start)
        at = start if start < first.end else at
        while self.text[at] in " \t":
            at += 1
        self.broken.append(BrokenText(entry.pointer, text, Span(at, end), TextEdit(start, end, new), sure))
        return text

    def _folded(self, entry: _Entry) -> tuple[str, int, bool]:
        """Return an entry's lines as one text, as YAML folds lines, the offset of its end, and whether the end is sure."""
        first, *rest = entry.lines
        start = min(entry.behind, first.end)
        marker = MARKER.search(self.text, start, first.end)
        waiver = self.text.rfind("#", start, marker.start()) if marker is not None else -1
        end = waiver if waiver >= 0 else first.end
        text = self.text[start:end].strip(" \t")
        sure, blank = _COMMENT.search(text) is None, 0
        end = start + len(self.text[start:end].rstrip(" \t"))
        if _HEADER.fullmatch(text) or (entry.is_item and not text):
            raise _NoReading
        aside = waiver >= 0
        for line in rest:
            if line.at == line.end:
                blank += 1
                continue
            if self.text[line.at] == "#":
                aside = True
                continue
            more = self.text[line.at : line.end]
            if aside or MARKER.search(more):
                raise _NoReading  # a comment in the middle of a text
            if line.column <= entry.column:
                proper = _LOOSE.match(more) and more not in NOTHING and not like_a_key(self.kind, more)
                if split(entry.pointer)[-1] not in PROSE or not proper:
                    raise _NoReading
                sure = False
            sure = sure and not (blank or _COMMENT.search(more) or text[:1] in ("|", ">"))
            text, end, blank = f"{text}{chr(10) * blank or ' '}{more}" if text else more, line.end, 0
        return text, end, sure

    def _check_swallowed(self, pointer: str, present: dict[str, Any]) -> None:
        """
        Raise _NoReading if a broken text in a mapping holds a key of the mapping that is not there: it may be that key.

        If a required key is not there, a word with a colon in the text may be this key, misspelt.
        """
        schema = schemas.at(self.kind, pointer) or {}
        missing = tuple(name for name in schema.get("properties", {}) if name not in present)
        for each in self.broken if missing else ():
            if each.pointer.startswith(f"{pointer}/") and _named(missing).search(each.text):
                raise _NoReading
        if not present.keys() >= set(schema.get("required", ())):
            self.broken = [replace(each, sure=each.sure and not _WORD.search(each.text)) for each in self.broken]


@lru_cache(64)
def _named(names: tuple[str, ...]) -> re.Pattern[str]:
    """The expression of one of some keys with a colon behind it."""
    return re.compile(rf"(?i)(?<![\w-])['\"]?(?:{'|'.join(map(re.escape, names))})['\"]?\s?[:=]")


def _unquoted(text: str) -> str:
    """
    Return a text that begins with a quote without its outer pair of quotes, if it has one.

    ``'Wilson's disease'`` has one. ``"Warburg" and "Crabtree"`` has none: inside, the first quote is closed, and
    the last is opened.
    """
    sign, inner = text[0], text[1:-1]
    if len(text) < 2 or text[-1] != sign:
        return text
    closed = False
    for match in re.finditer(sign, inner):
        before, after = text[match.start()], inner[match.end() : match.end() + 1] or " "
        before = before if match.start() else " "
        if closed and not before.isalnum() and not after.isspace():
            return text
        closed = closed or (not before.isspace() and not after.isalnum())
    return inner.replace("''", "'") if sign == "'" else inner
