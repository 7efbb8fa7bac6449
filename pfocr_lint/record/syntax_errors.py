"""Explains YAML errors in one clear sentence, at the place where a user would fix them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property

import yaml

from pfocr_lint.dataclass import dataclass
from pfocr_lint.diagnostic import Related, Span
from pfocr_lint.pointer import parent_of
from pfocr_lint.quoting import quote
from pfocr_lint.record.document import Record
from pfocr_lint.record.omissions import slips
from pfocr_lint.record.outline import Outline, Part, key_columns, outline, takes
from pfocr_lint.record.values import Fault

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
_TWO_KEYS = "{} is on the line of {}; put it on a line of its own"
_LAST_WORD = re.compile(r"(@?[A-Za-z_-]{1,40})\Z")
# Opening quotation marks in print, each with its possible closing marks.
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

    ``problem`` is its message, ``at`` the offset of the error, ``opened`` the offset at which the failed construct begins.
    ``start`` is the offset of the line with the error, ``line`` its text.
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
        """The keys at the beginning of a line, at any depth."""
        return frozenset(match[4] for match in _KEY_LINE.finditer(self.text, self.record.body.start, self.record.body.end))

    @cached_property
    def lines(self) -> Outline:
        """The outline of the record: the part of each line."""
        return outline(self.record)

    @property
    def above(self) -> tuple[int, str]:
        """The offset and the text of the line above; the text is empty if that line is the fence."""
        start = self.text.rfind("\n", 0, self.start - 1) + 1
        return (start, self.text[start : self.start - 1].rstrip("\r")) if start >= self.record.body.start else (self.start, "")


def explain(error: yaml.YAMLError, record: Record) -> Fault:
    """Return the fault for a YAML error."""
    problem = str(getattr(error, "problem", None) or error).split("\n", 1)[0]
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    at = record.body.start + (mark.index if mark is not None else 0)
    start = record.text.rfind("\n", 0, at) + 1
    line = record.text[start:].split("\n", 1)[0].rstrip("\r")
    opened = record.body.start + context.index if context is not None else None
    failure = _Error(record, problem, at, opened, start, line)
    if isinstance(error, yaml.composer.ComposerError) and "another document" not in problem:
        message = "there is an alias ('*') or anchor ('&') here; put single quotes round a text that begins with it"
        return Fault("PF007", message, Span(at, at + 1))
    for cause in _CAUSES:
        fault = cause(failure)
        if fault is not None:
            return fault
    return Fault("PF005", f"not readable as YAML: {problem}", Span(at, min(at + 1, len(record.text))))


def _conflict(error: _Error) -> Fault | None:
    marker = _CONFLICT.search(error.text, error.record.body.start, error.record.body.end)
    if marker is None:
        return None
    return Fault("PF005", f"{quote(marker[0], 40)} was left here by a merge; keep one of the two versions", Span(*marker.span()))


def _unexpected_line(error: _Error) -> Fault | None:
    """Report a line above a key that is neither key nor item: YAML reads the key as part of that line's text."""
    match, (start, above) = _KEY_LINE.match(error.line), error.above
    if "mapping values are not allowed" not in error.problem or match is None or error.start + match.end() != error.at + 1:
        return None
    lead = len(above) - len(above.lstrip(" "))
    if match.start(3) not in key_columns(error.record.kind).get(match[4], {match.start(3): None}):
        return None  # the key is in the wrong place
    text = error.lines.owner(start)
    if text is not None and text.start < start and takes(error.record.kind, text.pointer) == "string":
        return None  # the line continues a text
    if not above.strip() or ":" in above or above.lstrip(" ")[:1] in "-#'\"" or lead != match.start(3):
        return None
    message = f"the line {quote(above.strip(), 40)} is neither 'key: value' nor indented text"
    return Fault("PF005", message, Span(start + lead, start + len(above)))


