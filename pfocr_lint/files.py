"""The user's files: reading them, writing them atomically, and the processes that do it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from pfocr_lint import accept, pool
from pfocr_lint.atomic import Changed, tidy, write
from pfocr_lint.cache import Row, Run
from pfocr_lint.diagnostic import Diagnostic
from pfocr_lint.edited import watch
from pfocr_lint.facts import Facts, FigureFacts, facts_of
from pfocr_lint.loading import Unreadable, load, stay_inside, try_load
from pfocr_lint.ondemand import OnDemand, hashlib
from pfocr_lint.reader import read, unreadable
from pfocr_lint.record import Kind
from pfocr_lint.settings import Settings
from pfocr_lint.values import dataclass, replace
from pfocr_lint.walk import Source, kind_by_path

if TYPE_CHECKING:
    from pfocr_lint import engine, fixer, history
else:
    engine, fixer, history = map(OnDemand, ("pfocr_lint.engine", "pfocr_lint.fixer", "pfocr_lint.history"))

FIRST, CHUNK = 16, 512
AT_ONCE, ENOUGH = 128, 1 << 20  # so many files, and bytes, are looked at together
WORTH_A_POOL = 300


@dataclass(frozen=True)
class Task:
    """
    What to do with each file: ``mode`` is ``check``, ``fix`` or ``diff``; ``unsafe`` also makes the unsafe fixes.

    ``keywords`` says that there are mention tables, with which the keywords of the figures will be compared. ``revision`` is
    what Git is asked for: a value that was edited since is not replaced by a safe fix.
    """

    mode: str = "check"
    unsafe: bool = False
    keywords: bool = True
    revision: str | None = None

    def makes(self, safety: str) -> bool:
        """Whether fixes of a safety, or of what a rule declares for its own, would be made."""
        return safety.startswith("safe") or (self.unsafe and safety == "unsafe")


@dataclass(frozen=True, slots=True)
class Result:
    """
    What came of one file.

    ``left`` are the diagnostics that remain, ``fixed`` those that were mended. ``versions`` are text before and after,
    only when a difference is wanted, ``patch`` is that difference. ``faults`` are this program's own, ``notes`` say why a file
    was left as it is, ``unread`` why it was not read, ``absent`` that there is no such file, ``stray`` that it is no record,
    ``facts`` what it hands out for comparison, ``waived`` the rules of what it waives, one for each finding.
    """

    path: str
    left: tuple[Diagnostic, ...] = ()
    fixed: tuple[Diagnostic, ...] = ()
    versions: tuple[str, str] | None = None
    patch: str = ""
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unread: str | None = None
    absent: bool = False
    stray: bool = False
    facts: Facts | None = None
    waived: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing to tell of the file. What it waives is counted in every run, so it is not kept as clean."""
        told = self.left or self.fixed or self.versions or self.faults or self.notes or self.unread or self.stray
        return not (told or self.waived)


Outcome: TypeAlias = "Result | Row | None"  # None: it is known to be clean, and as it was


def process(source: Source, task: Task) -> Result:
    """Check, fix or compare one file."""
    (outcome,) = _outcomes_of((source.settings, source.kind, [source.path], None), task)
    return outcome if isinstance(outcome, Result) else Result(source.path, facts=cast("Row", outcome).facts)


def _outcomes_of(part: Part, task: Task) -> Iterator[Outcome]:
    """
    What came of each file of a part. What raises, whatever it is, is a fault of this program, and of that file alone.

    The part's hashes are of bytes that are known to be clean, empty where there are none: then, or when the file has others,
    a clean record is told with its hash; when it has these, there is nothing to tell.
    """
    settings, kind, paths, digests = part
    found, waiting, size = list[Outcome](), list[Waiting](), 0
    for number, path in enumerate(paths):
        data = _loaded(path, settings)
        found.append(data if isinstance(data, Result) else None)
        if isinstance(data, bytes):
            digest = b"" if digests is None else hashlib.sha256(data).digest()
            if digests is None or digest != digests[number]:
                waiting.append((len(found) - 1, path, data, digest))
                size += len(data)
        if len(found) == AT_ONCE or size > ENOUGH or number + 1 == len(paths):
            for place, outcome in _judged_together(waiting, settings, kind, task):
                found[place] = outcome
            yield from found
            found, waiting, size = [], [], 0


def _loaded(path: str, settings: Settings) -> bytes | Result:
    try:
        try:
            return load(path)
        except Unreadable as refused:
            result = _judged(engine.examine(unreadable(path, str(refused)), settings), Task())
            return replace(result, unread=str(refused), absent=not os.path.lexists(path))
    except Exception as error:  # noqa: BLE001 - the other files are still judged
        return _failed(path, error)


def _failed(path: str, error: Exception) -> Result:
    return Result(path, faults=(f"{path}: it could not be judged: {type(error).__name__}: {error}",))


# The place of a file among the outcomes, its path, its bytes, and their hash.
Waiting: TypeAlias = tuple[int, str, bytes, bytes]


