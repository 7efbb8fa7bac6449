"""Many files, in one process or several."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from pfocr_lint import packed
from pfocr_lint.dataclass import replace
from pfocr_lint.linter import prefilter
from pfocr_lint.record.facts import FigureFacts
from pfocr_lint.result import Result
from pfocr_lint.settings.model import Settings
from pfocr_lint.workspace import git_line_ends, workers
from pfocr_lint.workspace.atomic_write import tidy
from pfocr_lint.workspace.cache import Row
from pfocr_lint.workspace.files import git_open
from pfocr_lint.workspace.fixed_together import fix_together
from pfocr_lint.workspace.one_file import Task, failed, process_bytes, process_prefiltered, read_file
from pfocr_lint.workspace.reading import try_load
from pfocr_lint.workspace.source import Source

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Diagnostic
    from pfocr_lint.schema.kinds import Kind
    from pfocr_lint.workspace.cached_run import CachedRun

FIRST, CHUNK = 16, packed.RECORDS

AT_ONCE, ENOUGH = 128, 1 << 20  # so many files, and bytes, are looked at together

WORTH_A_POOL = 300

Outcome: TypeAlias = "Result | Row | None"  # None: it is known, and has the same bytes


def process(source: Source, task: Task) -> Result:
    """Check, fix or compare one file."""
    (outcome,) = _outcomes_of((source.settings, source.kind, [source.path], None), task)
    return outcome if isinstance(outcome, Result) else Result(source.path, facts=cast("Row", outcome).facts)


def _outcomes_of(part: Part, task: Task) -> Iterator[Outcome]:
    """
    What came of each file of a part. What raises, whatever it is, is a fault of this program, and of that file alone.

    The part's hashes are of bytes that are known, empty where there are none: then, or when the file has others, the outcome has
    its hash; with these bytes, it is None.
    """
    settings, kind, paths, digests = part
    found, waiting, size = list[Outcome](), list[Waiting](), 0
    for number, path in enumerate(paths):
        data = read_file(path, settings, task.files)
        found.append(data if isinstance(data, Result) else None)
        if isinstance(data, bytes):
            digest = b"" if digests is None else git_line_ends.digest_of(path, data)
            if digests is None or digest != digests[number]:
                waiting.append((len(found) - 1, path, data, digest))
                size += len(data)
        if len(found) == AT_ONCE or size > ENOUGH or number + 1 == len(paths):
            for place, outcome in process_together(waiting, settings, kind, task):
                found[place] = outcome
            yield from found
            found, waiting, size = [], [], 0


# The place of a file among the outcomes, its path, its bytes, and their hash.
Waiting: TypeAlias = tuple[int, str, bytes, bytes]


def process_together(
    waiting: Sequence[Waiting], settings: Settings, kind: Kind | None, task: Task
) -> Iterator[tuple[int, Outcome]]:
    """The outcomes of files that were read together, each with its place."""
    paths, datas = [path for _, path, _, _ in waiting], [data for _, _, data, _ in waiting]
    try:
        quick_checks = prefilter.quick_checks(paths, datas, settings, kind, keywords=task.keywords)
    except Exception:  # noqa: BLE001 - one of the records raises it again alone
        quick_checks = [None] * len(waiting)
    fixed: dict[int, Result] = {}
    if task.mode != "check":
        with contextlib.suppress(Exception):  # one of the records raises it again alone
            fixed = fix_together(paths, datas, quick_checks, settings, kind, task)
    for number, ((place, path, data, digest), quick) in enumerate(zip(waiting, quick_checks, strict=True)):
        if quick is not None and not quick.found:
            yield place, Row(digest, quick.facts)
            continue
        if number in fixed:
            yield place, fixed[number] if digest else replace(fixed[number], digest=b"")
            continue
        try:
            result = _process_now(Source(path, settings, kind), data, task, quick, digest)
        except Exception as error:  # noqa: BLE001 - the other files are still checked
            result = failed(path, error)
        yield place, Row(result.digest, result.facts) if result.is_clean else result


def _process_now(source: Source, data: bytes, task: Task, quick: prefilter.QuickCheck | None, digest: bytes) -> Result:
    """The outcome of a file that was read with others: while files are fixed, a link or an editor may have changed it."""
    if task.mode == "fix":
        now = read_file(source.path, source.settings, task.files)
        if now != data:
            return process_bytes(source, now, task) if isinstance(now, bytes) else now
    return process_prefiltered(source, data, task, quick, digest)


def process_all(sources: Sequence[Source], task: Task, jobs: int | None) -> Iterator[Result]:
    """Every file's result, in the order of ``sources``. ``jobs`` None uses as many processes as useful."""
    for source, outcome in zip(sources, outcomes(sources, task, jobs), strict=True):
        yield outcome if isinstance(outcome, Result) else Result(source.path, facts=cast("Row", outcome).facts)


def outcomes(
    sources: Sequence[Source], task: Task, jobs: int | None, known: CachedRun | None = None
) -> Generator[Outcome, None, None]:
    """The outcome of every file, in the order of ``sources``: Row for a clean one, None if ``known`` knows it as it is."""
    numbers = [number for number in range(len(sources)) if known is None or not known.unchanged[number]]
    unknown = [sources[number] for number in numbers]
    digests = None if known is None else [known.digest(number) for number in numbers]
    found = _outcomes(unknown, digests, task, jobs)
    try:
        with git_open():
            if known is None:
                yield from found
            else:
                for unchanged in known.unchanged:
                    yield None if unchanged else next(found)
    finally:
        found.close()
        if task.mode == "fix":
            for folder in {os.path.dirname(source.path) or "." for source in sources}:  # noqa: PTH120
                with contextlib.suppress(OSError):
                    tidy(folder)


