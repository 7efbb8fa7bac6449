"""The edits that the linter offers for the records of a commit, found by several processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pfocr_lint.result import Result
from pfocr_lint.workspace.stored_records import stored_results

if TYPE_CHECKING:
    from pfocr_lint.campaign.base_records import BaseRecords
    from pfocr_lint.workspace.one_file import Task


def offered(base: BaseRecords, records: Sequence[str], task: Task, jobs: int | None) -> Iterator[Result]:
    """The result of each record for a task that writes nothing, in their order."""
    stored = [(path, base.base.blobs[path]) for path in records]
    return stored_results(base.base.top, stored, base.settings_of, task, jobs, _planned)


def _planned(path: str, result: Result) -> Result:
    """What a plan needs of a result."""
    return Result(
        path, planned=result.planned, faults=result.faults, not_a_record=result.not_a_record, unreadable=result.unreadable
    )