def _unquoted_colon(error: _Error) -> Fault | None:
    if "mapping values are not allowed" not in error.problem or error.line[:1] == " ":
        return None
    key = error.line.partition(":")[0].strip()
    colon = error.at - error.start
    second = _LAST_WORD.search(error.line, max(0, colon - 50), colon)
    if second is not None and second[1] != key and second[1] in key_columns(error.record.kind) and second[1] not in error.keys:
        place = Span(error.start + second.start(), error.at + 1)
        return Fault("PF005", _TWO_KEYS.format(quote(second[1]), quote(key, 40)), place)
    return _colon(error)


def _colon(error: _Error) -> Fault:
    """Report a text with ': ', which needs quotes."""
    text = _text_of(error)
    which = "this line" if text is None else f"the text of {text.name}"
    if text is not None and text.start < error.start:
        which += f" (it begins on line {error.record.place(Span(text.start, text.start)).line})"
    return Fault("PF005", f"{which} holds ': '; {_quoting(error, text)}", Span(error.at, error.at + 1))


def _text_of(error: _Error) -> Part | None:
    """Return the key or item whose text contains the line of the error. A word with a colon inside a text is not a key."""
    part = error.lines.owner(error.start)
    while part is not None and part.parent is not None and takes(error.record.kind, part.pointer) == "":
        if takes(error.record.kind, parent_of(part.pointer)) != "string":
            break
        part = part.parent
    return part


def _quoting(error: _Error, text: Part | None) -> str:
    """Return the advice to put straight single quotes round a text. Inside them only a single quote is special."""
    written = error.text[text.at : text.end] if text is not None else error.line
    doubled = ", and double each ' in it ('')" if "'" in written[1:] else ""
    opened = _OPENING.search(written)
    if opened is None:
        return f"{_ROUND}{doubled}"
    closed = next((char for char in written[opened.end() :] if char in _CURLY[opened[0]]), "")
    curly = f"{opened[0]} and {closed} as quotes" if closed else f"{opened[0]} as a quote"
    return f"YAML does not read {curly}; put straight single quotes ('...') round the whole text{doubled}"


def _slip(error: _Error) -> Fault | None:
    """Report a missing dash, space or indentation that explains the error."""
    found = slips(error.record, error.lines)
    intact = [part.start for part in error.lines.top if not part.glued and part.start < error.start]
    read = intact[-1] if intact else 0  # YAML could read the text above this key, so the error is not there
    first = next((slip for slip in found if read <= slip.span.start <= error.at), None)
    if first is None:
        return None
    others = tuple(Related(None, slip.message, at=slip.span) for slip in found if slip is not first)
    return Fault("PF005", first.message, first.span, related=others[:_MOST_RELATED])


def _open_quote(error: _Error) -> Fault | None:
    """Report a quote that is opened before the error and not closed before a line that looks like a key or an item."""
    place = error.opened if "end of stream" in error.problem else None
    known, at = key_columns(error.record.kind), error.record.body.start
    while place is None and (match := _OPENED.search(error.text, at, error.at)) is not None:
        closed = _CLOSED[match[2]].match(error.text, match.end(), error.record.body.end)
        at = closed.end() if closed is not None else error.record.body.end
        keys = (key[4] in known for key in _KEY_LINE.finditer(error.text, match.end(), at))
        items = _ITEM.finditer(error.text, match.end(), at) if error.text[match.end(1) : match.end(1) + 1] == "-" else ()
        if any(keys) or any(True for _ in items):
            place = match.start(2)
    return None if place is None else Fault("PF005", "a quote is opened here and never closed", Span(place, place + 1))


def _indentation(error: _Error) -> Fault | None:
    """Report a known key, on the line of the error or above it, with wrong indentation or below a missing key."""
    return _misplaced(error, [error.above, (error.start, error.line)])


def _indentation_before(error: _Error) -> Fault | None:
    """Report a known key, on a line before the error, with too little indentation, which ends its block too early."""
    known = key_columns(error.record.kind)
    found = _KEY_LINE.finditer(error.text, error.record.body.start, error.at)
    return _misplaced(
        error, [(key.start(), key[0]) for key in found if key[4] in known and key.start(3) - key.start() < min(known[key[4]])]
    )


