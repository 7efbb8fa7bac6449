"""
The one driver of a run: gives each result to the reporter as it comes, then what the comparison of records adds.

The work tree, the diff against a base, and one record from standard input are scopes of a run.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pfocr_lint.workspace import git_line_ends
from pfocr_lint.workspace.files import git_open

if TYPE_CHECKING:
    from pfocr_lint.report.reporter import Reporter
    from pfocr_lint.result import Result


class Finished(NamedTuple):
    """
    What is left to report when all files were checked.

    ``faults`` are this program's own. ``skipped_comparison`` says that rules which compare records were asked for by name and did
    not run. ``introduced`` counts the diagnostics that the diff introduced, resolved and left. ``notes`` are lines for standard
    error.
    """

    results: Sequence[Result]
    faults: tuple[str, ...] = ()
    skipped_comparison: bool = False
    introduced: tuple[int, int, int] | None = None
    notes: tuple[str, ...] = ()


class Scope(Protocol):
    """The files of a run, and what they are compared with."""

    @property
    def total(self) -> int:
        """How many files there are."""

    def results(self) -> Generator[Result | None, None, None]:
        """The result of each file in the order of the paths; None for a file with nothing to report."""

    def finish(self, waiting: Sequence[Result]) -> Finished:
        """The results that waited for the comparison of records, with what it adds."""

    def close(self) -> None:
        """Keep what the next run may use. Called after the last output."""


def run(scope: Scope, reporter: Reporter, started: float) -> int:
    """Check the files of a scope and report; the exit status. ``started`` is the ``time.perf_counter()`` at which work began."""
    with git_open(), git_line_ends.asked_once():
        return _run(scope, reporter, started)


def _run(scope: Scope, reporter: Reporter, started: float) -> int:
    with contextlib.closing(scope.results()) as results, reporter.progress(scope.total) as advance:
        clean = 0
        for result in results:
            if result is None:
                clean += 1
            else:
                reporter.add(result)
            if advance is not None:
                advance()
    reporter.add_clean(clean)
    finished = scope.finish(reporter.waiting)
    for note in finished.notes:
        reporter.write_message(note)
    status = reporter.finish(
        finished.results,
        time.perf_counter() - started,
        faults=finished.faults,
        skipped_comparison=finished.skipped_comparison,
        introduced=finished.introduced,
    )
    scope.close()
    return status
