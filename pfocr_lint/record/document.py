"""One file with its text and values. Positions of values are computed on demand."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from pfocr_lint.dataclass import dataclass
from pfocr_lint.diagnostic import Place, SourceLine, Span
from pfocr_lint.lazy_import import LazyModule, expression
from pfocr_lint.pointer import join, split
from pfocr_lint.record.comments import MARKER
from pfocr_lint.record.positions import Entry, Slices, below
from pfocr_lint.record.scalar_source import as_typed, pieces
from pfocr_lint.record.values import NOWHERE, KeyBehind, Values

if TYPE_CHECKING:
    import yaml

    from pfocr_lint.record.repair import Repaired
    from pfocr_lint.schema.kinds import Kind

else:
    yaml = LazyModule("yaml")
from pfocr_lint.record.characters import SEPARATORS

_SHORT = 65_536  # code points of a text in which counting lines again is faster than a list of all lines

_COMMENT = expression(r"(?<![^\s])#[^\n\r]*")

_COMMENT_BEHIND = expression(r"[ \t]*(?:\r?\n(?:[ \t]*\r?\n)*( *))?(#[^\r\n]*)")


@dataclass
class Record(Values):
    """
    One file: its values and their positions in the text.

    ``text`` is the whole decoded file, ``body`` the range of its YAML. ``canonical`` is true if the text is in the form that the
    fast parser reads. Then ``root`` (the composed nodes) is None, and nodes are composed entry by entry. The linter adds
    ``unused_waivers``, ``ended_waivers`` (each with the rules that it waived, and whether it has nothing to waive), ``found``
    (the number of findings) and ``edited``. ``edited`` returns for a JSON Pointer whether its value was edited since a Git
    revision (see linter.edited_values); it is None if Git is not used. ``reader`` is the function that read the file.
    ``repair`` is the fix that gave this text, if the file itself cannot be read.
    """

    text: str = ""
    body: Span = NOWHERE
    root: yaml.MappingNode | None = None
    canonical: bool = False
    unused_waivers: tuple[tuple[Any, tuple[tuple[str, Span, int], ...]], ...] = ()
    ended_waivers: tuple[tuple[Any, tuple[str, ...], bool], ...] = ()
    found: int = 0
    edited: Callable[[str], bool] | None = None
    reader: Callable[[str, bytes, Kind], Record] | None = None
    repair: Repaired | None = None

    def with_text(self, text: str) -> Record:
        """Return the record with another text, read by the ``reader`` that read this one."""
        assert self.reader is not None
        return self.reader(self.path, text.encode("utf-8", "surrogatepass"), self.kind)

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """The entry of every value by JSON Pointer; of a repeated key, the last entry."""
        if self.slices is not None:
            return self.slices
        return {entry.pointer: entry for entry in below("", self.root)}

    @cached_property
    def slices(self) -> Slices | None:
        """The entries, composed one by one, if the record is in the form that the fast parser reads; else None."""
        return Slices(self.text, self.body, self.data, self._bases) if self.canonical and self.data is not None else None

    def span(self, pointer: str, *, on_key: bool = False, within: Span | None = None) -> Span:
        """Return the place of a value or its key; for a missing or empty value, the nearest existing place."""
        entry = self.entries.get(pointer)
        if entry is None:
            parent = pointer.rpartition("/")[0]
            return self.span(parent, on_key=True) if parent else Span(0, 0)
        if on_key and entry.key is not None:
            return self.node_span(entry.key)
        whole = self.node_span(entry.node)
        if within is not None and isinstance(entry.node, yaml.ScalarNode):
            places = _origins(self.text[whole.start : whole.end], entry.node)
            if places is not None:
                return Span(whole.start + places[within.start], whole.start + places[within.end])
        return self.node_span(entry.key) if whole.start == whole.end and entry.key is not None else whole

    @cached_property
    def _node_spans(self) -> dict[yaml.Node, Span]:
        return {}

    @cached_property
    def _bases(self) -> dict[yaml.Node, int]:
        """The offset of the text from which a node was composed, if it is not the whole body."""
        return {}

    def node_span(self, node: yaml.Node) -> Span:
        """Return the span of a node, without the line breaks and comments that follow a block."""
        if node not in self._node_spans:
            self._node_spans[node] = self._node_span(node)
        return self._node_spans[node]

    def _node_span(self, node: yaml.Node) -> Span:
        base = self._bases.get(node, self.body.start)
        start = node.start_mark.index + base
        if isinstance(node, yaml.ScalarNode):
            if node.style in ("|", ">"):
                return Span(start, self._block_scalar_end(start, node))
            return Span(start, node.end_mark.index + base)
        assert isinstance(node, yaml.CollectionNode)
        if node.flow_style or not node.value:
            return Span(start, node.end_mark.index + base)
        last = node.value[-1]
        key, value = last if isinstance(node, yaml.MappingNode) else (None, last)
        if isinstance(value, yaml.ScalarNode) and not value.value and not value.style:
            return Span(start, self.empty_at(key, value))
        return Span(start, self.node_span(value).end)

    def empty_at(self, key: yaml.Node | None, value: yaml.Node) -> int:
        """Return the offset at which the missing value of ``key:`` or of a lone ``-`` would begin."""
        if key is None:
            return int(value.start_mark.index) + self._bases.get(value, self.body.start)
        return self.text.index(":", self.node_span(key).end) + 1

    def _block_scalar_end(self, start: int, node: yaml.ScalarNode) -> int:
        """Return the end of a block scalar's last line with text; of its very last line if it keeps final line breaks."""
        limit = node.end_mark.index + self.body.start
        limit -= self.text[limit - 1] in SEPARATORS  # a separator ends the scalar like a line break
        end = self.text.find("\n", start)
        if node.style == "|":  # each line of the source is a line of the value
            keeps = "+" in self.text[start : start + 3]
            lines = node.value.count("\n") if keeps else len(node.value.rstrip("\n").split("\n")) if node.value else 0
            for _ in range(lines):
                end = self.text.find("\n", end + 1)
            return end if 0 <= end < limit else limit
        header = self.text[self.text.rfind("\n", 0, start) + 1 : end]
        indent: int | None = None
        if re.search(
            "[1-9]", self.text[start : start + 3]
        ):  # an explicit indentation; any column deeper than the key is enough here
            indent = len(header) - len(header.lstrip(" ")) + 1
        at = end + 1
        while 0 < at < limit:
            stop = self.text.find("\n", at)
            stop = limit if stop < 0 else stop
            line = self.text[at:stop]
            width = len(line) - len(line.lstrip(" "))
            if line.strip(" \r"):
                indent = width if indent is None else indent
                if width < indent:
                    break
                end = min(stop, limit)
            at = stop + 1
        return end if end >= 0 else limit

    def lines_of(self, pointer: str) -> int:
        """Return the number of lines of the text at a JSON Pointer, without the header of a block scalar."""
        entry = self.entries.get(pointer)
        if entry is None or not isinstance(entry.node, yaml.ScalarNode):
            return 0
        span = self._scalar_text(entry.node)
        return self.text.count("\n", span.start, span.end) + 1

    def first_keys(self, pointer: str) -> tuple[Span, ...]:
        """Return the places of a mapping's keys in order; empty for other values and for a mapping in braces."""
        if self.slices is not None and len(split(pointer)) < 2:
            return tuple(self.slices.keys_of(pointer)) if isinstance(self.value(pointer), dict) else ()
        node = self.entries[pointer].node if pointer else self.root
        if not isinstance(node, yaml.MappingNode) or node.flow_style:
            return ()
        return tuple(self.node_span(key) for key, _ in node.value)

    @cached_property
    def comments(self) -> tuple[Span, ...]:
        """The YAML comments of the front matter, each from ``#`` to the end of the line."""
        if self.root is None or "#" not in self.text:
            return ()
        scalars = sorted(self._scalar_text(e.node) for e in self.entries.values() if isinstance(e.node, yaml.ScalarNode))
        starts = [span.start for span in scalars]
        found = []
        for match in _COMMENT.finditer(self.text, self.body.start, self.body.end):
            before = bisect_right(starts, match.start()) - 1
            if before < 0 or match.start() >= scalars[before].end:
                found.append(Span(*match.span()))
        return tuple(found)

    def cut(self, pointer: str, *, deeper: bool = True) -> str:
        """
        Return the comment after an unquoted text, with its ``#``. It may be the rest of the text. '' for no comment and for a
        waiver.

        The comment is on the text's last line, or on the next line that is not blank. With ``deeper`` the next line only counts
        if it is indented more than the text's key.
        """
        entry = None if self.canonical else self.entries.get(pointer)
        if entry is None or not isinstance(entry.node, yaml.ScalarNode) or entry.node.style:
            return ""
        end = self.empty_at(entry.key, entry.node) if entry.is_empty else self.node_span(entry.node).end
        behind = _COMMENT_BEHIND.match(self.text, end)
        if behind is None or MARKER.search(behind[2]):
            return ""
        key = self.node_span(entry.key).start if entry.key is not None else end
        column = key - self.text.rfind("\n", 0, key) - 1
        return "" if deeper and behind[1] is not None and len(behind[1]) <= column else behind[2].rstrip()

    def uncut(self, pointer: str) -> tuple[str, Span] | None:
        """
        Return an unquoted text with the comment on its last line, and the span of that comment and the space before it.

        None if there is no such comment (see :meth:`cut`).
        """
        entry = self.entries.get(pointer)
        if entry is None or not self.cut(pointer):
            return None
        end = self.empty_at(entry.key, entry.node) if entry.is_empty else self.node_span(entry.node).end
        start = self.text.index("#", end)
        stop = start + len(self.text[start : self.text.find("\n", start)].rstrip(" \t\r"))
        if "\n" in self.text[end:start]:
            return None
        if entry.is_empty:
            return self.text[start:stop], Span(start - 1, stop)
        return entry.node.value + self.text[end:stop], Span(end, stop)

    def typed(self, pointer: str) -> tuple[str, str, str] | None:
        """Return the typed text if double quotes turned backslashes into control characters (see scalar_source.as_typed)."""
        if self.canonical or "\\" not in self.text:
            return None
        entry = self.entries.get(pointer)
        if entry is None or not isinstance(entry.node, yaml.ScalarNode) or entry.node.style != '"':
            return None
        span = self.node_span(entry.node)
        return as_typed(self.text[span.start : span.end])

    def is_torn(self, start: int) -> bool:
        """Return whether a line begins at an offset only in YAML: after a line separator, inside a line of another text."""
        while self.text[start - 1 : start] == " ":
            start -= 1
        return start > 0 and self.text[start - 1] in SEPARATORS

    def key_behind(self, pointer: str) -> KeyBehind | None:
        """Return the key that follows an unquoted top-level text; None for a quoted text and for the last key."""
        entry = self.entries.get(pointer)
        if entry is None or not isinstance(entry.node, yaml.ScalarNode) or entry.node.style in ("'", '"'):
            return None
        own = self.span(pointer, on_key=True).start
        key = next((key for key in self.first_keys("") if key.start > own), None)
        if key is None:
            return None
        nodes = (each.key for each in self.entries.values() if each.key is not None)
        # a repeated key has an entry only for its last occurrence
        name = next((node.value for node in nodes if self.node_span(node) == key), self.text[key.start : key.end])
        return KeyBehind(name, key, self.is_torn(key.start))

    def _scalar_text(self, node: yaml.ScalarNode) -> Span:
        """Return the span of a scalar; of a block scalar without its header line, which may have a comment."""
        span = self.node_span(node)
        if node.style not in ("|", ">"):
            return span
        return Span(min(span.end, self.text.find("\n", span.start) + 1), span.end)

    @cached_property
    def has_lone_cr(self) -> bool:
        """Whether the text has a CR without LF, which YAML reads as a line break and the line numbers ignore."""
        return re.search("\r(?!\n)", self.text) is not None

    @cached_property
    def _line_starts(self) -> list[int]:
        return list(accumulate(map((1).__add__, map(len, self.text.split("\n"))), initial=0))[:-1]

    def place(self, span: Span) -> Place:
        """Return the lines and columns of a span, in the text as it stands."""
        if self.repair is not None:
            return self.repair.original.place(self.repair.back(span))
        line, start = self._line(span.start)
        end_line, end = self._line(span.end)
        return Place(
            line=line,
            column=span.start - start + 1,
            end_line=end_line,
            end_column=span.end - end + 1,
            byte_column=self._bytes(start, span.start) + 1,
            end_byte_column=self._bytes(end, span.end) + 1,
        )

    def _line(self, offset: int) -> tuple[int, int]:
        """Return the number of the line at an offset, and the offset of its start."""
        if len(self.text) <= _SHORT:
            return self.text.count("\n", 0, offset) + 1, self.text.rfind("\n", 0, offset) + 1
        number = bisect_right(self._line_starts, offset)
        return number, self._line_starts[number - 1]

    def _bytes(self, start: int, end: int) -> int:
        return len(self.text[start:end].encode("utf-8", "surrogatepass"))

    def source(self, place: Place, offset: int, lines: int = 3, width: int = 400) -> tuple[SourceLine, ...]:
        """Return the first ``lines`` source lines of a place at an offset, each cut to ``width`` code points around the place."""
        found = []
        start = offset - place.column + 1
        for number in range(place.line, min(place.end_line, place.line + lines - 1) + 1):
            end = self.text.find("\n", start)
            end = len(self.text) if end < 0 else end
            cut = max(0, place.column - 1 - width // 2) if number == place.line else 0
            found.append(SourceLine(number, cut, self.text[start + cut : min(end, start + cut + width)]))
            start = end + 1
        return tuple(found)


def strings(pointer: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield every string at or below a value, with its JSON Pointer."""
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(join(pointer, key), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from strings(join(pointer, index), item)


def _origins(source: str, node: yaml.ScalarNode) -> Sequence[int] | None:
    """Return the source offset of each code point of a scalar's value, and of its end; None if they do not align."""
    style = node.style or ""
    if style in ("|", ">"):
        return None
    first, last = len(style), len(source) - len(style)
    if source[first:last] == node.value:  # nothing in it is written otherwise
        return range(first, last + 1)
    made: list[str] = []
    places: list[int] = []
    for start, end, text in pieces(source, style):
        made.append(text)
        places += range(start, end) if end - start == len(text) else [start] * len(text)
    places.append(len(source) - len(style))
    return places if "".join(made) == node.value else None


def untyped(node: yaml.Node) -> Any:
    """Return the content of a node, with every scalar as text."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: untyped(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [untyped(item) for item in node.value]
    return node.value
