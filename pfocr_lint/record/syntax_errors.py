"""Explains what is wrong with text that is no YAML: one clear sentence, at the place where a person would fix it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any

import yaml

from pfocr_lint.dataclass import dataclass
from pfocr_lint.diagnostic import Related, Span
from pfocr_lint.pointer import parent_of
from pfocr_lint.quoting import quote
from pfocr_lint.record.document import Record
from pfocr_lint.record.omissions import fix_of, slips
from pfocr_lint.record.outline import Outline, Part, outline, takes
from pfocr_lint.record.values import Fault
from pfocr_lint.schema import schemas
from pfocr_lint.schema.kinds import MAPPINGS, Kind

_KEY_LINE = re.compile(r"(?m)^( *)(- )?(['\"]?)(@?[A-Za-z_-]{1,40})\3:(?=[ \r]|$)")
_EXPECTED = re.compile(r"did not find expected (?:',' or '[\]}]'|node content)")
_CONFLICT = re.compile(r"(?m)^(?:<{7} |>{7} |\|{7} |={7}(?=\r?$))[^\r\n]*")
_ASIDE = re.compile(r"(?<![^ \t])#[^\r\n]*")
_NAME = r"(?:'[^'\n]*'|[^\s#'\"\-][^:\n]*)"
_OPENED = re.compile(rf"(?m)^( *)(?:(?:- )+|(?:- )*{_NAME}:[ ]+)(['\"])")
_CLOSED = {"'": re.compile(r"(?:[^']|'')*'"), '"': re.compile(r'(?:[^"\\]|\\.)*"', re.DOTALL)}
_ITEM = re.compile(r"(?m)^ *- ")
_SIGN = re.compile(r"(?<!\S)[*&]")
_KEY_NEXT = re.compile(r"(@?[A-Za-z_-]{1,40}):(?=[ \r\n])")
_MESSAGE_TWO = "{} is on the line of {}; put it on a line of its own"
_LAST_WORD = re.compile(r"(@?[A-Za-z_-]{1,40})\Z")
# What opens a quotation in print, and what may close it.
_CURLY = {
    "\u2018": "\u2019",
    "\u201a": "\u2018\u2019",
    "\u201c": "\u201d",
    "\u201e": "\u201c\u201d",
    "\u00ab": "\u00bb",
    "\u00bb": "\u00ab",
}
_OPENING = re.compile(f"[{''.join(_CURLY)}]")
_ROUND = "put single quotes round the whole text"
_MOST_RELATED = 20
_BEGINS = re.compile(r"(?:\s*(?:- )?[^\s:#][^:]*: +|\s*- )([\[{>|&*!%`?-])")


@dataclass(frozen=True)
class _Error:
    """
    PyYAML's error for a record's text.

    ``problem`` is its message, ``at`` the offset of the error, ``opened`` the offset at which the failed construct began;
    ``start`` is where the line of the problem begins, ``line`` its text.
    """

    record: Record
    problem: str
    at: int
    opened: int | None
    start: int
    line: str

    @property
    def text(self) -> str:
        """The record's text."""
        return self.record.text

    @cached_property
    def keys(self) -> frozenset[str]:
        """The words that begin a line as a key, at any depth."""
        return frozenset(match[4] for match in _KEY_LINE.finditer(self.text, self.record.body.start, self.record.body.end))

    @cached_property
    def lines(self) -> Outline:
        """What each line belongs to."""
        return outline(self.record)

    @property
    def above(self) -> tuple[int, str]:
        """Where the line above begins, and its text; empty for the fence."""
        start = self.text.rfind("\n", 0, self.start - 1) + 1
        return (start, self.text[start : self.start - 1].rstrip("\r")) if start >= self.record.body.start else (self.start, "")


def explain(error: yaml.YAMLError, record: Record) -> Fault:
    """The fault for a YAML error."""
    problem = str(getattr(error, "problem", None) or error).split("\n", 1)[0]
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    at = record.body.start + (mark.index if mark is not None else 0)
    start = record.text.rfind("\n", 0, at) + 1
    line = record.text[start:].split("\n", 1)[0].rstrip("\r")
    opened = record.body.start + context.index if context is not None else None
    said = _Error(record, problem, at, opened, start, line)
    if isinstance(error, yaml.composer.ComposerError) and "another document" not in problem:
        message = "there is an alias ('*') or anchor ('&') here; put single quotes round a text that begins with it"
        return Fault("PF007", message, Span(at, at + 1))
    for cause in _CAUSES:
        fault = cause(said)
        if fault is not None:
            return fault
    return Fault("PF005", f"not readable as YAML: {problem}", Span(at, min(at + 1, len(record.text))))


