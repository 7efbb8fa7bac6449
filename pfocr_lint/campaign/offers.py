"""The edits that the linter offers for the records of a commit, found by several processes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from pfocr_lint.result import Result
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import Settings
from pfocr_lint.workspace import workers
from pfocr_lint.workspace.git_objects import contents
from pfocr_lint.workspace.many_files import AT_ONCE, process_together, processes_for
from pfocr_lint.workspace.one_file import Task, failed
from pfocr_lint.workspace.source import kind_by_path

if TYPE_CHECKING:
    from pfocr_lint.campaign.base_records import BaseRecords

# A path and its blob.
Stored: TypeAlias = "tuple[str, str]"
Part: TypeAlias = "tuple[Settings, Kind | None, list[Stored]]"


def offered(base: BaseRecords, records: Sequence[str], task: Task, jobs: int | None) -> Iterator[Result]:
    """The result of each record for a task that writes nothing, in their order."""
    parts = list(_parts(base, records))
    if not parts:
        return
    workers.tune()
    jobs = processes_for(len(records), jobs)
    work = partial(_work, base.base.top, task)
    if jobs == 1:
        for part in parts:
            yield from work(part)
        return
    for results in workers.in_order(work, parts, min(jobs, len(parts)), pieces=_singly, lost=_lost):
        yield from results


def _parts(base: BaseRecords, records: Sequence[str]) -> Iterator[Part]:
    for (folder, kind), paths in groupby(records, key=lambda path: (path.rpartition("/")[0], kind_by_path(f"/{path}"))):
        settings = base.settings_of(f"{folder}/-")
        stored = [(path, base.base.blobs[path]) for path in paths]
        for at in range(0, len(stored), AT_ONCE):
            yield settings, kind, stored[at : at + AT_ONCE]


def _work(top: str, task: Task, part: Part) -> list[Result]:
    """The results of the records of a part."""
    settings, kind, stored = part
    datas = contents(top, [blob for _, blob in stored])
    if datas is None:
        return [failed(path, OSError("Git cannot read its objects")) for path, _ in stored]
    shown = [os.path.join(top, path) for path, _ in stored]  # noqa: PTH118
    waiting = [(place, shown[place], data, b"") for place, data in enumerate(datas) if data is not None]
    found = {place: outcome for place, outcome in process_together(waiting, settings, kind, task) if isinstance(outcome, Result)}
    lacking = "this clone lacks its content; fetch it first"
    return [
        Result(path, unreadable=lacking)
        if datas[place] is None
        else Result(path, planned=found[place].planned, faults=found[place].faults, not_a_record=found[place].not_a_record)
        if place in found
        else Result(path)
        for place, (path, _) in enumerate(stored)
    ]


def _singly(part: Part) -> Iterator[Part]:
    settings, kind, stored = part
    return ((settings, kind, [each]) for each in stored)


def _lost(part: Part, cause: str) -> list[Result]:
    ((path, _),) = part[2]
    return [Result(path, faults=(f"{path}: it could not be checked: {cause}",))]
