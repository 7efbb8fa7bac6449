"""Splits the source of a flow scalar into pieces, and finds backslashes in double quotes that were typed as text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pfocr_lint.lazy_import import LazyModule, expression

if TYPE_CHECKING:
    import yaml
else:
    yaml = LazyModule("yaml")

_FOLD = r"(?<![ \t])[ \t]*(?:\r\n|\r|\n)[ \t\r\n]*"
# Source that is not read literally, by style: line ends, doubled quotes, escapes.
_OTHER = {"": expression(_FOLD), "'": expression(f"{_FOLD}|''"), '"': expression(rf"{_FOLD}|\\")}
_ESCAPED_BREAK = expression(r"[\r\n][ \t\r\n]*")
_BREAKS = expression(r"\r\n|\r|\n")
# Characters that a fix would remove: control characters and line separators (PF010), tabs and line breaks (PF306).
_REMOVABLE = expression("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_KINDS = {"\t": "a tab", "\n": "a line break", "\r": "a line break", "\x85": "a line break", "\u2028": "a line break",
          "\u2029": "a line break"}  # fmt: skip


def pieces(source: str, style: str) -> Iterator[tuple[int, int, str]]:
    """
    Yield the value of a flow scalar in pieces: the range of each in ``source``, which includes the quotes, and its text.

    A piece is literal text, a line end, a doubled quote or an escape. ``style`` is ``'``, ``"`` or empty for a plain scalar.
    """
    at, stop = len(style), len(source) - len(style)
    while at < stop:
        other = _OTHER[style].search(source, at, stop)
        start = other.start() if other is not None else stop
        if start > at:
            yield at, start, source[at:start]
        if other is None:
            return
        if source[start] == "\\" and style == '"':
            text, at = _escape(source, start)
        elif other[0] == "''":
            text, at = "'", other.end()
        else:
            text, at = "\n" * (len(_BREAKS.findall(other[0])) - 1) or " ", other.end()
        yield start, at, text


def _escape(source: str, at: int) -> tuple[str, int]:
    """Return the text that an escape in double quotes represents, and the offset of its end."""
    code = source[at + 1 : at + 2]
    digits = yaml.scanner.Scanner.ESCAPE_CODES.get(code)
    if digits:
        return chr(int(source[at + 2 : at + 2 + digits], 16)), at + 2 + digits
    folded = _ESCAPED_BREAK.match(source, at + 1)
    if folded:
        return "\n" * (len(_BREAKS.findall(folded[0])) - 1), folded.end()
    return yaml.scanner.Scanner.ESCAPE_REPLACEMENTS.get(code, code), at + 2


def as_typed(source: str) -> tuple[str, str, str] | None:
    r"""
    Return the text of a double-quoted scalar as it was typed, if YAML turned backslashes into control characters.

    YAML reads ``"\beta"`` as a backspace and ``eta``. If an escape for a character that a fix would remove is followed by a
    letter, the user typed a backslash; then all such escapes in the text are read as typed. Returns the text, the first such
    escape, and its meaning in YAML; None if the text has no such escape.
    """
    typed: list[str] = []
    first: tuple[str, str] | None = None
    for start, end, text in pieces(source, '"'):
        escape = source[start:end]
        is_escape = escape[0] == "\\" and _REMOVABLE.match(text) is not None
        if is_escape and first is None and (source[end].isalpha() or unicodedata.combining(source[end])):
            first = escape, _KINDS.get(text, "a control character")
        typed.append(escape if is_escape or escape == "\\_" else text)
    return None if first is None else ("".join(typed), *first)
