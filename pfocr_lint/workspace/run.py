"""One run over the work tree: every record judged, its result told as it comes, then all compared, or held against the pages."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pfocr_lint.dataclass import dataclass
from pfocr_lint.errors import UsageError
from pfocr_lint.linter import prefilter
from pfocr_lint.report.reporter import Teller, Wanted
from pfocr_lint.result import Result
from pfocr_lint.workspace import cache, cross_record, many_files, reading
from pfocr_lint.workspace.cache import WORTH_A_CACHE, Run

if TYPE_CHECKING:
    from pfocr_lint.record.facts import Facts
    from pfocr_lint.settings.model import Settings
    from pfocr_lint.workspace.discovery import Source
    from pfocr_lint.workspace.one_file import Task

# From so many records on, results are told as they come, and what their comparison finds at the end; fewer are told in order.
STREAMED_FROM = PROGRESS_FROM = 500


@dataclass(frozen=True)
class Work:
    """What a run has to do: ``paths`` are the files and folders that were named, ``sources`` the files to read."""

    paths: Sequence[str]
    sources: Sequence[Source]
    task: Task
    jobs: int | None
    settings_of: Callable[[str], Settings]
    started: float

    @property
    def whole(self) -> bool:
        """Whether records are compared with each other: a folder was named."""
        return any(os.path.isdir(path) for path in self.paths)  # noqa: PTH112


def lint(work: Work, wanted: Wanted, *, compares: bool) -> int:
    """The exit status. ``compares`` says that rules across records were asked for by name."""
    known = _known(work, wanted)
    teller = Teller(wanted, stream=len(work.sources) >= STREAMED_FROM, compared=True)
    contained = known is not None and work.whole and _is_contained(work)
    if known is not None and contained and known.silent and work.task.mode != "fix":  # nothing was found, and nothing changed
        teller.pass_over(len(work.sources))
        return teller.end((), time.perf_counter() - work.started)
    facts, same = _judge(work, teller, known)
    results, faults = list(teller.waiting), tuple[str, ...]()
    if not (known is not None and contained and known.as_silent_as_before):
        facts += [] if known is None else map(known.facts, same)
        results, faults = cross_record.compared(results, filter(None, facts), work.settings_of, work.task, named=not work.whole)
    status = teller.end(results, time.perf_counter() - work.started, faults=faults, alone=compares and not work.whole)
    if known is not None:
        known.keep(silent=contained and not (results or faults))
    return status


def _judge(work: Work, teller: Teller, known: Run | None) -> tuple[list[Facts | None], list[int]]:
    """Let each record be judged and told of; the facts of those that were read, and which are known and as they were."""
    facts: list[Facts | None] = []
    same: list[int] = []
    bar = _progress(len(work.sources), wanted=teller.wanted)
    if bar is not None:
        teller.clear, teller.restore = bar.clear, bar.refresh
    found = many_files.outcomes(work.sources, work.task, work.jobs, known)
    try:
        for number, outcome in enumerate(found):
            if outcome is None:
                same.append(number)
            else:
                facts.append(outcome.facts)
            if isinstance(outcome, Result):
                teller.take(outcome)
            elif known is not None:
                known.take(number, outcome)
            if bar is not None:
                bar.update()
    finally:
        found.close()
        if bar is not None:
            teller.clear = teller.restore = lambda: None
            bar.close()
    teller.pass_over(len(work.sources) - teller.taken)
    return facts, same


def _progress(total: int, wanted: Wanted) -> Any:
    """A bar on standard error for a long run, on a terminal only."""
    flags, streams = wanted.flags, wanted.streams
    if total < PROGRESS_FROM or flags.no_progress or flags.quiet or not streams.stderr.isatty():
        return None
    from tqdm import tqdm

    return tqdm(total=total, unit=" records", file=streams.stderr, leave=False, delay=0.3)


def _known(work: Work, wanted: Wanted) -> Run | None:
    """What earlier runs know of these records; None where no cache is used."""
    flags, sources = wanted.flags, work.sources
    folder = flags.cache_dir
    if folder is not None and os.path.lexists(folder) and not os.path.isdir(folder):  # noqa: PTH112
        raise UsageError(f"--cache-dir: '{folder}' is not a folder")
    settings = sources[0].settings if sources else None
    if settings is None or any(source.settings is not settings for source in sources):
        return None
    if flags.no_cache or len(sources) < WORTH_A_CACHE or not prefilter.FILTERING:
        return None
    base = reading.repository(os.path.realpath(os.path.dirname(sources[0].path) or "."))  # noqa: PTH120
    prefixes: dict[str, str] = {}
    keys = []
    for source in sources:
        shown, _, name = source.path.rpartition("/")
        if shown not in prefixes:
            below = os.path.relpath(os.path.realpath(shown or "."), base)
            whole = os.path.abspath(shown or ".")  # noqa: PTH100
            if not whole.endswith(f"{os.sep}{below}") or os.path.realpath(whole[: -len(below)]) != base:
                return None  # a link on the way: what the path says of a record is not what the key says
            prefixes[shown] = below.replace(os.sep, "/") + "/"
        keys.append(prefixes[shown] + name)
    if len(set(keys)) < len(keys):
        return None
    if folder is None:  # one for all repositories of a user
        folder, home = cache.default_folder(), base
    else:
        home = ""
    key = cache.key_of(settings, base, home, keywords=work.task.keywords)
    return Run(cache.Cache(folder, key), keys, [source.path for source in sources])


def _is_contained(work: Work) -> bool:
    """Whether the comparison looks at nothing but the records that were read: at no organism pages beside them."""
    folders = {os.path.abspath(source.path.rpartition("/")[0] or ".") for source in work.sources}  # noqa: PTH100
    if any(isinstance(source.settings.organisms, str) for source in work.sources[:1]):
        return False
    beside = {os.path.join(os.path.dirname(folder), "_organisms") for folder in folders}  # noqa: PTH118, PTH120
    return all(page in folders or not os.path.lexists(page) for page in beside)
