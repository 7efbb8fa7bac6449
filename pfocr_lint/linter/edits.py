"""
Fixes, which say what values should be, become edits of the text.

An edit replaces the smallest piece of text that holds a value. A fix that clashes with an earlier one is left out; the next round
applies it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pfocr_lint.dataclass import dataclass
from pfocr_lint.diagnostic import AddKey, Change, DropItem, Edit, Fix, RenameKey, SetValue, Span, TextEdit
from pfocr_lint.lazy_import import LazyModule
from pfocr_lint.pointer import join, parent_of, split
from pfocr_lint.record.characters import SEPARATORS

if TYPE_CHECKING:
    from pfocr_lint.record import emitter
    from pfocr_lint.record.document import Record
    from pfocr_lint.record.positions import Entry
else:
    emitter = LazyModule("pfocr_lint.record.emitter")
from pfocr_lint.linter.changes import changed, format_order, predecessor, value_at, written_pointers

# ruamel.yaml reads 200 kB a second, and a block with comments is read and written some six times for each fix in it.
MOST_WRITTEN = 1 << 16

MOST_REWRITTEN = 12_000

_WHITE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class Plan:
    """
    The edits for a set of fixes.

    ``edits`` are sorted and do not overlap. ``taken`` are the indices of the fixes that they apply, ``changes`` the changes of
    these fixes.
    """

    edits: tuple[Edit, ...]
    taken: tuple[int, ...]
    changes: tuple[Change, ...]

    def data(self, record: Record) -> dict[str, Any] | None:
        """The data that the record must have after the edits; None when it could not be read before."""
        return None if record.data is None else changed(record, self.changes)

    @property
    def written(self) -> tuple[str, ...]:
        """The JSON Pointers, in the new data, of the entries that were written."""
        return tuple(dict.fromkeys(written_pointers(self.changes)))

    def weight(self, record: Record) -> int:
        """How many code points must be read again to verify the edits."""
        kept = {parent_of(change.key) if isinstance(change, DropItem) else change.key
                for change in self.changes if isinstance(change, (DropItem, RenameKey))}  # fmt: skip
        spans = [record.span(key) for key in kept]
        return sum(span.end - span.start for span in spans) + (sum(len(edit.text) for edit in self.edits) if self.written else 0)


@dataclass(frozen=True, slots=True)
class _Step:
    """One change, the edit that makes it alone, and the JSON Pointer of the block that is rewritten for it, if any."""

    change: Change
    edit: Edit
    whole: str | None = None


def plan(record: Record, fixes: Sequence[Fix]) -> Plan:
    """Turn fixes into edits, in their order; a fix that clashes with an earlier one is left out as a whole."""
    taken: list[int] = []
    steps: list[_Step] = []
    room = _Room()
    for index, fix in enumerate(fixes):
        wanted = [_step(record, change) for change in fix.changes]
        found = [step for step in wanted if step is not None]
        if len(found) == len(wanted) and all(room.fits(step) for step in found):
            for step in found:
                room.take(step)
            steps += found
            taken.append(index)
    edits = _edits(record, steps)
    if edits is None:  # they clash only together: one after the other they may fit
        return plan(record, [fixes[taken[0]]]) if len(taken) > 1 else Plan((), (), ())
    return Plan(tuple(edits), tuple(taken), tuple(step.change for step in steps))


class _Room:
    """The text that the accepted changes need, to find a clash with any of them quickly."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int]] = []
        self._keys: dict[str | None, list[str]] = {}
        self._added: set[str] = set()

    def fits(self, step: _Step) -> bool:
        """Whether a change can be made beside the accepted ones; inside a rewritten block, key by key."""
        if step.whole is not None and step.whole in self._keys:
            key = _key(step.change)
            return not any(key.startswith(other) or other.startswith(key) for other in self._keys[step.whole])
        start, end = step.edit.start, step.edit.end
        at = bisect_left(self._spans, (start, end))
        if at and self._spans[at - 1][1] > start:
            return False
        if start == end:
            return _key(step.change) not in self._added
        return at == len(self._spans) or self._spans[at][0] >= end

    def take(self, step: _Step) -> None:
        """Reserve the text of an accepted change."""
        if step.whole is not None:
            keys = self._keys.setdefault(step.whole, [])
            keys.append(_key(step.change))
            if len(keys) > 1:
                return
        insort(self._spans, (step.edit.start, step.edit.end))
        self._added.add(_key(step.change))


def _key(change: Change) -> str:
    return f"{change.start}" if isinstance(change, TextEdit) else f"{change.key}/"


