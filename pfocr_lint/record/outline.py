"""
The outline of a front matter that may not be valid YAML: the key, list item or text to which each line belongs.

A YAML parser stops at the first error. The outline uses only the indentation and the format's keys, so it can assign a broken
line to the entry that it was meant for.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from pfocr_lint.dataclass import dataclass, field
from pfocr_lint.lazy_import import expression
from pfocr_lint.pointer import join, split
from pfocr_lint.quoting import quote
from pfocr_lint.schema import schemas
from pfocr_lint.schema.kinds import MAPPINGS, Kind

if TYPE_CHECKING:
    from pfocr_lint.record.document import Record

MOST_LINES = 20_000  # the limit of values in a record
DEEPEST = 20

# Keys whose texts may have several lines.
PROSE = frozenset(
    {"caption", "description", "figtitle", "papertitle", "reftext", "keywords", "figure_title", "article_title", "citation"}
)
NOTHING = frozenset({"~", "null", "[]", "''"})  # all mean an empty list
_LIKE_A_KEY = re.compile(r"['\"]?([\w@-]{1,40})['\"]? ?([:;=])")
_LINE = expression(r"[^\n]*\n?")
KEY = expression(r"('[^'\n]*'|\"[^\"\n]*\"|[^\s#'\"\[\]{}&*!|>%@`,-](?:[^:\n]|:(?![ \t\r\n]|$))*):(?=[ \t\r\n]|$)[ \t]*")
_GLUED = re.compile(r"(['\"]?)(@?[A-Za-z_-]{1,40})\1:(?=[^ \t\r\n])")
_ITEM = expression(r"-(?:[ \t]+|(?=\r?\n?\Z))")
# Characters typed instead of a hyphen: a long dash, a bullet, an asterisk with a space after it.
_SIGNS = "\u2010-\u2015\u2212\u2022\u2023\u2043\u25aa\u25cf\u25e6\u00b7"
MARK = expression(f"([{_SIGNS}]|\\*(?=[ \u00a0]))[ \u00a0]*(?=\\S)")
# A line in an item's text that looks like another item: its mark, and the rest of the line.
LINE_LIKE_ITEM = expression(r"\n[ ]*((?:- +|-(?=\w)|[\u2010-\u2015\u2212\u2022*] +)([^\r\n]*))")
_CLOSED = {"'": expression(r"'(?:[^']|'')*'"), '"': expression(r'"(?:[^"\\]|\\.)*"', re.DOTALL)}


@dataclass
class Part:
    """
    A key or a list item with its text.

    ``start`` is the offset of its line, ``indent`` the column of its key or dash. ``at`` and ``end`` are the offsets of its text.
    ``has_text`` is true if a text is beside or below the key, ``glued`` if the space after the key's colon is missing.
    """

    pointer: str
    parent: Part | None
    start: int
    indent: int
    at: int
    end: int
    is_item: bool = False
    has_text: bool = False
    glued: bool = False
    items: int = 0

    @property
    def name(self) -> str:
        """Its name in messages: ``'schema-jsonld/description'``, ``item 2 of 'organisms'``."""
        *path, last = split(self.pointer)
        if self.is_item:
            return f"item {int(last) + 1} of {quote('/'.join(path))}"
        return f"{quote(last)} in {self.parent.name}" if self.parent and self.parent.is_item else quote("/".join([*path, last]))


@dataclass
class LooseLine:
    """A line that is not a key, an item or indented text: its offsets, its indentation, and the part before it."""

    start: int
    end: int
    indent: int
    part: Part


@dataclass
class Outline:
    """The parts of a record's text in order, the lines that belong to no part, and the part of each line."""

    parts: list[Part] = field(default_factory=list)
    loose_lines: list[LooseLine] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _owners: list[Part | None] = field(default_factory=list)

    def owner(self, at: int) -> Part | None:
        """Return the part of the line at an offset; if several begin on the line, the last."""
        line = bisect_right(self._starts, at) - 1
        return self._owners[line] if line >= 0 else None

    @property
    def top(self) -> list[Part]:
        """The top-level keys of the record."""
        return [part for part in self.parts if part.parent is None and not part.is_item]


def outline(record: Record) -> Outline:
    """Return the outline of a record's front matter."""
    return _Reading(record).found


