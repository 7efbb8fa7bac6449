"""
Checking one record: the one place that chooses between the fast path and the reference. Pure: bytes in, values out.

A rule that raises is a fault of this program, not of the record: it is returned beside what the others found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfocr_lint.linter import prefilter
from pfocr_lint.linter.diagnostics import diagnostics_of
from pfocr_lint.linter.edited_values import Load, track_edits
from pfocr_lint.linter.entry_diagnostics import diagnostics_of_entries
from pfocr_lint.linter.record_check import check_record
from pfocr_lint.record.line_ends import with_lf
from pfocr_lint.record.parser import read
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import DEFAULT, Settings, on_day

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Diagnostic
    from pfocr_lint.linter.hits import Checked
    from pfocr_lint.record.document import Record
    from pfocr_lint.record.values import Values


class InternalFault(Exception):  # noqa: N818 - the contract's word
    """A rule raised, or a fix failed its verification."""


def check(
    path: str,
    data: bytes,
    settings: Settings = DEFAULT,
    kind: Kind | None = None,
    *,
    before: bytes | None = None,
    today: str | None = None,
    stores_lf: bool = False,
) -> list[Diagnostic]:
    """
    Check one record.

    ``path`` is only a name: no file is read. ``kind`` is the kind of record where path and text do not show it. ``before`` are
    the bytes of an earlier version: a fix that would replace what was edited since is not safe. ``today`` is the day
    with which the ``until`` of waivers is compared, ``YYYY-MM-DD``; without it, no waiver ends. ``stores_lf`` says that Git
    stores LF for CR LF: then CR LF is no finding, and offsets count it as one character.

    Raises InternalFault when a rule raised, ValueError for another form of the day.
    """
    settings = on_day(settings, today)
    data = with_lf(data) if stores_lf else data
    quick = prefilter.quick_check(path, data, settings, kind)
    if quick is not None and quick.record is not None:
        _, found = located(quick, quick.record, data, settings, lambda: before)
        return list(found)
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
) -> Checked | None:
    """
    The findings of one record by the reference path; None when the prefilter found that no rule can find anything.

    ``quick`` is the prefilter's answer, None for "not sure". ``before`` gives the bytes of the earlier version with which edits
    are compared.
    """
    if quick is not None and not quick.found:
        return None
    record = read(path, data, kind)
    track_edits(record, before, read)
    return check_record(record, settings, None if quick is None else quick.candidates)


def located(
    quick: prefilter.QuickCheck, values: Values, data: bytes, settings: Settings, before: Load
) -> tuple[Record, tuple[Diagnostic, ...]]:
    """The record of a quick check with its text, and its diagnostics; nothing is run or read again."""
    record = prefilter.with_text(values, data)
    track_edits(record, before, read)
    return record, diagnostics_of_entries(record, quick.found, settings.rules_for(record.path))
