"""What a run found, as the formats see it."""

from __future__ import annotations

from dataclasses import dataclass

from pfocr_lint.diagnostic import Diagnostic, Safety, Severity


@dataclass(frozen=True)
class Report:
    """
    The diagnostics of a run, sorted, and its sums.

    ``unsafe`` says that unsafe fixes count as offered; ``color`` and ``width`` (in columns) are the terminal's;
    ``sums`` says whether people are told the sums, ``alone`` that the rules across records did not run, ``change`` how
    many diagnostics a change introduced, resolved and left.
    """

    diagnostics: tuple[Diagnostic, ...]
    files: int
    fixed: int
    seconds: float
    version: str
    unsafe: bool = False
    color: bool = False
    width: int = 100
    sums: bool = True
    alone: bool = False
    change: tuple[int, int, int] | None = None

    @property
    def errors(self) -> int:
        """How many diagnostics are errors."""
        return sum(d.severity is Severity.ERROR for d in self.diagnostics)

    @property
    def warnings(self) -> int:
        """How many diagnostics are warnings."""
        return len(self.diagnostics) - self.errors

    def offered(self, safety: Safety) -> int:
        """How many diagnostics have a fix of that safety."""
        return sum(d.fix is not None and d.fix.safety is safety for d in self.diagnostics)

    @property
    def fixable(self) -> int:
        """How many diagnostics ``--fix`` would mend, with the flags of this run."""
        return self.offered(Safety.SAFE) + (self.offered(Safety.UNSAFE) if self.unsafe else 0)
