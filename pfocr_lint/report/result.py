"""What a run found, as the formats see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from pfocr_lint.dataclass import dataclass, field
from pfocr_lint.diagnostic import Diagnostic, Safety, Severity
from pfocr_lint.report.fixes import FixLog
from pfocr_lint.report.plain import counted


@dataclass(frozen=True)
class RuleHelp:
    """What is said of a rule: one line, all of it as text, its page in Markdown, how bad it is by default, and its name."""

    summary: str
    text: str
    page: str
    severity: Severity = Severity.ERROR
    name: str = ""


def _no_help(code: str) -> RuleHelp:
    return RuleHelp(code, code, code)


@dataclass
class Told:
    """Sums of diagnostics that were told before: how many there were of each severity and of each kind of fix, and where."""

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
    The diagnostics of a run, sorted, and its sums. Those that were ``told`` before count in the sums alone.

    ``unsafe`` says that unsafe fixes count as offered; ``color`` and ``width`` (in columns) are the terminal's;
    ``sums`` says whether people are told the sums, ``alone`` that the rules across records did not run, ``change`` how
    many diagnostics a change introduced, resolved and left; ``waived`` are the codes of the findings that records waive, one
    for each, ``absent`` the paths that do not exist; ``about`` gives the help of the rule that a code names.
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
    waived: tuple[str, ...] = ()
    absent: frozenset[str] = frozenset()
    about: Callable[[str], RuleHelp] = _no_help
    told: Told = field(default_factory=Told)
    fixes: FixLog = field(default_factory=FixLog)

    @property
    def errors(self) -> int:
        """How many diagnostics are errors."""
        return self.told.counts[Severity.ERROR] + sum(d.severity is Severity.ERROR for d in self.diagnostics)

    @property
    def warnings(self) -> int:
        """How many diagnostics are warnings."""
        return self.told.counts[Severity.WARNING] + sum(d.severity is Severity.WARNING for d in self.diagnostics)

    def offered(self, safety: Safety) -> int:
        """How many diagnostics have a fix of that safety."""
        return self.told.counts[safety] + sum(d.fix is not None and d.fix.safety is safety for d in self.diagnostics)

    @property
    def fixable(self) -> int:
        """How many diagnostics ``--fix`` would mend, with the flags of this run."""
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
        """Errors before warnings, and in each what needs a person before what ``--fix`` mends; else in their order."""
        ease = {None: 0, Safety.UNSAFE: 1, Safety.SAFE: 2}
        return sorted(self.diagnostics, key=lambda d: (d.severity is not Severity.ERROR, ease[d.fix.safety if d.fix else None]))

    @property
    def headline(self) -> str:
        """How many errors and warnings there are in how many records, as a sentence."""
        records = counted(self.files, "record")
        if not self.errors + self.warnings:
            return f"No diagnostics in {records}."
        kinds = ", ".join(counted(n, noun) for n, noun in ((self.errors, "error"), (self.warnings, "warning")) if n)
        found = {d.path for d in self.diagnostics}.union(self.told.paths) - self.absent
        none = (
            f" and {counted(len(self.absent), 'path')} that do{'es' * (len(self.absent) == 1)} not exist" if self.absent else ""
        )
        return f"{kinds} in {len(found):,} of {records}{none}."
