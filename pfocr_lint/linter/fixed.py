"""The result of fixing a record, and how its values are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pfocr_lint.dataclass import dataclass
from pfocr_lint.diagnostic import Diagnostic, DropItem, Edit, Fix, RenameKey, TextEdit, ValueChange
from pfocr_lint.pointer import split

if TYPE_CHECKING:
    from pfocr_lint.record.document import Record
    from pfocr_lint.record.facts import Facts


class Round(NamedTuple):
    """
    The fixes that were made together: their edits in the text before them, sorted, and their diagnostics.

    ``follows`` are, for each diagnostic, the JSON Pointers of the values from which its fix took the new one.
    """

    edits: tuple[Edit, ...]
    fixed: tuple[Diagnostic, ...]
    follows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Fixed:
    """
    The result of fixing one record.

    ``data`` are the bytes after all fixes; the old ones when nothing was fixed or a fault occurred. ``fixed`` are the diagnostics
    that were fixed, ``left`` those that remain in ``data``, ``waived`` the codes of the waived findings, one for each. ``until``
    is the earliest last day of the waivers in ``data``. ``rounds`` are the same fixes with the edits that made them.
    """

    data: bytes
    fixed: tuple[Diagnostic, ...]
    left: tuple[Diagnostic, ...]
    faults: tuple[str, ...] = ()
    facts: Facts | None = None
    waived: tuple[str, ...] = ()
    until: str | None = None
    rounds: tuple[Round, ...] = ()


def made_by(record: Record, made: Fix) -> tuple[ValueChange, ...]:
    """The changes of a fix: one for each value, and one in all for the text itself."""
    found: list[ValueChange] = []
    for change in made.changes:
        if isinstance(change, TextEdit):
            found += [] if ValueChange(None) in found else [ValueChange(None)]
        elif isinstance(change, DropItem):
            found.append(ValueChange(change.key, record.value(change.key)))
        elif isinstance(change, RenameKey):
            found.append(ValueChange(change.key, split(change.key)[-1], change.new))
        else:
            found.append(ValueChange(change.key, record.value(change.key), change.value))
    return tuple(found)


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal, types included: 1, 1.0 and true are three values; nan equals itself."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b) or (a != a and b != b)