def _judged_together(
    waiting: Sequence[Waiting], settings: Settings, kind: Kind | None, task: Task
) -> Iterator[tuple[int, Outcome]]:
    """What came of files that were read, each with its place."""
    try:
        paths, datas = [path for _, path, _, _ in waiting], [data for _, _, data, _ in waiting]
        looks = accept.looks(paths, datas, settings, kind, keywords=task.keywords)
    except Exception:  # noqa: BLE001 - whatever it is, one of them meets it again alone
        looks = [None] * len(waiting)
    for (place, path, data, digest), look in zip(waiting, looks, strict=True):
        if look is not None and not look.suspects:
            yield place, Row(digest, look.facts)
            continue
        try:
            result = _judge_now(Source(path, settings, kind), data, task, look)
        except Exception as error:  # noqa: BLE001 - the other files are still judged
            result = _failed(path, error)
        yield place, Row(digest, result.facts) if result.is_clean else result


def _judge_now(source: Source, data: bytes, task: Task, look: accept.Look | None) -> Result:
    """What came of a file that was read with others: where files are mended it may be another by now, by a link or an editor."""
    if task.mode == "fix":
        now = _loaded(source.path, source.settings)
        if now != data:
            return judge(source, now, task) if isinstance(now, bytes) else now
    return _judge(source, data, task, look)


def judge(source: Source, data: bytes, task: Task) -> Result:
    """What came of a record's bytes; they are written back only when the task says so."""
    look = accept.look(source.path, data, source.settings, source.kind, keywords=task.keywords)
    if look is not None and not look.suspects:
        return Result(source.path, facts=look.facts)
    with _reading_history():
        return _judge(source, data, task, look)


def _judge(source: Source, data: bytes, task: Task, look: accept.Look | None) -> Result:
    """What came of bytes in which a first look has found something, or of which it is not sure."""
    path = source.path
    fixing = task.mode != "check" and (look is None or any(task.makes(rule.fix) for rule in look.suspects))
    before = partial(_before, path, task.revision)
    if look is not None and look.record is not None:
        watch(look.record, before)
    if look is not None and not fixing:
        return _judged(engine.explain(look, data, source.settings), task)
    try:  # what is written stands on the reference path
        record = read(path, data, source.kind)
        if record.kind is Kind.UNKNOWN:
            return Result(path, stray=True)
        watch(record, before)
        examined = engine.examine(record, source.settings, None if look is None else look.suspects)
    except Exception as error:
        if look is None:
            raise
        return _unfixed(engine.explain(look, data, source.settings), task, error)
    if not fixing or not _worth_fixing(examined, task):
        return _judged(examined, task)
    try:
        fixed = fixer.settle(examined, data, source.settings, unsafe=task.unsafe)
    except Exception as error:  # noqa: BLE001 - what is wrong with the file is still told
        return _unfixed(examined, task, error)
    result = Result(path, fixed.left, fixed.fixed, faults=fixed.faults, facts=fixed.facts, waived=fixed.waived)
    if fixed.data == data:
        return result
    if task.mode == "diff":
        return replace(result, versions=(data.decode(), fixed.data.decode()))
    note = _replace(path, data, fixed.data)
    return result if note is None else replace(_judged(examined, task), faults=fixed.faults, notes=(note,))


def _before(path: str, revision: str | None) -> bytes | None:
    return None if revision is None else history.before(path, revision)


@contextlib.contextmanager
def _reading_history() -> Iterator[None]:
    """End what reads from Git when the work is done, if anything was read."""
    try:
        yield
    finally:
        if "pfocr_lint.history" in sys.modules:
            history.close()


def _unfixed(examined: engine.Examined, task: Task, error: Exception) -> Result:
    path = examined.record.path
    fault = f"{path}: it could not be fixed: {type(error).__name__}: {error}"
    return replace(_judged(examined, task), faults=(*examined.faults, fault))


def left_by(task: Task, settings_of: Callable[[str], Settings]) -> Callable[[str], bytes]:
    """How a comparison reads a file again: with ``--diff`` as ``--fix`` would have left it. What it gives raises Unreadable."""

    def mended(path: str) -> bytes:
        data = load(path)
        with contextlib.suppress(Exception), _reading_history():  # then it could not be fixed, which was told of it
            before, kind = _before(path, task.revision), kind_by_path(path)
            return fixer.fix(path, data, settings_of(path), unsafe=task.unsafe, kind=kind, before=before).data
        return data

    return mended if task.mode == "diff" else load


def mend(examined: engine.Examined, settings: Settings, task: Task, given: bytes | None = None) -> Result | None:
    """
    Make the fixes, unsafe ones too, of what a comparison found in one record, and write it; None when there is none.

    ``given`` are the bytes of a record that is not read from its file.
    """
    if not _worth_fixing(examined, task):
        return None
    path, old = examined.record.path, examined.record.text.encode()
    fixed = fixer.settle(examined, old, settings, unsafe=True)
    if fixed.data == old:
        return Result(path, faults=fixed.faults) if fixed.faults else None
    result = Result(path, fixed.left, fixed.fixed, faults=fixed.faults)
    if task.mode == "diff":
        now = try_load(path) if given is None else given
        return None if now is None else replace(result, versions=(now.decode(), fixed.data.decode()))
    note = _replace(path, old, fixed.data)
    return result if note is None else Result(path, notes=(note,))