def _conflict(said: _Error) -> Fault | None:
    marker = _CONFLICT.search(said.text, said.record.body.start, said.record.body.end)
    if marker is None:
        return None
    return Fault("PF005", f"{quote(marker[0], 40)} was left here by a merge; keep one of the two versions", Span(*marker.span()))


def _stray_line(said: _Error) -> Fault | None:
    """A line that is neither key nor item above the first key of a mapping: it makes the key part of a text."""
    match, (start, above) = _KEY_LINE.match(said.line), said.above
    if "mapping values are not allowed" not in said.problem or match is None or said.start + match.end() != said.at + 1:
        return None
    lead = len(above) - len(above.lstrip(" "))
    if match.start(3) not in _keys(said.record.kind).get(match[4], {match.start(3): None}):
        return None  # the key is in the wrong place
    text = said.lines.owner(start)
    if text is not None and text.start < start and takes(said.record.kind, text.pointer) == "string":
        return None  # it goes on with a text
    if not above.strip() or ":" in above or above.lstrip(" ")[:1] in "-#'\"" or lead != match.start(3):
        return None
    message = f"the line {quote(above.strip(), 40)} is neither 'key: value' nor indented text"
    return Fault("PF005", message, Span(start + lead, start + len(above)))


def _unquoted_colon(said: _Error) -> Fault | None:
    if "mapping values are not allowed" not in said.problem or said.line[:1] == " ":
        return None
    key = said.line.partition(":")[0].strip()
    colon = said.at - said.start
    second = _LAST_WORD.search(said.line, max(0, colon - 50), colon)
    if second is not None and second[1] != key and second[1] in _keys(said.record.kind) and second[1] not in said.keys:
        place = Span(said.start + second.start(), said.at + 1)
        return Fault("PF005", _MESSAGE_TWO.format(quote(second[1]), quote(key, 40)), place)
    return _colon(said)


def _colon(said: _Error) -> Fault:
    """A text that holds ': ': all of it needs quotes."""
    text = _text_of(said)
    which = "this line" if text is None else f"the text of {text.name}"
    if text is not None and text.start < said.start:
        which += f" (it begins on line {said.record.place(Span(text.start, text.start)).line})"
    return Fault("PF005", f"{which} holds ': '; {_quoting(said, text)}", Span(said.at, said.at + 1))


def _text_of(said: _Error) -> Part | None:
    """The key or item whose text contains the line of the problem; a key of the format inside a text does not count."""
    part = said.lines.owner(said.start)
    while part is not None and part.parent is not None and takes(said.record.kind, part.pointer) == "":
        if takes(said.record.kind, parent_of(part.pointer)) != "string":
            break
        part = part.parent
    return part


def _quoting(said: _Error, text: Part | None) -> str:
    """How to quote a text: in straight single quotes, in which only a single quote has a meaning."""
    written = said.text[text.at : text.end] if text is not None else said.line
    doubled = ", and double each ' in it ('')" if "'" in written[1:] else ""
    opened = _OPENING.search(written)
    if opened is None:
        return f"{_ROUND}{doubled}"
    closed = next((char for char in written[opened.end() :] if char in _CURLY[opened[0]]), "")
    curly = f"{opened[0]} and {closed} as quotes" if closed else f"{opened[0]} as a quote"
    return f"YAML does not read {curly}; put straight single quotes ('...') round the whole text{doubled}"


def _slip(said: _Error) -> Fault | None:
    """A missing dash, space or indentation, in the entry at which YAML stops or before it."""
    found = slips(said.record, said.lines)
    intact = [part.start for part in said.lines.top if not part.glued and part.start < said.start]
    read = intact[-1] if intact else 0  # YAML has come as far as this key, so that nothing above it is the problem
    first = next((slip for slip in found if read <= slip.span.start <= said.at), None)
    if first is None:
        return None
    others = tuple(Related(None, slip.message, at=slip.span) for slip in found if slip is not first)
    return Fault("PF005", first.message, first.span, fix_of(found), others[:_MOST_RELATED])


def _open_quote(said: _Error) -> Fault | None:
    """The quote that was opened before an error and swallowed a line that looks like a key."""
    place = said.opened if "end of stream" in said.problem else None
    known, at = _keys(said.record.kind), said.record.body.start
    while place is None and (match := _OPENED.search(said.text, at, said.at)) is not None:
        closed = _CLOSED[match[2]].match(said.text, match.end(), said.record.body.end)
        at = closed.end() if closed is not None else said.record.body.end
        keys = (key[4] in known for key in _KEY_LINE.finditer(said.text, match.end(), at))
        items = _ITEM.finditer(said.text, match.end(), at) if said.text[match.end(1) : match.end(1) + 1] == "-" else ()
        if any(keys) or any(True for _ in items):
            place = match.start(2)
    return None if place is None else Fault("PF005", "a quote is opened here and never closed", Span(place, place + 1))


