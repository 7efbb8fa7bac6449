"""What the data of a record is after some changes."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pfocr_lint.diagnostic import AddKey, Change, DropItem, RenameKey, TextEdit
from pfocr_lint.pointer import join, parent_of, split
from pfocr_lint.schema import schemas

if TYPE_CHECKING:
    from pfocr_lint.record.document import Record


def changed(record: Record, changes: Sequence[Change]) -> dict[str, Any]:
    """
    The record's data with the changes made; what does not change is shared with the record.

    The keys of the changes are JSON Pointers into the data before them.
    """
    data: dict[str, Any] = {**(record.data or {})}
    for name in {split(change.key)[0] for change in changes if not isinstance(change, TextEdit)} & data.keys():
        data[name] = copy.deepcopy(data[name])
    drops: list[tuple[str, int]] = []
    holders = {
        key: value_at(data, key) for change in changes if not isinstance(change, TextEdit) for key in [parent_of(change.key)]
    }
    for change in changes:
        if isinstance(change, TextEdit):
            continue
        holder, token = holders[parent_of(change.key)], split(change.key)[-1]
        if isinstance(change, DropItem):
            drops.append((parent_of(change.key), int(token)))
        elif isinstance(change, RenameKey):
            renamed = {change.new if key == token else key: value for key, value in holder.items()}
            holder.clear()
            holder.update(renamed)
        elif isinstance(change, AddKey):
            after = predecessor(record, parent_of(change.key), token, holder)
            keys = list(holder)
            keys.insert(keys.index(after) + 1 if after is not None else 0, token)
            values = {**holder, token: copy.deepcopy(change.value)}
            holder.clear()
            holder.update({key: values[key] for key in keys})
        elif isinstance(holder, list):
            holder[int(token)] = copy.deepcopy(change.value)
        else:
            holder[token] = copy.deepcopy(change.value)
    for parent, place in sorted(drops, reverse=True, key=lambda drop: drop[1]):
        del holders[parent][place]
    return data


def value_at(data: Any, pointer: str) -> Any:
    for token in split(pointer):
        data = data[int(token)] if isinstance(data, list) else data[token]
    return data


def written_pointers(changes: Sequence[Change]) -> Iterable[str]:
    """The JSON Pointers, after the changes, of the values that they write."""
    drops = [(parent_of(change.key), int(split(change.key)[-1])) for change in changes if isinstance(change, DropItem)]
    names = {change.key: join(parent_of(change.key), change.new) for change in changes if isinstance(change, RenameKey)}
    for change in changes:
        if isinstance(change, TextEdit):
            continue
        tokens = split(parent_of(change.key) if isinstance(change, DropItem) else change.key)
        old = new = ""
        for token in tokens:
            before = sum(1 for parent, place in drops if parent == old and token.isdecimal() and place < int(token))
            old = join(old, token)
            new = join(new, str(int(token) - before)) if before else join(new, split(names.get(old, old))[-1])
        yield new


def predecessor(record: Record, parent: str, name: str, present: dict[str, Any]) -> str | None:
    """The present key after which a missing key belongs; None when it comes first."""
    keys = format_order(record, parent, present)
    before = keys[: keys.index(name)] if name in keys else list(present)
    return next((key for key in reversed(before) if key in present), None)


def format_order(record: Record, parent: str, present: dict[str, Any]) -> list[str]:
    """The keys of a mapping that the format knows, in the format's order."""
    below = schemas.at(record.kind, parent)
    return schemas.order(below, present) if below is not None else []
