"""Makes a plan: the edits that ``--fix`` would make in the records of a commit, in batches, as a file."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, NamedTuple, TypeAlias

from pfocr_lint.campaign.plan_file import VERSION, Flags, Head, Line, is_text, written
from pfocr_lint.version import __version__
from pfocr_lint.workspace.new_file import write_whole
from pfocr_lint.workspace.one_file import Task

if TYPE_CHECKING:
    from pfocr_lint.campaign.base_records import BaseRecords
    from pfocr_lint.campaign.batches import Batches
    from pfocr_lint.result import Result

_PIECE = 1 << 20


class Made(NamedTuple):
    """What a new plan holds; ``faults`` are this program's own, ``notes`` name what was left out."""

    lines: int
    records: int
    batches: tuple[str, ...]
    digest: str
    unsafe: int
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


# The results of some records for a task that writes nothing, in their order (see offers.offered).
Offered: TypeAlias = "Callable[[BaseRecords, Sequence[str], Task, int | None], Iterator[Result]]"


def task_of(flags: Flags) -> Task:
    """What the linter does with each record: in a commit nothing is edited since, so no fix depends on what was."""
    return Task("plan", flags.unsafe_fixes, keywords=False)


def make_plan(
    target: str,
    records: BaseRecords,
    paths: Sequence[str],
    flags: Flags,
    batches: Batches,
    date: str | None,
    jobs: int | None,
    offered: Offered,
) -> Made:
    """Write the plan for some records to a file, which is replaced when it is complete. Raises OSError."""
    folder = os.path.dirname(target) or "."  # noqa: PTH120
    with tempfile.TemporaryFile(dir=folder) as body:
        found = _write_lines(body, records, paths, flags, batches, jobs, offered)
        head = written(
            Head(
                VERSION,
                f"pfocr-lint {__version__}",
                records.base.commit,
                date,
                records.digest(paths),
                flags._asdict(),
                {"by": batches.by, "files": batches.files, "lines": batches.lines},
                found.lines,
                found.digest,
            )
        )
        return found._replace(digest=f"sha256:{write_whole(target, _pieces(head, body))}")


def _write_lines(
    body: IO[bytes],
    records: BaseRecords,
    paths: Sequence[str],
    flags: Flags,
    batches: Batches,
    jobs: int | None,
    offered: Offered,
) -> Made:
    """Write the lines, and return what they hold; the digest is that of the lines alone."""
    digest = hashlib.sha256()
    lines = number = unsafe = 0
    names: dict[str, None] = {}
    faults, notes = list[str](), list[str]()
    for result in offered(records, paths, task_of(flags), jobs):
        faults += result.faults
        if result.unreadable is not None:
            notes.append(f"{result.path}: {result.unreadable}")
        if not is_text(result.path):
            notes += [f"{result.path}: its name is not UTF-8, so it is not in the plan"] if result.planned else []
            continue
        own = batches.of_record(result.path, result.planned)
        for line in lines_of(result, records.base.blobs[result.path], lines + 1, own):
            data = written(line)
            body.write(data)
            digest.update(data)
            unsafe += line.safety == "unsafe"
        lines += len(own)
        number += bool(own)
        names.update(dict.fromkeys(own))
    return Made(lines, number, tuple(names), f"sha256:{digest.hexdigest()}", unsafe, tuple(faults), tuple(notes))


def lines_of(result: Result, blob: str, first: int, batches: Sequence[str]) -> Iterator[Line]:
    """The lines of a plan for one record; ``first`` is the id of the first."""
    for number, (edit, batch) in enumerate(zip(result.planned, batches, strict=True), first):
        yield Line(
            number, batch, result.path, edit.rule, list(edit.also), edit.safety, blob, edit.start, edit.end, edit.old, edit.new,
            [{"key": key, "old": old, "new": new} for key, old, new in edit.values],
            [first + other for other in edit.needs],
            edit.message, edit.about,
        )  # fmt: skip


def _pieces(head: bytes, body: IO[bytes]) -> Iterator[bytes]:
    yield head
    body.seek(0)
    while piece := body.read(_PIECE):
        yield piece