def _indentation(said: _Error) -> Fault | None:
    """A known key, on the line of the problem or above it, with too much or too little indentation, or below a missing key."""
    return _misplaced(said, [said.above, (said.start, said.line)])


def _indentation_before(said: _Error) -> Fault | None:
    """A known key, on any line before the problem, with too little indentation: its block ends there, and continues below."""
    known = _keys(said.record.kind)
    found = _KEY_LINE.finditer(said.text, said.record.body.start, said.at)
    return _misplaced(
        said, [(key.start(), key[0]) for key in found if key[4] in known and key.start(3) - key.start() < min(known[key[4]])]
    )


def _misplaced(said: _Error, lines: Iterable[tuple[int, str]]) -> Fault | None:
    known = _keys(said.record.kind)
    for start, line in lines:
        match = _KEY_LINE.match(line)
        if match is None or match[4] not in known:
            continue
        found, places = match.start(3), known[match[4]]
        wanted = min(places, key=lambda place: abs(place - found))
        parent = places[wanted]
        if found > wanted and re.search(rf"(?m)^ {{{wanted}}}{re.escape(match[3] + match[4] + match[3])}:", said.text):
            continue  # it has its own line: this one is a text
        if found != wanted:
            spaces = "1 space" if found == 1 else f"{found} spaces"
            message = f"{quote(match[4])} is indented by {spaces}, want {wanted}"
        elif parent is not None and parent not in said.keys:
            message = f"{quote(match[4])} belongs to {quote(parent)}, but the line '{parent}:' is missing"
        else:
            continue
        return Fault("PF005", message, Span(start + found, start + match.end()))
    return None


@cache
def _keys(kind: Kind) -> Mapping[str, Mapping[int, str | None]]:
    """The keys of a kind of record: how many spaces may stand before each, with the key that it then belongs to."""
    found: dict[str, dict[int, str | None]] = {}

    def walk(part: Mapping[str, Any], indent: int, parent: str | None) -> Iterator[tuple[str, int, str | None]]:
        for name, below in part.get("properties", {}).items():
            yield name, indent, parent
            yield from walk(below, indent + 2, name)
            yield from walk(below.get("items", {}), indent + 2, name)

    for name, indent, parent in walk(schemas.load(kind), 0, None) if kind in MAPPINGS else ():
        found.setdefault(name, {}).setdefault(indent, parent)
    return found


def _colon_in_continuation(said: _Error) -> Fault | None:
    if "mapping values are not allowed" not in said.problem:
        return None
    return _colon(said)


def _comment_in_text(said: _Error) -> Fault | None:
    """A text that continues below a YAML comment."""
    start, line = said.above
    aside = _ASIDE.search(line)
    if aside is None or said.line[:1] != " " or _KEY_LINE.match(said.line):
        return None
    quoting = _quoting(said, _text_of(said))
    wanted = quoting if line[: aside.start()].strip() else "move it above the line of the text's key"
    place = Span(start + aside.start(), start + aside.end())
    return Fault("PF005", f"{quote(aside[0], 30)} is a comment in the middle of a text; {wanted}", place)


def _no_key(said: _Error) -> Fault | None:
    if "could not find expected ':'" not in said.problem or said.opened is None:
        return None
    place = said.opened
    word = re.split(r"[\r\n]", said.text[place:], maxsplit=1)[0].strip()
    before = said.text[:place].rstrip().rsplit("\n", 1)[-1]
    if word == "~" and before.endswith(":"):
        return Fault("PF005", f"'~' is alone on its line; write an empty {quote(before)} as '{before} []'",
                     Span(place, place + 1))  # fmt: skip
    behind = ", after an old Mac line break (CR)," if said.text[place - 1] == "\r" else ""
    behind = ", with a no-break space (U+00A0) in it," if "\u00a0" in word else behind
    return Fault("PF005", f"the line {quote(word, 40)}{behind} is neither 'key: value' nor indented text",
                 Span(place, place + len(word)))  # fmt: skip


def _tab(said: _Error) -> Fault | None:
    if "tab character" not in said.problem and not ("cannot start any token" in said.problem and said.text[said.at] == "\t"):
        return None
    return Fault("PF005", "there is a tab where YAML wants spaces", Span(said.at, said.at + 1))


def _escape(said: _Error) -> Fault | None:
    if "unknown escape" not in said.problem and "hexdecimal" not in said.problem:
        return None
    place = max(said.text.rfind("\\", 0, said.at + 1), said.start)
    wrong = said.text[place : place + 2]
    message = f"{quote(wrong)} has no meaning in double quotes; use single quotes, where a backslash is only a backslash"
    return Fault("PF005", message, Span(place, place + 2))


