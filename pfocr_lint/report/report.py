"""The input of the output formats: the diagnostics and counts of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from pfocr_lint.dataclass import dataclass, field
from pfocr_lint.diagnostic import Diagnostic, Safety, Severity
from pfocr_lint.report.fixes import FixLog
from pfocr_lint.report.plain import counted


@dataclass(frozen=True)
class RuleHelp:
    """The help for a rule: summary in one line, full text, page in Markdown, default severity and name."""

    summary: str
    text: str
    page: str
    severity: Severity = Severity.ERROR
    name: str = ""


def _no_help(code: str) -> RuleHelp:
    return RuleHelp(code, code, code)


@dataclass
class Totals:
    """Counts of diagnostics by severity and by safety of their fix, and the paths that have diagnostics."""

    counts: Counter[Severity | Safety] = field(default_factory=Counter)
    paths: set[str] = field(default_factory=set)

    def add(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Count more diagnostics."""
        for each in diagnostics:
            self.counts[each.severity] += 1
            self.paths.add(each.path)
            if each.fix is not None:
                self.counts[each.fix.safety] += 1


@dataclass(frozen=True)
class Report:
    """
    The sorted diagnostics of a run, and its counts.

    ``earlier`` counts the diagnostics that were written before; they appear only in the summary. ``files`` is the number of
    records, ``fixed`` the number of fixed findings, ``seconds`` the duration of the run. ``unsafe``: unsafe fixes are fixable.
    ``color`` and ``width`` (in columns) describe the terminal. ``summary``: the text formats end with a summary.
    ``skipped_comparison``: the rules that compare records did not run. ``introduced`` is the number of diagnostics that the diff
    introduced, resolved and left. ``waived`` has the rule code of each waived finding. ``missing`` are the paths that do not
    exist. ``rule_help`` returns the help for a rule code.
    """

    diagnostics: tuple[Diagnostic, ...]
    files: int
    fixed: int
    seconds: float
    version: str
    unsafe: bool = False
    color: bool = False
    width: int = 100
    summary: bool = True
    skipped_comparison: bool = False
    introduced: tuple[int, int, int] | None = None
    waived: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()
    rule_help: Callable[[str], RuleHelp] = _no_help
    earlier: Totals = field(default_factory=Totals)
    fixes: FixLog = field(default_factory=FixLog)

    @property
    def errors(self) -> int:
        """The number of errors."""
        return self.earlier.counts[Severity.ERROR] + sum(d.severity is Severity.ERROR for d in self.diagnostics)

    @property
    def warnings(self) -> int:
        """The number of warnings."""
        return self.earlier.counts[Severity.WARNING] + sum(d.severity is Severity.WARNING for d in self.diagnostics)

    def offered(self, safety: Safety) -> int:
        """Return the number of diagnostics with a fix of that safety."""
        return self.earlier.counts[safety] + sum(d.fix is not None and d.fix.safety is safety for d in self.diagnostics)

    @property
    def fixable(self) -> int:
        """The number of diagnostics that ``--fix`` would fix with the flags of this run."""
        return self.offered(Safety.SAFE) + (self.offered(Safety.UNSAFE) if self.unsafe else 0)

    @property
    def by_rule(self) -> dict[str, list[Diagnostic]]:
        """The diagnostics of each rule, the most frequent rule first."""
        found: dict[str, list[Diagnostic]] = {}
        for diagnostic in self.diagnostics:
            found.setdefault(diagnostic.code, []).append(diagnostic)
        return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))

    @property
    def worst_first(self) -> list[Diagnostic]:
        """Errors before warnings; in each, findings without a fix, then those with an unsafe fix, then those with a safe fix."""
        ease = {None: 0, Safety.UNSAFE: 1, Safety.SAFE: 2}
        return sorted(self.diagnostics, key=lambda d: (d.severity is not Severity.ERROR, ease[d.fix.safety if d.fix else None]))

    @property
    def headline(self) -> str:
        """A sentence with the numbers of errors, warnings and records."""
        records = counted(self.files, "record")
        if not self.errors + self.warnings:
            return f"No diagnostics in {records}."
        kinds = ", ".join(counted(n, noun) for n, noun in ((self.errors, "error"), (self.warnings, "warning")) if n)
        found = {d.path for d in self.diagnostics}.union(self.earlier.paths) - self.missing
        missing = (
            f" and {counted(len(self.missing), 'path')} that do{'es' * (len(self.missing) == 1)} not exist"
            if self.missing
            else ""
        )
        return f"{kinds} in {len(found):,} of {records}{missing}."
