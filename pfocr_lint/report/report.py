"""What a run found, as the output formats see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from pfocr_lint.dataclass import dataclass, field
from pfocr_lint.diagnostic import Diagnostic, Safety, Severity
from pfocr_lint.report.fixes import FixLog
from pfocr_lint.report.plain import counted


@dataclass(frozen=True)
class RuleHelp:
    """The help for a rule: one line, all of it as text, its page in Markdown, its default severity and its name."""

    summary: str
    text: str
    page: str
    severity: Severity = Severity.ERROR
    name: str = ""


def _no_help(code: str) -> RuleHelp:
    return RuleHelp(code, code, code)


@dataclass
class Totals:
    """Counts of diagnostics by severity and by the safety of their fix, and the paths that have one."""

    counts: Counter[Severity | Safety] = field(default_factory=Counter)
    paths: set[str] = field(default_factory=set)

    def add(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Count some more."""
        for each in diagnostics:
            self.counts[each.severity] += 1
            self.paths.add(each.path)
            if each.fix is not None:
                self.counts[each.fix.safety] += 1


@dataclass(frozen=True)
class Report:
    """
    The diagnostics of a run, sorted, and its counts. Those that were written ``earlier`` count in the summary alone.

    ``seconds`` is how long the run took. ``unsafe`` says that unsafe fixes count as fixable; ``color`` and ``width`` (in columns)
    are the terminal's; ``summary`` says whether people are shown the summary, ``skipped_comparison`` that the rules which compare
    records did not run, ``introduced`` how many diagnostics the diff introduced, resolved and left; ``waived`` are the codes of
    the findings that records waive, one for each, ``missing`` the paths that do not exist; ``rule_help`` gives the help for a
    code.
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
        """How many diagnostics are errors."""
        return self.earlier.counts[Severity.ERROR] + sum(d.severity is Severity.ERROR for d in self.diagnostics)

    @property
    def warnings(self) -> int:
        """How many diagnostics are warnings."""
        return self.earlier.counts[Severity.WARNING] + sum(d.severity is Severity.WARNING for d in self.diagnostics)

    def offered(self, safety: Safety) -> int:
        """How many diagnostics have a fix of that safety."""
        return self.earlier.counts[safety] + sum(d.fix is not None and d.fix.safety is safety for d in self.diagnostics)

    @property
    def fixable(self) -> int:
        """How many diagnostics ``--fix`` would fix, with the flags of this run."""
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
        """Errors before warnings, and in each what needs a person before what ``--fix`` would fix; else in their order."""
        ease = {None: 0, Safety.UNSAFE: 1, Safety.SAFE: 2}
        return sorted(self.diagnostics, key=lambda d: (d.severity is not Severity.ERROR, ease[d.fix.safety if d.fix else None]))

    @property
    def headline(self) -> str:
        """How many errors and warnings there are in how many records, as a sentence."""
        records = counted(self.files, "record")
        if not self.errors + self.warnings:
            return f"No diagnostics in {records}."
        kinds = ", ".join(counted(n, noun) for n, noun in ((self.errors, "error"), (self.warnings, "warning")) if n)
        found = {d.path for d in self.diagnostics}.union(self.earlier.paths) - self.missing
        none = (
            f" and {counted(len(self.missing), 'path')} that do{'es' * (len(self.missing) == 1)} not exist"
            if self.missing
            else ""
        )
        return f"{kinds} in {len(found):,} of {records}{none}."