def _misplaced(error: _Error, lines: Iterable[tuple[int, str]]) -> Fault | None:
    known = key_columns(error.record.kind)
    for start, line in lines:
        match = _KEY_LINE.match(line)
        if match is None or match[4] not in known:
            continue
        found, places = match.start(3), known[match[4]]
        wanted = min(places, key=lambda place: abs(place - found))
        parent = places[wanted]
        if found > wanted and re.search(rf"(?m)^ {{{wanted}}}{re.escape(match[3] + match[4] + match[3])}:", error.text):
            continue  # the key has another line with the right indentation, so this line is a text
        if found != wanted:
            spaces = "1 space" if found == 1 else f"{found} spaces"
            message = f"{quote(match[4])} is indented by {spaces}, want {wanted}"
        elif parent is not None and parent not in error.keys:
            message = f"{quote(match[4])} belongs to {quote(parent)}, but the line '{parent}:' is missing"
        else:
            continue
        return Fault("PF005", message, Span(start + found, start + match.end()))
    return None


def _colon_in_continuation(error: _Error) -> Fault | None:
    if "mapping values are not allowed" not in error.problem:
        return None
    return _colon(error)


def _comment_in_text(error: _Error) -> Fault | None:
    """Report a YAML comment in the middle of a text."""
    start, line = error.above
    aside = _ASIDE.search(line)
    if aside is None or error.line[:1] != " " or _KEY_LINE.match(error.line):
        return None
    quoting = _quoting(error, _text_of(error))
    wanted = quoting if line[: aside.start()].strip() else "move it above the line of the text's key"
    place = Span(start + aside.start(), start + aside.end())
    return Fault("PF005", f"{quote(aside[0], 30)} is a comment in the middle of a text; {wanted}", place)


def _no_key(error: _Error) -> Fault | None:
    if "could not find expected ':'" not in error.problem or error.opened is None:
        return None
    place = error.opened
    word = re.split(r"[\r\n]", error.text[place:], maxsplit=1)[0].strip()
    before = error.text[:place].rstrip().rsplit("\n", 1)[-1]
    if word == "~" and before.endswith(":"):
        return Fault("PF005", f"'~' is alone on its line; write an empty {quote(before)} as '{before} []'",
                     Span(place, place + 1))  # fmt: skip
    behind = ", after an old Mac line break (CR)," if error.text[place - 1] == "\r" else ""
    behind = ", with a no-break space (U+00A0) in it," if "\u00a0" in word else behind
    return Fault("PF005", f"the line {quote(word, 40)}{behind} is neither 'key: value' nor indented text",
                 Span(place, place + len(word)))  # fmt: skip


def _tab(error: _Error) -> Fault | None:
    if "tab character" not in error.problem and not ("cannot start any token" in error.problem and error.text[error.at] == "\t"):
        return None
    return Fault("PF005", "there is a tab where YAML wants spaces", Span(error.at, error.at + 1))


def _escape(error: _Error) -> Fault | None:
    if "unknown escape" not in error.problem and "hexdecimal" not in error.problem:
        return None
    place = max(error.text.rfind("\\", 0, error.at + 1), error.start)
    wrong = error.text[place : place + 2]
    message = f"{quote(wrong)} has no meaning in double quotes; use single quotes, where a backslash is only a backslash"
    return Fault("PF005", message, Span(place, place + 2))


def _item_behind_key(error: _Error) -> Fault | None:
    if "block sequence entries are not allowed" not in error.problem:
        return None
    part = error.lines.owner(error.start)
    message = "a list item begins on the line of its key; put it on a line of its own below the key"
    if part is not None and takes(error.record.kind, part.pointer) == "string":
        message = f"the text of {part.name} begins with '- '; {_quoting(error, part)}"
    return Fault("PF005", message, Span(error.at, error.at + 1))


def _open_bracket(error: _Error) -> Fault | None:
    if "did not find expected ',' or '" not in error.problem or error.opened is None:
        return None
    message = (
        f"{quote(error.text[error.opened])} is opened here and never closed; put single quotes round a text that begins with it"
    )
    return Fault("PF005", message, Span(error.opened, error.opened + 1))