def _step(record: Record, change: Change) -> _Step | None:
    """The edit of a change; None when the text does not allow it."""
    if isinstance(change, TextEdit):
        return _Step(change, Edit(change.start, change.end, change.text))
    holder = _flow_holder(record, change.key)
    edit = _edit(record, change) if holder is None else None
    if edit is not None:
        return _Step(change, edit)
    if holder is None:
        holder = _commented_holder(record, change.key)
    edit = _whole(record, holder, [change]) if holder is not None else None
    return None if edit is None else _Step(change, edit, holder)


def _edits(record: Record, steps: Sequence[_Step]) -> list[Edit] | None:
    edits: list[Edit] = []
    wholes = dict.fromkeys(step.whole for step in steps if step.whole is not None)
    emptied = _emptied(record, [step.change for step in steps if step.whole is None])
    for holder in wholes:
        edit = _whole(record, holder, [step.change for step in steps if step.whole == holder])
        if edit is None:
            return None
        edits.append(edit)
    for pointer in emptied:
        edit = _edit(record, SetValue(pointer, []))
        if edit is None:
            return None
        edits.append(edit)
    for step in sorted(steps, key=lambda step: _turn(record, step.change)):
        change = step.change
        if step.whole is None and not (isinstance(change, DropItem) and parent_of(change.key) in emptied):
            edits.append(step.edit)
    edits.sort(key=lambda edit: (edit.start, edit.end))
    if any(a.end > b.start for a, b in pairwise(edits)):
        return None
    return edits


def _turn(record: Record, change: Change) -> tuple[int, int]:
    """The order of keys that are added at one place: deeper ones first, then in the format's order."""
    if not isinstance(change, AddKey):
        return 0, 0
    parent, name = parent_of(change.key), split(change.key)[-1]
    keys = format_order(record, parent, record.value(parent))
    return -len(split(parent)), keys.index(name) if name in keys else len(keys)


def _emptied(record: Record, changes: Sequence[Change]) -> set[str]:
    """The lists that lose all their items."""
    drops: dict[str, set[str]] = {}
    for change in changes:
        if isinstance(change, DropItem):
            drops.setdefault(parent_of(change.key), set()).add(change.key)
    return {parent for parent, keys in drops.items() if len(keys) == len(record.value(parent))}


def _flow_holder(record: Record, pointer: str) -> str | None:
    """The outermost flow collection that holds a value: it is rewritten as a whole."""
    if record.canonical:  # there, a collection in brackets is empty
        return None
    at = ""
    for token in split(parent_of(pointer)):
        at = join(at, token)
        entry = record.entries.get(at)
        if entry is not None and entry.is_flow:
            return at
    return None


def _commented_holder(record: Record, pointer: str) -> str | None:
    """The top-level block with comments that holds a nested value."""
    tokens = split(pointer)
    top = join("", tokens[0])
    if len(tokens) < 2 or top not in record.entries:
        return None
    span = _block(record, record.entries[top])
    if (span.end - span.start) * record.found > MOST_REWRITTEN:
        return None
    return top if any(span.start <= comment.start < span.end for comment in record.comments) else None


def _block(record: Record, entry: Entry) -> Span:
    """The lines of a top-level entry, comments at the end of its last line included."""
    assert entry.key is not None
    end = record.text.find("\n", record.node_span(entry.node).end)
    return Span(record.node_span(entry.key).start, end + 1)


def _whole(record: Record, holder: str, changes: Sequence[Change]) -> Edit | None:
    entry = record.entries[holder]
    written = {change.key for change in changes if isinstance(change, SetValue)}
    if any(pointer.startswith(f"{holder}/") and pointer not in written and record.typed(pointer) for pointer in record.entries):
        return None  # rewritten, the text would not show any more which backslashes were typed
    value = value_at(changed(record, changes), holder)
    if entry.is_flow:
        return _edit(record, SetValue(holder, value))
    from pfocr_lint.record import round_trip  # ruamel.yaml, which few runs need

    span = _block(record, entry)
    text = round_trip.rewrite(record.text[span.start : span.end], value)
    return None if text is None else Edit(span.start, span.end, _as_here(record.text, span.start, text))


def _edit(record: Record, change: Change) -> Edit | None:
    """The edit of one change in block context."""
    if isinstance(change, TextEdit):
        return Edit(change.start, change.end, change.text)
    if isinstance(change, AddKey):
        return _add(record, change)
    entry = record.entries.get(change.key)
    if entry is None:
        return None
    if isinstance(change, SetValue):
        return _set(record, entry, change.value)
    if isinstance(change, DropItem):
        return _drop(record, entry)
    return _rename(record, entry, change.new)


