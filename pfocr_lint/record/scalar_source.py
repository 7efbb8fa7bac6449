"""The source of a flow scalar in pieces, and the backslashes in double quotes that a person typed as text."""

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
# What is not the character that stands there: by style, where a line ends, a quote that is doubled, an escape.
_OTHER = {"": expression(_FOLD), "'": expression(f"{_FOLD}|''"), '"': expression(rf"{_FOLD}|\\")}
_ESCAPED_BREAK = expression(r"[\r\n][ \t\r\n]*")
_BREAKS = expression(r"\r\n|\r|\n")
# What a fix would remove: control characters and line separators (PF010), tabs and line breaks (PF306).
_REMOVABLE = expression("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_KINDS = {"\t": "a tab", "\n": "a line break", "\r": "a line break", "\x85": "a line break", "\u2028": "a line break",
          "\u2029": "a line break"}  # fmt: skip


def pieces(source: str, style: str) -> Iterator[tuple[int, int, str]]:
    """
    The value of a flow scalar in pieces: the range of each in ``source`` (quotes included), and its text.

    A piece is literal text, or one line end, doubled quote or escape. ``style`` is ``'``, ``"`` or empty for a plain scalar.
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
    """The text that a backslash in double quotes stands for, and where it ends."""
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
    The text of a double-quoted scalar as a person typed it, where YAML made control characters of backslashes.

    ``"\beta"`` is a backspace and ``eta`` to YAML. An escape for a character that a fix would remove, followed by a letter, is a
    backslash that was typed; then all such escapes of the text are. Returns the text, the first such escape, and its meaning to
    YAML; None where there is none.
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
