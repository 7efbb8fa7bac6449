"""What came of one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfocr_lint.dataclass import dataclass

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Diagnostic
    from pfocr_lint.record.facts import Facts


@dataclass(frozen=True, slots=True)
class Result:
    """
    What came of one file.

    ``left`` are the diagnostics that remain, ``fixed`` those that were mended. ``versions`` are text before and after,
    only when a difference is wanted, ``patch`` is that difference. ``faults`` are this program's own, ``notes`` say why a file
    was left as it is, ``unread`` why it was not read, ``absent`` that there is no such file, ``stray`` that it is no record,
    ``facts`` what it hands out for comparison, ``waived`` the rules of what it waives, one for each finding.
    """

    path: str
    left: tuple[Diagnostic, ...] = ()
    fixed: tuple[Diagnostic, ...] = ()
    versions: tuple[str, str] | None = None
    patch: str = ""
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unread: str | None = None
    absent: bool = False
    stray: bool = False
    facts: Facts | None = None
    waived: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing to tell of the file. What it waives is counted in every run, so it is not kept as clean."""
        told = self.left or self.fixed or self.versions or self.faults or self.notes or self.unread or self.stray
        return not (told or self.waived)
