"""The text of an open file: positions in the client's units, and the changes that the client sends."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property

from lsprotocol import types

from pfocr_lint.diagnostic import Edit, Span, apply_edits

# The protocol knows these line ends and no other; str.splitlines would also split at U+0085 and U+2028.
_LINE_END = re.compile("\r\n|\n|\r")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WIDTHS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


class Text:
    """
    A text with its positions: lines from 0, characters in units of ``encoding`` (``utf-8``, ``utf-16`` or ``utf-32``).

    With ``stores_lf``, Git stores LF for the CR LF of the file, and the text has LF. Positions are the same, and clients write
    the line ends of the file.
    """

    def __init__(self, text: str, encoding: str = "utf-16", *, stores_lf: bool = False) -> None:
        # a lone surrogate is no character: a file cannot hold it
        self.text = _SURROGATE.sub("\ufffd", text.replace("\r\n", "\n") if stores_lf else text)
        self.encoding, self.stores_lf = encoding, stores_lf

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def position(self, offset: int) -> types.Position:
        """The position of an offset in code points."""
        line = bisect_right(self._starts, offset) - 1
        return types.Position(line, self._units(self.text[self._starts[line] : offset]))

    def offset(self, position: types.Position) -> int:
        """The offset of a position, which may lie behind the end of its line or of the text."""
        if position.line < 0:
            return 0
        if position.line >= len(self._starts):
            return len(self.text)
        line = self.line(position.line)
        at, units = 0, 0
        if line.isascii():
            at = min(max(position.character, 0), len(line))
        else:
            while at < len(line) and (units := units + self._units(line[at])) <= position.character:
                at += 1
        return self._starts[position.line] + at

    def start_of(self, number: int) -> int:
        """The offset at which a line begins, counted from 0; of a line behind the last, the end of the text."""
        return self._starts[number] if number < len(self._starts) else len(self.text)

    def line(self, number: int) -> str:
        """A line, counted from 0, without its end."""
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self.text)
        return self.text[self._starts[number] : end].rstrip("\r\n")

    @cached_property
    def lines(self) -> list[str]:
        """All lines, without their ends."""
        return [self.line(number) for number in range(len(self._starts))]

    def range(self, span: Span) -> types.Range:
        """The range of a span in code points."""
        return types.Range(self.position(span.start), self.position(span.end))

    def span(self, within: types.Range) -> Span:
        """The span of a range; its ends are put in order."""
        start, end = sorted((self.offset(within.start), self.offset(within.end)))
        return Span(start, end)

    def changed(self, changes: Iterable[types.TextDocumentContentChangeEvent]) -> Text:
        """The text after the changes of one notification, each of which refers to the text after those before it."""
        now = self
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                span = now.span(change.range)
                now = self._like(apply_edits(now.text, [Edit(span.start, span.end, change.text)]))
            else:
                now = self._like(change.text)
        return now

    def _like(self, text: str) -> Text:
        return Text(text, self.encoding, stores_lf=self.stores_lf)

    def edits(self, edits: Sequence[Edit]) -> list[types.TextEdit]:
        """Edits in the client's units."""
        return [types.TextEdit(self.range(Span(edit.start, edit.end)), edit.text) for edit in edits]

    def _units(self, part: str) -> int:
        if part.isascii():
            return len(part)
        codec, width = _WIDTHS[self.encoding]
        return len(part.encode(codec)) // width