def _set(record: Record, entry: Entry, value: Any) -> Edit | None:
    """Replace a value; of the text between key and value, only what the new form needs."""
    text = record.text
    path = _path(record, entry.pointer)
    span = record.node_span(entry.node)
    if entry.is_collection and any(span.start <= comment.start < span.end for comment in record.comments):
        return None
    if entry.key is None:
        written = emitter.entry(path, value)
        return _splice(text, span, written.at(_column(text, span.start)))
    key = record.node_span(entry.key)
    written = emitter.entry(path, value)
    name = emitter.key(str(path[-1]))
    after = written.at(_column(text, key.start))[len(name) + 1 :]
    if entry.is_empty:
        start = record.empty_at(entry.key, entry.node)
        end = start
        while text[end : end + 1] == " " and text[end : end + 2] != " #":
            end += 1
        return _splice(text, Span(start, end), after)
    header = text[span.start : span.end].split("\n", 1)[0]
    if header[:1] in "|>" and "#" in header:
        return None  # a comment behind the mark of a block scalar would be lost
    if isinstance(value, (dict, list)) or entry.is_collection or "\t" in text[key.end : span.start]:
        colon = record.empty_at(entry.key, entry.node)
        if "#" in text[key.end : span.start]:
            return None
        return _splice(text, Span(colon, span.end), after)
    return _splice(text, span, after.lstrip(" "))


def _splice(text: str, span: Span, new: str) -> Edit:
    """An edit; a comment behind the old value stays on the first line of a block scalar, which would swallow it."""
    if text[span.end - 1 : span.end + 1] == "\r\n":  # the line's end is not the value's
        span = Span(span.start, span.end - 1)
    below = _WHITE.match(text, span.end)
    blank = (
        text[span.end : text.rfind("\n", span.end, below.end() if below else 0) + 1 or span.end]
        .removesuffix("\n")
        .removesuffix("\r")
    )
    if "\t" in blank:  # a tab on an empty line may stand behind an unquoted text only
        return Edit(span.start, span.end + len(blank), _as_here(text, span.start, new) + blank.replace("\t", "").replace(" ", ""))
    stop = text.find("\n", span.end)
    behind = text[span.end : stop]
    if behind.strip() and new[:1] in "|" and "\n" in new:
        first, rest = new.split("\n", 1)
        return Edit(span.start, stop, _as_here(text, span.start, f"{first}{behind}\n{rest}"))
    return Edit(span.start, span.end, _as_here(text, span.start, new))


def _as_here(text: str, at: int, new: str) -> str:
    """New text with the line ends of the line it replaces: where CR LF stays (PF009), line ends are not mixed."""
    end = text.find("\n", at) if "\n" in new else -1
    return re.sub("(?<!\r)\n", "\r\n", new) if text[max(end - 1, 0) : end] == "\r" else new


def _path(record: Record, pointer: str) -> list[str | int]:
    """The tokens of a JSON Pointer; a list's index is a number."""
    found: list[str | int] = []
    at: Any = record.data
    for token in split(pointer):
        found.append(int(token) if isinstance(at, list) else token)
        at = at[int(token)] if isinstance(at, list) else at.get(token) if isinstance(at, dict) else None
    return found


def _drop(record: Record, entry: Entry) -> Edit | None:
    """Remove the lines of a list item."""
    text = record.text
    span = record.node_span(entry.node)
    dash = text.rfind("-", 0, span.start if span.start < span.end else span.start + 1)
    start = text.rfind("\n", 0, dash) + 1
    end = text.find("\n", span.end) + 1
    if text[start:dash].strip(" ") or text[span.end : end].strip():
        return None
    return Edit(start, end, "")


def _rename(record: Record, entry: Entry, new: str) -> Edit | None:
    """Replace a key, and no character after it: a comment may follow."""
    if entry.key is None:
        return None
    key = record.node_span(entry.key)
    return Edit(key.start, key.end, emitter.key(new))


def _add(record: Record, change: AddKey) -> Edit | None:
    """A new entry on its own lines, after the key that precedes it in the format's order."""
    text, parent = record.text, parent_of(change.key)
    keys = record.first_keys(parent)
    if not keys:
        return None
    after = predecessor(record, parent, split(change.key)[-1], record.value(parent))
    first = keys[0].start
    if after is None:
        start = text.rfind("\n", 0, first) + 1
        if text[start:first].strip():
            return None
    else:
        value = record.entries[join(parent, after)]
        span = record.node_span(value.node)
        end = max(span.end, record.span(value.pointer, on_key=True).end)
        start = text.find("\n", end) + 1
        if not set(SEPARATORS).isdisjoint(text[end:start]):
            return None  # to YAML the line ends earlier than in an editor, and the rest may belong to another value
    column = _column(text, first)
    written = emitter.entry(_path(record, change.key), change.value)
    return Edit(start, start, _as_here(text, max(start - 1, 0), f"{' ' * column}{written.at(column)}\n"))


def _column(text: str, at: int) -> int:
    return at - text.rfind("\n", 0, at) - 1