def _alias_or_anchor(error: _Error) -> Fault | None:
    if "did not find expected alphabetic" not in error.problem:
        return None
    signs = [match.start() for match in _SIGN.finditer(error.line, 0, error.at + 1 - error.start)]
    place = error.start + (signs[-1] if signs else 0)
    item = "; a list item begins with '- '" if error.text[place] == "*" else ""
    message = f"text that begins with {quote(error.text[place])} needs single quotes round it{item}"
    return Fault("PF005", message, Span(place, place + 1))


def _special_character(error: _Error) -> Fault | None:
    """Report a text that begins with a special character of YAML."""
    begins = _BEGINS.match(error.line)
    if "cannot start any token" in error.problem or _EXPECTED.search(error.problem):
        place, sign = error.at, error.text[error.at : error.at + 1]
    elif begins:
        place, sign = error.start + begins.start(1), begins[1]
    else:
        return None
    return Fault("PF005", f"text that begins with {quote(sign)} needs single quotes round it", Span(place, place + 1))


def _second_key(error: _Error) -> Fault | None:
    """Report a known key after a quoted text, on the line of another key."""
    match = _KEY_NEXT.match(error.text, error.at)
    first = error.line[: error.at - error.start].partition(":")[0].strip().strip("'\"")
    if match is None or not first or match[1] == first or match[1] not in key_columns(error.record.kind):
        return None
    return Fault("PF005", _TWO_KEYS.format(quote(match[1]), quote(first, 40)), Span(*match.span()))


def _item_beside_key(error: _Error) -> Fault | None:
    """Report an item on the line of its list's key, with other items below."""
    if not _ITEM.match(error.line):
        return None
    above = [part for part in error.lines.parts if part.start < error.start and not part.is_item]
    if not above or not above[-1].has_text or takes(error.record.kind, above[-1].pointer) != "array":
        return None
    span = Span(above[-1].at, above[-1].end)
    message = f"{quote(error.text[span.start : span.end], 40)} is on the line of the key {above[-1].name}"
    return Fault("PF005", f"{message}; write each list item on a line of its own below the key, with '- ' in front", span)


def _no_end(error: _Error) -> Fault | None:
    if "did not find expected key" not in error.problem and "expected <block end>" not in error.problem:
        return None
    if error.text.startswith(",", error.at):
        return Fault(
            "PF005", "there is a comma after a quoted text; no line of a record ends in a comma", Span(error.at, error.at + 1)
        )
    message = f"{quote(error.text[error.at :].split(chr(10), 1)[0].strip(), 30)} is where YAML wants a new key"
    if error.text.startswith("- ", error.at):
        message += "; the line with the list's key may be missing above it, or its indentation is not that of the other items"
    openings = [match[2] for match in _OPENED.finditer(error.text, error.record.body.start, error.at)]
    if '"' in error.line and openings[-1:] == ['"']:
        message += f"; a quote closes too early: {_ROUND}"
    elif "'" in error.line or '"' in error.line:
        message += "; a single quote inside single quotes must be doubled (''), or a quote closes too early"
    return Fault("PF005", message, Span(error.at, error.at + 1))


def _documents(error: _Error) -> Fault | None:
    if "another document" not in error.problem and "expected <document start>" not in error.problem:
        return None
    end = error.at + (3 if error.text.startswith("---", error.at) else 1)
    return Fault("PF007", "the front matter holds several YAML documents; a record is one document", Span(error.at, end))


# The first cause that applies is reported. The most certain and most frequent causes come first.
_CAUSES: tuple[Callable[[_Error], Fault | None], ...] = (
    _conflict, _tab, _open_quote, _slip, _unexpected_line, _unquoted_colon, _indentation, _comment_in_text, _indentation_before,
    _colon_in_continuation, _no_key, _escape, _item_behind_key, _open_bracket, _alias_or_anchor, _special_character, _second_key,
    _item_beside_key, _no_end, _documents,
)  # fmt: skip
