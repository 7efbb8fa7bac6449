"""The result of one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfocr_lint.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfocr_lint.diagnostic import Diagnostic
    from pfocr_lint.linter.planned import PlannedEdit
    from pfocr_lint.record.facts import Facts


@dataclass(frozen=True, slots=True)
class Result:
    """
    The result of one file.

    ``left`` are the diagnostics that remain (of many files, in a block), ``fixed`` those that were fixed. ``versions`` is the
    text before and after, only for a diff; ``patch`` is that diff;
    ``planned`` are the edits that would be made, only for a plan. ``faults`` are this program's own, ``notes`` say why a file
    was left as it is, ``unreadable`` why it was not read, ``missing`` that it does not exist, ``not_a_record`` that it is none.
    ``facts`` are compared with those of other records, ``waived`` are the codes of the waived findings, one for each. ``digest``
    identifies what the result depends on (see git_line_ends.digest_of); empty where that is more than the record's bytes and
    Git's answer on its line ends. ``until`` is the earliest last day of the record's waivers (``YYYY-MM-DD``): the result is the
    same on all days up to it, if it was made on one of them.
    """

    path: str
    left: Sequence[Diagnostic] = ()
    fixed: tuple[Diagnostic, ...] = ()
    versions: tuple[str, str] | None = None
    patch: str = ""
    planned: tuple[PlannedEdit, ...] = ()
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unreadable: str | None = None
    missing: bool = False
    not_a_record: bool = False
    facts: Facts | None = None
    waived: tuple[str, ...] = ()
    digest: bytes = b""
    until: str | None = None

    @property
    def is_clean(self) -> bool:
        """
        Whether there is nothing to report, on any day.

        A waived finding is counted in every run, and a waiver may end: such a record is not kept as clean.
        """
        reported = self.left or self.fixed or self.versions or self.faults or self.notes or self.unreadable or self.not_a_record
        return not (reported or self.planned or self.waived or self.until)
