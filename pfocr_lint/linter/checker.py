"""
Checking one record: the one place that chooses between the fast path and the reference. Pure: bytes in, values out.

A rule that raises is a fault of this program, not of the record: it is returned beside what the others found.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pfocr_lint.linter import prefilter
from pfocr_lint.linter.diagnostics import diagnostics_of
from pfocr_lint.linter.edited_values import Load, track_edits
from pfocr_lint.record.parser import read
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import DEFAULT, Settings

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Diagnostic
    from pfocr_lint.record.document import Record
from pfocr_lint.linter.hits import Checked, by_place
from pfocr_lint.linter.record_check import check_record, run_rule


class InternalFault(Exception):  # noqa: N818 - the contract's word
    """A rule raised, or a fix failed its verification."""


def check(
    path: str, data: bytes, settings: Settings = DEFAULT, kind: Kind | None = None, *, before: bytes | None = None
) -> list[Diagnostic]:
    """
    Check one record.

    ``path`` is only a name: no file is read. ``kind`` is the kind of record where path and text do not show it. ``before`` are
    the bytes of an earlier version: a fix that would replace what was edited since is not safe. Raises InternalFault when a rule
    raised.
    """
    quick = prefilter.quick_check(path, data, settings, kind)
    checked = checked_of(path, data, settings, kind, quick, lambda: before)
    if checked is None:
        return []
    if checked.faults:
        raise InternalFault(checked.faults[0])
    return diagnostics_of(checked)


def checked_of(
    path: str,
    data: bytes,
    settings: Settings,
    kind: Kind | None,
    quick: prefilter.QuickCheck | None,
    before: Load,
    *,
    fixes: Callable[[str], bool] = lambda _: False,
) -> Checked | None:
    """
    The findings of one record; None when the prefilter found that no rule can find anything.

    This is the one place that chooses between the two paths. ``quick`` is the prefilter's answer, None for "not sure". ``fixes``
    says whether fixes of a safety (as a rule declares it) will be applied: written text must come from the reference path.
    ``before`` gives the bytes of the earlier version with which edits are compared.
    """
    if quick is not None and not quick.candidates:
        return None
    if quick is not None and quick.record is not None and not any(fixes(rule.fix) for rule in quick.candidates):
        record = prefilter.with_text(quick.record, data)
        track_edits(record, before, read)
        return _located(quick, record, settings)
    record = read(path, data, kind)
    track_edits(record, before, read)
    return check_record(record, settings, None if quick is None else quick.candidates)


def _located(quick: prefilter.QuickCheck, record: Record, settings: Settings) -> Checked:
    """Run the candidate rules again, with the text, for the places of their findings."""
    levels, faults = settings.rules_for(record.path), list[str]()
    hits = [hit for rule in quick.candidates for hit in run_rule(rule, record, levels, faults)]
    return Checked(record, tuple(sorted(hits, key=by_place)), tuple(faults))
