"""The keys around a line of a text that may be broken: by indentation, without YAML."""

from __future__ import annotations

import re
from typing import NamedTuple

from pfocr_lint.pointer import join
from pfocr_lint.schema.kinds import MAPPINGS, Kind, kind_of
from pfocr_lint.workspace.source import kind_by_path

_KEY = re.compile(r"( *)(?:'([^']*)'|\"([^\"]*)\"|([\w@.-]+)) *:(?: +|$)(.*)")
_ITEM = re.compile(r"^( *)- +(.*)|^( *)-$")
_NAME = re.compile(r" *['\"]?[\w@.-]*$")
_FENCE = re.compile(r"(?:---|\.\.\.)[ \t]*$")


class Line(NamedTuple):
    """
    A line of a record: its indentation, the JSON Pointer of the mapping or list around it, and its parts.

    ``key`` is None for an item of a list, whose ``value`` is behind the dash, and for a line that is a part of a text.
    """

    indent: int
    parent: str
    key: str | None
    value: str
    value_column: int

    @property
    def pointer(self) -> str:
        """The JSON Pointer of the line's value; of an item, the one of the first item, which has the same schema."""
        return join(self.parent, "0" if self.key is None else self.key)


def mapping_kind(path: str, text: str) -> Kind | None:
    """The kind of a record that is a mapping; None for any other file."""
    kind = kind_by_path(path)
    kind = kind_of(path, text) if kind is None or kind is Kind.FIGURE else kind
    return kind if kind in MAPPINGS else None


def inside(lines: list[str], number: int) -> bool:
    """Whether a line lies between the fences."""
    fences = [at for at, line in enumerate(lines) if _FENCE.match(line)][:2]
    return bool(fences) and fences[0] < number and (len(fences) == 1 or number < fences[1])


def parse(lines: list[str], number: int) -> Line | None:
    """The parts of a line; None where it begins no key and no item."""
    line = lines[number]
    item, key = _ITEM.match(line), _KEY.match(line)
    if item is not None:
        indent = len(item[1] if item[1] is not None else item[3])
        value = item[2] or ""
        return Line(indent, _parent(lines, number, indent, of_item=True), None, value, len(line) - len(value))
    if key is None:
        return None
    indent = len(key[1])
    return Line(indent, _parent(lines, number, indent), key[2] or key[3] or key[4] or "", key[5], key.start(5))


def parent_of_name(lines: list[str], number: int, prefix: str) -> str | None:
    """The JSON Pointer of the mapping in which a key is being typed; None where the prefix of the line cannot be a key."""
    return _parent(lines, number, len(prefix) - len(prefix.lstrip(" "))) if _NAME.match(prefix) else None


def keys_in(lines: list[str], parent: str) -> set[str]:
    """The keys that a mapping has, by the lines."""
    found = (parse(lines, at) for at in range(len(lines)))
    return {line.key for line in found if line is not None and line.key is not None and line.parent == parent}


def _parent(lines: list[str], number: int, indent: int, *, of_item: bool = False) -> str:
    """The JSON Pointer of what holds a line with this indentation: the nearest key above with less, for an item as little."""
    tokens = []
    for at in range(number - 1, -1, -1):
        if _FENCE.match(lines[at]):
            break
        key = _KEY.match(lines[at])
        if key is not None and (len(key[1]) < indent or (of_item and len(key[1]) == indent)):
            tokens.append(key[2] or key[3] or key[4] or "")
            indent, of_item = len(key[1]), False
            if indent == 0:
                break
    pointer = ""
    for token in reversed(tokens):
        pointer = join(pointer, token)
    return pointer
