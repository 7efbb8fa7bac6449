"""
Which values of a record were edited since a revision that Git knows, and what that means for a fix.

A rule that copies one field to another trusts the source more. If the copy was edited since, the edit may be a correction by a
person, and replacing it is not safe.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from pfocr_lint.dataclass import replace
from pfocr_lint.diagnostic import Finding, Safety
from pfocr_lint.pointer import name_of, value_at

if TYPE_CHECKING:
    from pfocr_lint.record.document import Record
    from pfocr_lint.schema.kinds import Kind

Load: TypeAlias = Callable[[], "bytes | None"]  # the bytes of a record as they were, None where there was none
Read: TypeAlias = "Callable[[str, bytes, Kind], Record]"


class _Edited:
    """
    Whether the value at a JSON Pointer was edited; False where the earlier version is unknown.

    It keeps what it needs of the record, not the record: the two would be a cycle, which only the collector of cycles frees.
    """

    def __init__(self, record: Record, load: Load, read: Read) -> None:
        self.path, self.kind, self.data = record.path, record.kind, record.data
        self.load, self.read, self.asked = load, read, False

    @cached_property
    def _before(self) -> Record | None:
        data = self.load()
        found = None if data is None else self.read(self.path, data, self.kind)
        return None if found is None or found.data is None else found

    def __call__(self, pointer: str) -> bool:
        self.asked = True
        return self._before is not None and not _alike(self._before.value(pointer), value_at(self.data, pointer))


def _alike(old: Any, new: Any) -> bool:
    """Whether two values are equal, or the same text to a person, quoted or not."""
    return bool(old == new) or (old is not None and new is not None and str(old) == str(new))


def track_edits(record: Record, load: Load, read: Read) -> None:
    """Compare the values of a record with the earlier version that ``load`` gives (called on first use) and ``read`` parses."""
    record.edited = _Edited(record, load, read)


def was_asked(record: Record) -> bool:
    """Whether a finding of the record depends on what was edited."""
    return isinstance(record.edited, _Edited) and record.edited.asked


def keep_tracking(old: Record, new: Record) -> None:
    """The same for the record after a fix: its edits are those of the record before the fix, if that could be read."""
    if isinstance(old.edited, _Edited):
        new.edited = old.edited if old.edited.data is not None else _Edited(new, old.edited.load, old.edited.read)


def unsafe_where_edited(record: Record, finding: Finding) -> Finding:
    """The finding; if its fix would replace an edited value, with an unsafe fix and a message that names what was edited."""
    fix, key, edited = finding.fix, finding.key, record.edited
    if fix is None or key is None or edited is None or not fix.follows or not edited(key):
        return finding
    old = [name_of(each) for each in fix.follows if not edited(each)]
    others = " and ".join(old or map(name_of, fix.follows))
    since = f"{name_of(key)} was edited, {others} {'was' if len(old) == 1 else 'were'} not" if old else None
    message = f"{finding.message}; {since or f'{name_of(key)} and {others} were both edited'}"
    return replace(finding, message=message, fix=replace(fix, safety=Safety.UNSAFE))
