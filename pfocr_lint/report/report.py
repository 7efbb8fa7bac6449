"""The input of the output formats: the diagnostics and counts of a run."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, groupby
from operator import attrgetter

from pfocr_lint.dataclass import dataclass, field, replace
from pfocr_lint.diagnostic import Diagnostic, Safety, Severity
from pfocr_lint.report.fixes import FixLog
from pfocr_lint.report.folding import Fold, folded
from pfocr_lint.report.plain import counted
from pfocr_lint.result import Result


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
class RuleCount:
    """How often a rule found something: findings, records, and findings with a safe and with an unsafe fix."""

    name: str
    count: int = 0
    files: int = 0
    safe: int = 0
    unsafe: int = 0
    path: str | None = None  # of the last finding


@dataclass
class Totals:
    """Counts of diagnostics by severity, by safety of their fix, and by rule, and the paths that have diagnostics."""

    counts: Counter[Severity | Safety] = field(default_factory=Counter)
    paths: set[str] = field(default_factory=set)
    rules: dict[str, RuleCount] = field(default_factory=dict)

    def copy(self) -> Totals:
        """Return the same counts, to add to."""
        return Totals(Counter(self.counts), set(self.paths), {code: replace(rule) for code, rule in self.rules.items()})

    def add(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Count more diagnostics; those of one record come together."""
        for each in diagnostics:
            body, path = each.body, each.path
            rule = self.rules.get(body.code)
            if rule is None:
                rule = self.rules[body.code] = RuleCount(body.name)
            rule.count += 1
            if path != rule.path:
                rule.path = path
                rule.files += 1
                self.paths.add(path)
            self.counts[body.severity] += 1
            if body.fix is not None:
                self.counts[body.fix.safety] += 1
                rule.safe += body.fix.safety is Safety.SAFE
                rule.unsafe += body.fix.safety is Safety.UNSAFE


class Found:
    """
    The diagnostics of results that are sorted by path, by offset and code in each; made anew in each iteration.

    ``totals`` are their counts, known after the first complete iteration. ``path_of`` gives the path to show in place of another.
    """

    def __init__(self, results: Sequence[Result], earlier: Totals, path_of: Callable[[str], str] | None = None) -> None:
        self._results, self._earlier, self._path_of = results, earlier, path_of
        self.totals: Totals | None = None

    def with_paths(self, path_of: Callable[[str], str]) -> Found:
        """Return the same diagnostics with other paths."""
        return Found(self._results, self._earlier, path_of)

    def __iter__(self) -> Iterator[Diagnostic]:
        totals = self._earlier.copy()
        for _, own in groupby(self._results, attrgetter("path")):
            parts = [result.left for result in own]
            one = list(parts[0]) if len(parts) == 1 else sorted(chain(*parts), key=lambda each: (each.start, each.code))
            if self.totals is None:
                totals.add(one)
            yield from one if self._path_of is None else map(self._moved, one)
        self.totals = self.totals or totals

    def _moved(self, diagnostic: Diagnostic) -> Diagnostic:
        assert self._path_of is not None
        body, path = diagnostic.body, self._path_of(diagnostic.path)
        if any(other.path for other in body.related):
            related = (other._replace(path=other.path and self._path_of(other.path)) for other in body.related)
            body = replace(body, related=tuple(related), shown={})
        return diagnostic._replace(body=body, path=path)


@dataclass(frozen=True)
class Report:
    """
    The sorted diagnostics of a run, and its counts.

    ``diagnostics`` can be iterated again and again, and may be too many for a list. ``earlier`` counts the diagnostics that were
    written before; they appear only in the summary. ``files`` is the number of
    records, ``fixed`` the number of fixed findings, ``seconds`` the duration of the run. ``unsafe``: unsafe fixes are fixable.
    ``color`` and ``width`` (in columns) describe the terminal. ``summary``: the text formats end with a summary.
    ``skipped_comparison``: the rules that compare records did not run. ``introduced`` is the number of diagnostics that the diff
    introduced, resolved and left. ``waived`` has the rule code of each waived finding. ``missing`` are the paths that do not
    exist. ``rule_help`` returns the help for a rule code. ``pages`` returns the addresses of a line, from its path and number:
    its page and its editor; None where these are not known. ``fold``: formats for people show the findings of one rule in one
    record as one.
    """

    diagnostics: Iterable[Diagnostic]
    files: int
    fixed: int
    seconds: float
    version: str
    unsafe: bool = False
    color: bool = False
    width: int = 100
    summary: bool = True
    fold: bool = False
    skipped_comparison: bool = False
    introduced: tuple[int, int, int] | None = None
    waived: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()
    rule_help: Callable[[str], RuleHelp] = _no_help
    pages: Callable[[str, int], tuple[str, str]] | None = None
    earlier: Totals = field(default_factory=Totals)
    fixes: FixLog = field(default_factory=FixLog)

    @cached_property
    def totals(self) -> Totals:
        """The counts of all diagnostics."""
        if isinstance(self.diagnostics, Found):
            for _ in self.diagnostics if self.diagnostics.totals is None else ():
                pass
            if self.diagnostics.totals is not None:
                return self.diagnostics.totals
        whole = self.earlier.copy()
        whole.add(self.diagnostics)
        return whole

    @property
    def errors(self) -> int:
        """The number of errors."""
        return self.totals.counts[Severity.ERROR]

    @property
    def warnings(self) -> int:
        """The number of warnings."""
        return self.totals.counts[Severity.WARNING]

    def offered(self, safety: Safety) -> int:
        """Return the number of diagnostics with a fix of that safety."""
        return self.totals.counts[safety]

    @property
    def fixable(self) -> int:
        """The number of diagnostics that ``--fix`` would fix with the flags of this run."""
        return self.offered(Safety.SAFE) + (self.offered(Safety.UNSAFE) if self.unsafe else 0)

    @property
    def by_rule(self) -> dict[str, RuleCount]:
        """The counts of each rule, the most frequent rule first."""
        return dict(sorted(self.totals.rules.items(), key=lambda item: (-item[1].count, item[0])))

    @property
    def folds(self) -> Iterator[Fold]:
        """The diagnostics as people see them, in their order: those of one rule in one record as one."""
        return folded(self.diagnostics, fold=self.fold)

    def worst(self, number: int, severity: Severity | None = None) -> list[Fold]:
        """
        The first folds, at most ``number``, the most important first; only those of a severity, if given.

        Errors come before warnings; in each, findings without a fix, then those with an unsafe fix, then those with a safe fix.
        """
        found = self.folds if severity is None else (each for each in self.folds if each.first.severity is severity)
        return heapq.nsmallest(number, found, key=lambda each: (each.first.severity is not Severity.ERROR, each.ease))

    @property
    def is_folded(self) -> bool:
        """Whether people see fewer places than there are findings."""
        return self.fold and any(rule.count > rule.files for rule in self.totals.rules.values())

    @property
    def headline(self) -> str:
        """A sentence with the numbers of errors, warnings and records."""
        records = counted(self.files, "record")
        if not self.errors + self.warnings:
            return f"No diagnostics in {records}."
        kinds = ", ".join(counted(n, noun) for n, noun in ((self.errors, "error"), (self.warnings, "warning")) if n)
        found = self.totals.paths - self.missing
        missing = (
            f" and {counted(len(self.missing), 'path')} that do{'es' * (len(self.missing) == 1)} not exist"
            if self.missing
            else ""
        )
        return f"{kinds} in {len(found):,} of {records}{missing}."
