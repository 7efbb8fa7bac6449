"""
As much of rpds as jsonschema and referencing use, in Python: persistent maps, sets and lists.

rpds-py is compiled, and its index has no file for Pyodide. Each change makes a copy: these hold a handful of schemas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any


class HashTrieMap(Mapping):
    """A mapping whose changes return another one."""

    def __init__(self, value: Any = (), **more: Any) -> None:
        self._items = dict(value, **more)

    @classmethod
    def convert(cls, value: Any) -> HashTrieMap:
        return value if isinstance(value, cls) else cls(value)

    def __getitem__(self, key: Any) -> Any:
        return self._items[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"HashTrieMap({self._items!r})"

    def insert(self, key: Any, value: Any) -> HashTrieMap:
        return HashTrieMap({**self._items, key: value})

    def update(self, *others: Any, **more: Any) -> HashTrieMap:
        items = dict(self._items)
        for other in others:
            items.update(other)
        return HashTrieMap({**items, **more})

    def remove(self, key: Any) -> HashTrieMap:
        items = dict(self._items)
        del items[key]
        return HashTrieMap(items)

    def discard(self, key: Any) -> HashTrieMap:
        return self.remove(key) if key in self._items else self


class HashTrieSet(Set):
    """A set whose changes return another one."""

    def __init__(self, value: Iterable[Any] = ()) -> None:
        self._items = frozenset(value)

    def __contains__(self, item: Any) -> bool:
        return item in self._items

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(self._items)

    def insert(self, item: Any) -> HashTrieSet:
        return HashTrieSet(self._items | {item})

    def update(self, *others: Iterable[Any]) -> HashTrieSet:
        return HashTrieSet(self._items.union(*others))

    def discard(self, item: Any) -> HashTrieSet:
        return HashTrieSet(self._items - {item})


class List:
    """A list whose changes return another one."""

    def __init__(self, *items: Any) -> None:
        self._items = tuple(items[0]) if len(items) == 1 and isinstance(items[0], Iterable) else items

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, List) and self._items == other._items

    def __hash__(self) -> int:
        return hash(self._items)

    def push_front(self, item: Any) -> List:
        return List((item, *self._items))
