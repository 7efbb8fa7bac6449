"""Runs the linter over all records, and keeps what the page shows: findings as columns, and a card of each record."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pfocr_lint.dashboard.cards import Card, card
from pfocr_lint.dashboard.findings import Collected, findings_of
from pfocr_lint.dataclass import dataclass
from pfocr_lint.report import Found, Report, Totals
from pfocr_lint.report.reporter import Reporter
from pfocr_lint.result import Result
from pfocr_lint.workspace.reading import Unreadable
from pfocr_lint.workspace.run import run

if TYPE_CHECKING:
    from pfocr_lint.workspace.work_tree import WorkTree


@dataclass
class Collector(Reporter):
    """Keeps the results of a run in place of writing them."""

    results: Sequence[Result] = ()
    waived: Sequence[str] = ()
    records: int = 0

    def finish(self, results: Sequence[Result], seconds: float, *, faults: Sequence[str] = (), **_: Any) -> int:  # noqa: ARG002
        """Keep the results; the exit status counts only what could not be checked."""
        for result in (*results, Result("", faults=tuple(faults))):
            self._note(result)
        self.results, self.waived = results, tuple(self._waived)
        self.records = self.files - self._not_records - len(self._missing)
        return self._status


def collect(tree: WorkTree, collector: Collector, path_of: Callable[[str], str]) -> Collected:
    """Check all records of a work tree; ``path_of`` gives the path to show for one."""
    status = run(tree, collector, time.perf_counter())
    report = Report(Found(collector.results, Totals(), path_of), collector.records, 0, 0.0, "")
    findings = findings_of(report)
    paths, cards, places = list[str](), list[Card](), findings.places()
    for source in tree.sources:
        try:
            data = tree.task.files.load(source.path)
        except Unreadable:
            continue
        shown = path_of(source.path)
        paths.append(shown)
        cards.append(card(shown, data, source.kind))
        if shown in places:
            findings.add_around(places[shown], data.decode("utf-8", "replace"))
    return Collected(report, findings, paths, cards, collector.records, collector.waived, status)
