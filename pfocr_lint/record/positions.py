"""The positions of a record's values in its text: YAML nodes by JSON Pointer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pfocr_lint.dataclass import dataclass
from pfocr_lint.diagnostic import Span
from pfocr_lint.lazy_import import LazyModule
from pfocr_lint.pointer import join, split

if TYPE_CHECKING:
    import yaml

    from pfocr_lint.record import yaml_library
else:
    yaml = LazyModule("yaml")
    yaml_library = LazyModule("pfocr_lint.record.yaml_library")


@dataclass(frozen=True, slots=True)
class Entry:
    """The node of a value, and the node of its key (None for a list item)."""

    pointer: str
    node: yaml.Node
    key: yaml.ScalarNode | None

    @property
    def is_collection(self) -> bool:
        """Whether the value is a list or a mapping."""
        return isinstance(self.node, yaml.CollectionNode)

    @property
    def is_flow(self) -> bool:
        """Whether the value is a list or a mapping in brackets."""
        return isinstance(self.node, yaml.CollectionNode) and bool(self.node.flow_style)

    @property
    def is_empty(self) -> bool:
        """Whether the source has no text for the value."""
        return isinstance(self.node, yaml.ScalarNode) and not self.node.value and not self.node.style


def compose(text: str) -> yaml.Node | None:
    """Return the nodes of a YAML document; None for an empty document. Raises yaml.YAMLError."""
    loader = yaml_library.Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def below(pointer: str, node: yaml.Node | None) -> Iterator[Entry]:
    """Yield the entries below the node at a JSON Pointer, in the order of the text. The last of a repeated key comes last."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            at = join(pointer, key.value)
            yield Entry(at, value, key)
            yield from below(at, value)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            at = join(pointer, index)
            yield Entry(at, item, None)
            yield from below(at, item)


class _At:
    """As much of PyYAML's marks as is used: the offset in the text."""

    def __init__(self, index: int) -> None:
        self.index = index


class Slices(Mapping[str, Entry]):
    """
    The entries of a text in the form that the fast parser reads, composed on demand.

    In this form a key is at the start of its line, and continuation lines of a text are indented more. So the lines of one entry
    can be cut out and composed alone, in a tenth of the time. The same holds for keys of a top-level mapping, such as the
    description in the JSON-LD block. The class writes to ``bases`` the offset in ``text`` at which the slice of each node begins.
    """

    def __init__(self, text: str, body: Span, data: Mapping[str, Any], bases: dict[yaml.Node, int]) -> None:
        self._text, self._body, self._data, self._bases = text, body, data, bases
        self._found: dict[str, Entry] = {}
        self._cut: set[str] = set()

    def __getitem__(self, pointer: str) -> Entry:
        if pointer not in self._found:
            self._compose(pointer)
        return self._found[pointer]

    def __iter__(self) -> Iterator[str]:
        for name in self._data:
            self._slice("", self._body, "", name)
        return iter(dict(self._found))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _compose(self, pointer: str) -> None:
        top, *more = split(pointer)
        if top not in self._data:
            return
        if more and isinstance(self._data[top], dict) and self._data[top]:
            lines = self._lines(self._body, "", top)
            if lines is not None and more[0] in self._data[top]:
                self._slice(join("", top), lines, "  ", more[0])
        else:
            self._slice("", self._body, "", top)

    def _slice(self, pointer: str, within: Span, indent: str, name: str) -> None:
        lines = self._lines(within, indent, name)
        if lines is None or join(pointer, name) in self._cut:
            return
        at = join(pointer, name)
        self._cut.add(at)
        value = self._data[name] if not pointer else self._data[split(pointer)[0]][name]
        if isinstance(value, str):
            self._found[at] = self._scalar(at, value, lines, lines.start + len(indent))
            return
        if isinstance(value, list) and (items := self._items(at, value, lines, indent)) is not None:
            self._found.update(items)
            return
        for entry in below(pointer, compose(self._text[lines.start : lines.end])):
            self._found[entry.pointer] = entry
            for node in (entry.key, entry.node):
                if node is not None:
                    self._bases[node] = lines.start

    def _items(self, pointer: str, value: list[Any], lines: Span, indent: str) -> dict[str, Entry] | None:
        """Return the entries of a list of plain texts, each on a line, without PyYAML; None for another list."""
        dash = f"{indent}- "
        head, *items = self._text[lines.start : lines.end - 1].split("\n")
        if not value or set(map(type, value)) != {str} or items != [f"{dash}{item}" for item in value]:
            return None
        nodes, at = [], lines.start + len(head) + 1
        for item in value:
            start = at + len(dash)
            nodes.append(self._node(item, start, start + len(item)))
            at = start + len(item) + 1
        start = lines.start + len(indent)
        key = self._node(split(pointer)[-1], start, lines.start + head.index(":"))
        sequence: Any = yaml.SequenceNode
        whole = sequence("", nodes, _At(lines.start + len(head) + 1 + len(indent)), _At(lines.end), flow_style=False)
        self._bases[whole] = 0
        found = {f"{pointer}/{number}": Entry(f"{pointer}/{number}", node, None) for number, node in enumerate(nodes)}
        return {pointer: Entry(pointer, whole, key), **found}

    def _node(self, value: str, start: int, end: int, style: str = "") -> yaml.ScalarNode:
        scalar: Any = yaml.ScalarNode
        node: yaml.ScalarNode = scalar("", value, _At(start), _At(end), style)
        self._bases[node] = 0
        return node

    def _scalar(self, pointer: str, value: str, lines: Span, start: int) -> Entry:
        """Return the entry of a text without PyYAML: in this form it begins after the key, a colon and a space."""
        colon = self._text.index(":", start)
        style = "'" if self._text.startswith("'", colon + 2) else ""
        key = self._node(split(pointer)[-1], start, colon)
        return Entry(pointer, self._node(value, colon + 2, lines.end - 1, style), key)

    def lines_of(self, pointer: str) -> Span | None:
        """Return the span of the lines of the entry, at most two levels deep, that has the value; None if a key is missing."""
        top, *more = split(pointer)
        value = self._data.get(top)
        lines = self._lines(self._body, "", top)
        if lines is None or not (more and isinstance(value, dict)):
            return lines
        return self._lines(lines, "  ", more[0]) if value else None

    def _lines(self, within: Span, indent: str, name: str) -> Span | None:
        """Return the span of the lines of a key's entry; None if the key is missing."""
        written = f"'{name}'" if name[:1] == "@" else name
        start = self._text.find(f"\n{indent}{written}:", within.start - 1, within.end)
        if start < 0:
            return None
        end = _NEXT[indent].search(self._text, start + 1, within.end)
        return Span(start + 1, end.start() + 1 if end is not None else within.end)

    def keys_of(self, pointer: str) -> list[Span]:
        """Return the places of the keys of the record, or of a top-level mapping."""
        within = self._body if not pointer else self._lines(self._body, "", split(pointer)[0])
        indent = "  " if pointer else ""
        found = _NEXT[indent].finditer(self._text, within.start - 1, within.end) if within is not None else ()
        starts = [match.end() for match in found]
        return [Span(start, self._text.index(":", start)) for start in starts]


# The start of the next entry. The dash of a list item is at the column of its key, and does not begin an entry.
_NEXT = {indent: re.compile(rf"\n{indent}(?=[^ \n-])") for indent in ("", "  ")}