def _replace(path: str, old: bytes, new: bytes) -> str | None:
    """Write a file; the reason when it was left as it is."""
    try:
        try:
            stay_inside(path)  # it may have become a link since it was read
        except (Unreadable, FileNotFoundError):
            raise Changed from None
        write(path, old, new)
    except Changed as kept:
        if try_load(path) == new:
            return None  # a link to it was mended at the same time, or another run did so
        note = f"{path}: it was changed by somebody else in the meantime and is left as it is"
        return f"{note}; {kept}" if str(kept) else note
    except OSError as error:
        return f"{path}: it could not be written and is left as it is: {error.strerror}"
    return None


def _worth_fixing(examined: engine.Examined, task: Task) -> bool:
    fixes = [hit.finding.fix for hit in examined.hits if hit.finding.fix is not None]
    return any(task.makes(fix.safety.value) for fix in fixes)


def _judged(examined: engine.Examined, task: Task) -> Result:
    return Result(
        examined.record.path,
        tuple(examined.diagnostics()),
        faults=examined.faults,
        facts=facts_of(examined.record, keywords=task.keywords),
        waived=examined.waived,
    )


def process_all(sources: Sequence[Source], task: Task, jobs: int | None) -> Iterator[Result]:
    """Every file's result, in the order of ``sources``. ``jobs`` None uses as many processes as pay."""
    for source, outcome in zip(sources, outcomes(sources, task, jobs), strict=True):
        yield outcome if isinstance(outcome, Result) else Result(source.path, facts=cast("Row", outcome).facts)


def outcomes(sources: Sequence[Source], task: Task, jobs: int | None, known: Run | None = None) -> Generator[Outcome, None, None]:
    """What came of every file, in the order of ``sources``; Row is a clean one, None one that ``known`` knows to be clean."""
    numbers = [number for number in range(len(sources)) if known is None or not known.unchanged[number]]
    unknown = [sources[number] for number in numbers]
    digests = None if known is None else [known.digest(number) for number in numbers]
    found = _outcomes(unknown, digests, task, jobs)
    try:
        with _reading_history():
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
    if jobs is None:
        jobs = os.cpu_count() or 1 if len(sources) >= WORTH_A_POOL else 1
    parts = list(_parts(sources, digests, jobs))
    if jobs == 1:
        for part in parts:
            yield from _outcomes_of(part, task)
        return
    accept.warm_up(sources[0].settings)
    again: list[tuple[str, str]] = []

    def pieces(part: Part) -> Iterator[Part]:
        settings, kind, paths, digests = part
        if task.mode == "fix":
            more = f"it and {len(paths) - 1:,} files more were judged again"
            again.append((paths[0], f"its process ended, and {more}; what was fixed in them before that is not counted"))
        return ((settings, kind, [path], None if digests is None else [b""]) for path in paths)

    for sent in pool.in_order(partial(_work, task), parts, min(jobs, len(parts)), pieces=pieces, lost=_lost):
        found = list(map(_unpacked, sent))
        if again:  # told with the first of them
            first, (path, fault) = found[0], again.pop()
            result = first if isinstance(first, Result) else Result(path, facts=cast("Row", first).facts)
            found[0] = replace(result, faults=(*result.faults, f"{path}: {fault}"))
        yield from found


Part: TypeAlias = tuple[Settings, "Kind | None", list[str], "list[bytes] | None"]


def _parts(sources: Sequence[Source], digests: Sequence[bytes] | None, jobs: int) -> Iterator[Part]:
    """
    The sources in parts, each of files that share settings and kind, which are sent along once.

    The first parts are small, so that something can soon be told; each is twice as large as the one before. So are the last,
    so that no process is left with much while the others have nothing more to do.
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


# A clean figure as it is sent to the first process: its hash and its facts in plain collections, pickled in a fifth of the time.
Packed: TypeAlias = "list[Any] | Outcome"


def _packed(outcome: Outcome) -> Packed:
    return (
        [outcome.digest, tuple(outcome.facts)] if isinstance(outcome, Row) and isinstance(outcome.facts, FigureFacts) else outcome
    )


def _unpacked(sent: Packed) -> Outcome:
    return Row(sent[0], FigureFacts._make(sent[1])) if isinstance(sent, list) else sent


def _work(task: Task, part: Part) -> list[Packed]:
    return list(map(_packed, _outcomes_of(part, task)))


def _lost(part: Part, cause: str) -> list[Packed]:
    (path,) = part[2]
    return [Result(path, faults=(f"{path}: it could not be judged: {cause}",))]