def _item_behind_key(said: _Error) -> Fault | None:
    if "block sequence entries are not allowed" not in said.problem:
        return None
    part = said.lines.owner(said.start)
    message = "a list item begins on the line of its key; put it on a line of its own below the key"
    if part is not None and takes(said.record.kind, part.pointer) == "string":
        message = f"the text of {part.name} begins with '- '; {_quoting(said, part)}"
    return Fault("PF005", message, Span(said.at, said.at + 1))


def _open_bracket(said: _Error) -> Fault | None:
    if "did not find expected ',' or '" not in said.problem or said.opened is None:
        return None
    message = (
        f"{quote(said.text[said.opened])} is opened here and never closed; put single quotes round a text that begins with it"
    )
    return Fault("PF005", message, Span(said.opened, said.opened + 1))


def _alias_or_anchor(said: _Error) -> Fault | None:
    if "did not find expected alphabetic" not in said.problem:
        return None
    signs = [match.start() for match in _SIGN.finditer(said.line, 0, said.at + 1 - said.start)]
    place = said.start + (signs[-1] if signs else 0)
    item = "; a list item begins with '- '" if said.text[place] == "*" else ""
    message = f"text that begins with {quote(said.text[place])} needs single quotes round it{item}"
    return Fault("PF005", message, Span(place, place + 1))


def _odd_beginning(said: _Error) -> Fault | None:
    """A text that begins with a sign of YAML."""
    begins = _BEGINS.match(said.line)
    if "cannot start any token" in said.problem or _EXPECTED.search(said.problem):
        place, sign = said.at, said.text[said.at : said.at + 1]
    elif begins:
        place, sign = said.start + begins.start(1), begins[1]
    else:
        return None
    return Fault("PF005", f"text that begins with {quote(sign)} needs single quotes round it", Span(place, place + 1))


def _second_key(said: _Error) -> Fault | None:
    """A known key behind a quoted text, in the line of another."""
    match = _KEY_NEXT.match(said.text, said.at)
    first = said.line[: said.at - said.start].partition(":")[0].strip().strip("'\"")
    if match is None or not first or match[1] == first or match[1] not in _keys(said.record.kind):
        return None
    return Fault("PF005", _MESSAGE_TWO.format(quote(match[1]), quote(first, 40)), Span(*match.span()))


def _item_beside_key(said: _Error) -> Fault | None:
    """An item beside the key of its list, with others below it."""
    if not _ITEM.match(said.line):
        return None
    above = [part for part in said.lines.parts if part.start < said.start and not part.is_item]
    if not above or not above[-1].has_text or takes(said.record.kind, above[-1].pointer) != "array":
        return None
    span = Span(above[-1].at, above[-1].end)
    message = f"{quote(said.text[span.start : span.end], 40)} is on the line of the key {above[-1].name}"
    return Fault("PF005", f"{message}; write each list item on a line of its own below the key, with '- ' in front", span)


def _no_end(said: _Error) -> Fault | None:
    if "did not find expected key" not in said.problem and "expected <block end>" not in said.problem:
        return None
    if said.text.startswith(",", said.at):
        return Fault(
            "PF005", "there is a comma after a quoted text; no line of a record ends in a comma", Span(said.at, said.at + 1)
        )
    message = f"{quote(said.text[said.at :].split(chr(10), 1)[0].strip(), 30)} is where YAML wants a new key"
    if said.text.startswith("- ", said.at):
        message += "; the line with the list's key may be missing above it, or its indentation is not that of the other items"
    openings = [match[2] for match in _OPENED.finditer(said.text, said.record.body.start, said.at)]
    if '"' in said.line and openings[-1:] == ['"']:
        message += f"; a quote closes too early: {_ROUND}"
    elif "'" in said.line or '"' in said.line:
        message += "; a single quote inside single quotes must be doubled (''), or a quote closes too early"
    return Fault("PF005", message, Span(said.at, said.at + 1))


def _documents(said: _Error) -> Fault | None:
    if "another document" not in said.problem and "expected <document start>" not in said.problem:
        return None
    end = said.at + (3 if said.text.startswith("---", said.at) else 1)
    return Fault("PF007", "the front matter holds several YAML documents; a record is one document", Span(said.at, end))


# The first cause that applies is reported: the surest and most frequent ones come first.
_CAUSES: tuple[Callable[[_Error], Fault | None], ...] = (
    _conflict, _tab, _open_quote, _slip, _stray_line, _unquoted_colon, _indentation, _comment_in_text, _indentation_before,
    _colon_in_continuation, _no_key, _escape, _item_behind_key, _open_bracket, _alias_or_anchor, _odd_beginning, _second_key,
    _item_beside_key, _no_end, _documents,
)  # fmt: skip
