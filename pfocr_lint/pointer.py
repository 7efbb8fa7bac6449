"""JSON Pointers (RFC 6901): the name of each value of a record."""

from __future__ import annotations

from functools import lru_cache
from typing import Any


def join(parent: str, token: str | int) -> str:
    """The JSON Pointer (RFC 6901) of ``token`` below ``parent``."""
    name = str(token)
    return f"{parent}/{name.replace('~', '~0').replace('/', '~1') if '~' in name or '/' in name else name}"


def split(pointer: str) -> tuple[str, ...]:
    """The tokens of a JSON Pointer."""
    return _known(pointer) if len(pointer) < _LONG else _split(pointer)


def _split(pointer: str) -> tuple[str, ...]:
    return tuple([token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]])


# The same few pointers are split again and again; those of a hostile record may be as long as the record.
_LONG = 100  # code points
_known = lru_cache(4_096)(_split)


def value_at(data: Any, pointer: str) -> Any:
    """The value at a JSON Pointer in a record's data; None if it does not exist."""
    for token in split(pointer):
        if isinstance(data, dict):
            data = data.get(token)
        elif isinstance(data, list) and token.isdecimal() and int(token) < len(data):
            data = data[int(token)]
        else:
            return None
    return data


def parent_of(pointer: str) -> str:
    """The JSON Pointer of the container that holds ``pointer``."""
    return pointer.rpartition("/")[0]


def entry_of(pointer: str) -> str:
    """The JSON Pointer of the list that holds an item, or of the value itself."""
    return parent_of(pointer) if split(pointer)[-1:] and split(pointer)[-1].isdecimal() else pointer


def name_of(pointer: str) -> str:
    """A JSON Pointer for people: ``schema-jsonld/keywords, item 4``, ``genes, item 2, symbol``; items count from 1."""
    said = ""
    for token in split(pointer):
        if token.isdecimal() and said:
            said += f", item {int(token) + 1}"
        else:
            said += f"{'' if not said else ', ' if said[-1].isdecimal() else '/'}{token}"
    return said