class _Reading:
    """Reads the lines in one pass. ``open`` is the stack of open parts, the root first."""

    def __init__(self, record: Record) -> None:
        self.text, self.kind, self.body = record.text, record.kind, record.body
        self.found = Outline()
        self.root = Part("", None, self.body.start, -1, self.body.start, self.body.start)
        self.open = [self.root]
        self.proper: dict[tuple[int, str], bool] = {}
        quoted_to = 0  # the end of a quoted text with several lines
        for match in self._lines():
            start, line = match.start(), match[0]
            bare = line.strip()
            if not bare or (bare[0] == "#" and start >= quoted_to):
                owner = self.found._owners[-1] if self.found._owners else None
            elif start < quoted_to:
                owner = self.open[-1]
                owner.end = start + len(line.rstrip())
            else:
                owner = self._line(start, line)
                quoted_to = max(quoted_to, self._quoted_to(owner)) if owner is not None and owner.start == start else quoted_to
            self.found._starts.append(start)
            self.found._owners.append(owner)

    def _lines(self) -> Iterator[re.Match[str]]:
        for count, match in enumerate(_LINE.finditer(self.text, self.body.start, self.body.end)):
            if count == MOST_LINES or not match[0]:
                return
            yield match

    def _line(self, start: int, line: str) -> Part | None:
        """Add one line that is not blank; return its part."""
        column = len(line) - len(line.lstrip(" "))
        above = next(part for part in reversed(self.open) if part.indent < column)
        if above.has_text:
            above.end = start + len(line.rstrip())
            return above
        rest = column
        while (item := _ITEM.match(line, rest)) is not None and len(self.open) < DEEPEST:
            while self._is_over(self.open[-1], rest):
                self.open.pop()
            holder = self.open[-1]
            self._push(Part(join(holder.pointer, holder.items), self._inner(holder), start, rest, 0, 0, is_item=True))
            holder.items += 1
            rest = item.end()
            self._write(start, line, rest)
        key = self._glued(line, rest) or KEY.match(line, rest)
        if key is not None and len(self.open) < DEEPEST and not (rest == column and self._lacks_dash(line, rest)):
            while self.open[-1].indent >= rest:
                self.open.pop()
            self.open[-1].has_text = False  # the text after an item's dash is a key
            holder = self.open[-1]
            glued = key.re is _GLUED
            name = key[2] if glued else key[1].strip("'\"").rstrip()
            self._push(Part(join(holder.pointer, name), self._inner(holder), start, rest, 0, 0, glued=glued))
            self._write(start, line, key.end())
        elif rest == column:
            return self._add_loose(start, line, column, above)
        return self.open[-1]

    def _is_over(self, part: Part, column: int) -> bool:
        """Return whether an item at a column ends a part. The dashes of a list may be at the column of its key."""
        return part.indent > column or (part.indent == column and (part.is_item or part.has_text))

    def _inner(self, holder: Part) -> Part | None:
        return None if holder is self.root else holder

    def _push(self, part: Part) -> None:
        self.open.append(part)
        self.found.parts.append(part)

    def _write(self, start: int, line: str, at: int) -> None:
        """Set the text after the dash or colon of the last opened part."""
        part = self.open[-1]
        part.at, part.end = start + at, start + max(at, len(line.rstrip()))
        part.has_text = bool(line[at:].strip()) and line[at] != "#"

    def _glued(self, line: str, column: int) -> re.Match[str] | None:
        """Match a key of the format without a space after its colon; None if another line has this key."""
        match = _GLUED.match(line, column)
        if match is None or self.kind not in MAPPINGS:
            return None
        holder = next(part for part in reversed(self.open) if part.indent < column)
        if schemas.at(self.kind, join(holder.pointer, match[2])) is None:
            return None
        if holder.is_item:
            return match
        if (column, match[2]) not in self.proper:
            written = re.compile(rf"(?m)^ {{{column}}}(['\"]?){re.escape(match[2])}\1:(?=[ \t\r\n]|$)")
            self.proper[column, match[2]] = written.search(self.text, self.body.start, self.body.end) is not None
        return None if self.proper[column, match[2]] else match

    def _lacks_dash(self, line: str, column: int) -> bool:
        """Return whether a line with a key begins with a mark other than a hyphen, or begins an item without a dash."""
        if MARK.match(line, column):
            return True
        key, last = KEY.match(line, column), self.open[-1]
        item = last.parent if last.parent is not None and last.parent.is_item else None
        if key is None or item is None or item.indent != column or self.kind not in MAPPINGS:
            return False
        outside = next(part for part in reversed(self.open) if part.indent < column)
        below, beside = schemas.at(self.kind, join(item.pointer, key[1])), schemas.at(self.kind, join(outside.pointer, key[1]))
        return below is not None and beside is None

    def _add_loose(self, start: int, line: str, column: int, above: Part) -> Part | None:
        last, end = self.open[-1], start + len(line.rstrip())
        if last is self.root:
            return None
        if above is last:  # its text begins on this line
            last.at, last.end, last.has_text = start + column, end, True
            return last
        item = last if last.is_item else last.parent
        if item is not None and item.is_item and item.parent is not None:
            item.parent.items += 1  # count the line as an item, so that the items below it have their visible numbers
        self.found.loose_lines.append(LooseLine(start, end, column, last))
        return last

    def _quoted_to(self, part: Part) -> int:
        closed = _CLOSED.get(self.text[part.at : part.at + 1])
        match = closed.match(self.text, part.at, self.body.end) if closed is not None else None
        return match.end() if match is not None else 0


def takes(kind: Kind, pointer: str) -> str:
    """Return the JSON Schema type of the value at a JSON Pointer; '' if the format does not define it."""
    part = schemas.at(kind, pointer) if kind in MAPPINGS else None
    return str(part.get("type")) if part is not None else ""


@cache
def key_columns(kind: Kind) -> Mapping[str, Mapping[int, str | None]]:
    """Return the keys of a kind. Each has its allowed indentations in spaces, each with the parent key."""
    found: dict[str, dict[int, str | None]] = {}

    def nested(part: Mapping[str, Any], indent: int, parent: str | None) -> Iterator[tuple[str, int, str | None]]:
        for name, below in part.get("properties", {}).items():
            yield name, indent, parent
            yield from nested(below, indent + 2, name)
            yield from nested(below.get("items", {}), indent + 2, name)

    for name, indent, parent in nested(schemas.load(kind), 0, None) if kind in MAPPINGS else ():
        found.setdefault(name, {}).setdefault(indent, parent)
    return found


def like_a_key(kind: Kind, line: str) -> bool:
    """Return whether a line begins as a misspelt key does: ``Year:'2022'``, ``year='2022'``."""
    like = _LIKE_A_KEY.match(line)
    return like is not None and (like[2] == ":" or bool(takes(kind, join("", like[1].lower()))))
