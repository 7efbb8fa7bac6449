"""Records that are read from Git's objects by their blobs, many together and in several processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import TypeAlias, TypeVar

from pfocr_lint.result import Result
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import Settings
from pfocr_lint.workspace import workers
from pfocr_lint.workspace.git_objects import contents
from pfocr_lint.workspace.many_files import AT_ONCE, process_together, processes_for
from pfocr_lint.workspace.one_file import Task, failed
from pfocr_lint.workspace.source import kind_by_path

Stored: TypeAlias = "tuple[str, str]"  # the path of a record, from the top folder of the repository on, and its blob
Part: TypeAlias = "tuple[Settings, Kind | None, list[Stored]]"
T = TypeVar("T")


def stored_results(
    top: str,
    records: Sequence[Stored],
    settings_of: Callable[[str], Settings],
    task: Task,
    jobs: int | None,
    kept: Callable[[str, Result], T],
) -> Iterator[T]:
    """
    What is ``kept`` of the path and the result of each record for a task that writes nothing, in their order.

    ``kept`` runs in the process that checked the record, so that only what it returns is sent. ``settings_of`` gets a path in the
    folder of the records.
    """
    parts = list(_parts(records, settings_of))
    if not parts:
        return
    workers.tune()
    jobs = processes_for(len(records), jobs)
    work = partial(_work, top, task, kept)
    if jobs == 1:
        for part in parts:
            yield from work(part)
        return
    for results in workers.in_order(work, parts, min(jobs, len(parts)), pieces=_singly, lost=partial(_lost, kept)):
        yield from results


def _parts(records: Iterable[Stored], settings_of: Callable[[str], Settings]) -> Iterator[Part]:
    for (folder, kind), group in groupby(records, key=lambda each: (each[0].rpartition("/")[0], kind_by_path(f"/{each[0]}"))):
        settings, stored = settings_of(f"{folder}/-"), list(group)
        for at in range(0, len(stored), AT_ONCE):
            yield settings, kind, stored[at : at + AT_ONCE]


def _work(top: str, task: Task, kept: Callable[[str, Result], T], part: Part) -> list[T]:
    """What is kept of the records of a part."""
    settings, kind, stored = part
    datas = contents(top, [blob for _, blob in stored])
    if datas is None:
        return [kept(path, failed(path, OSError("Git cannot read its objects"))) for path, _ in stored]
    shown = [os.path.join(top, path) for path, _ in stored]  # noqa: PTH118
    waiting = [(place, shown[place], data, b"") for place, data in enumerate(datas) if data is not None]
    found = {place: outcome for place, outcome in process_together(waiting, settings, kind, task) if isinstance(outcome, Result)}
    lacking = "this clone lacks its content; fetch it first"
    return [
        kept(path, Result(path, unreadable=lacking) if datas[place] is None else found.get(place, Result(path)))
        for place, (path, _) in enumerate(stored)
    ]


def _singly(part: Part) -> Iterator[Part]:
    settings, kind, stored = part
    return ((settings, kind, [each]) for each in stored)


def _lost(kept: Callable[[str, Result], T], part: Part, cause: str) -> list[T]:
    ((path, _),) = part[2]
    return [kept(path, Result(path, faults=(f"{path}: it could not be checked: {cause}",)))]