def _outcomes(
    sources: Sequence[Source], digests: Sequence[bytes] | None, task: Task, jobs: int | None
) -> Generator[Outcome, None, None]:
    if not sources:
        return
    git_line_ends.expect([source.path for source in sources] if len(sources) <= git_line_ends.FEW else None)
    if len(sources) >= WORTH_A_POOL:
        workers.tune()
    jobs = processes_for(len(sources), jobs)
    parts = list(_parts(sources, digests, jobs))
    if jobs == 1:
        for part in parts:
            yield from (
                _outcomes_of(part, task)
                if digests is None and len(sources) < WORTH_A_POOL
                else _unpacked(_packed(_outcomes_of(part, task)))
            )
        return
    prefilter.warm_up(sources[0].settings)
    for source in sources[:FIRST] if task.files.on_disk else ():
        try_load(source.path)  # in a work tree with CR LF, Git is asked here once and not in each process
    again: list[tuple[str, str]] = []

    def pieces(part: Part) -> Iterator[Part]:
        settings, kind, paths, digests = part
        if task.mode == "fix":
            more = f"it and {len(paths) - 1:,} files more were checked again"
            again.append((paths[0], f"its process ended, and {more}; what was fixed in them before that is not counted"))
        return ((settings, kind, [path], None if digests is None else [b""]) for path in paths)

    for sent in workers.in_order(
        partial(_work, task, git_line_ends.answers()), parts, min(jobs, len(parts)), pieces=pieces, lost=_lost
    ):
        found = _unpacked(sent)
        if again:  # reported with the first of them
            first, (path, fault) = found[0], again.pop()
            result = first if isinstance(first, Result) else Result(path, facts=cast("Row", first).facts)
            found[0] = replace(result, faults=(*result.faults, f"{path}: {fault}"))
        yield from found


def processes_for(files: int, jobs: int | None) -> int:
    """How many processes to use for some files: as many as wanted, else as useful."""
    return jobs if jobs is not None else (os.cpu_count() or 1) if files >= WORTH_A_POOL else 1


Part: TypeAlias = tuple[Settings, "Kind | None", list[str], "list[bytes] | None"]


def _parts(sources: Sequence[Source], digests: Sequence[bytes] | None, jobs: int) -> Iterator[Part]:
    """
    The sources in parts, each of files with the same settings and kind, which are sent once with the part.

    The first parts are small, so that output starts early, and each is twice as large as the one before. The last are small
    again, so that no process is still busy while the others wait.
    """
    at = 0
    part = FIRST
    for (settings, kind), group in groupby(sources, key=attrgetter("settings", "kind")):
        paths = [source.path for source in group]
        start = 0
        while start < len(paths):
            rest = len(sources) - at - start
            end = min(start + part, start + max(FIRST, rest // (2 * jobs)), len(paths))
            hashes = None if digests is None else list(digests[at + start : at + end])
            yield settings, kind, paths[start:end], hashes
            start, part = end, min(2 * part, CHUNK)
        at += len(paths)


# The outcomes of a part as sent to the first process: those of figures in plain collections, pickled in a fifth of the time, and
# their diagnostics in one block.
Sent: TypeAlias = tuple["list[list[Any] | tuple[int, str, Result] | Outcome]", "packed.Block | None"]


def _packed(outcomes: Iterable[Outcome]) -> Sent:
    sent: list[list[Any] | tuple[int, str, Result] | Outcome] = []
    found: list[Sequence[Diagnostic]] = []
    for outcome in outcomes:
        if outcome is None:
            sent.append(None)
        elif isinstance(outcome, Row):
            sent.append([outcome.digest, tuple(outcome.facts)] if isinstance(outcome.facts, FigureFacts) else outcome)
        elif isinstance(outcome.facts, FigureFacts) and outcome == Result(
            outcome.path, outcome.left, facts=outcome.facts, waived=outcome.waived, digest=outcome.digest
        ):
            sent.append([outcome.digest, tuple(outcome.facts), outcome.waived, len(found), packed.offers(outcome.left)])
            found.append(outcome.left)
        elif outcome.left:
            sent.append((len(found), packed.offers(outcome.left), replace(outcome, left=())))
            found.append(outcome.left)
        else:
            sent.append(outcome)
    return sent, packed.pack(found) if found else None


def _unpacked(sent: Sent) -> list[Outcome]:
    outcomes, block = sent
    return [each if each is None or isinstance(each, (Row, Result)) else _outcome(each, block) for each in outcomes]


def _outcome(sent: list[Any] | tuple[int, str, Result], block: packed.Block | None) -> Outcome:
    if isinstance(sent, tuple):
        number, offers, result = sent
        return result if block is None else replace(result, left=packed.Packed(block, number, result.path, offers))
    digest, facts = sent[0], FigureFacts._make(sent[1])
    if len(sent) == 2:
        return Row(digest, facts)
    _, _, waived, number, offers = sent
    left = packed.Packed(block, number, facts.path, offers) if offers and block is not None else ()
    return Result(facts.path, left, facts=facts, waived=waived, digest=digest)


def _work(task: Task, line_ends: git_line_ends.LineEnds | None, part: Part) -> Sent:
    git_line_ends.use(line_ends)
    return _packed(_outcomes_of(part, task))


def _lost(part: Part, cause: str) -> Sent:
    (path,) = part[2]
    return [Result(path, faults=(f"{path}: it could not be checked: {cause}",))], None
