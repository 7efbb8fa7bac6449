"""All records of a work tree, or a revision, as the scope of a run: every file is checked, or known, then all are compared."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from pfocr_lint.dataclass import dataclass, field
from pfocr_lint.errors import UsageError
from pfocr_lint.linter import prefilter
from pfocr_lint.packed import Packed
from pfocr_lint.result import Result
from pfocr_lint.workspace import cache, compared_results, discovery, many_files, reading
from pfocr_lint.workspace.cache import WORTH_A_CACHE, Compared, Row
from pfocr_lint.workspace.cached_run import CachedRun
from pfocr_lint.workspace.files import DISK, Files
from pfocr_lint.workspace.paths import FOLDERS, relative
from pfocr_lint.workspace.run import Finished

if TYPE_CHECKING:
    from pfocr_lint.record.facts import Facts
    from pfocr_lint.settings.model import Settings
    from pfocr_lint.workspace.one_file import Task
    from pfocr_lint.workspace.source import Source


def sources_of(
    paths: Sequence[str], settings_of: Callable[[str], Settings], files: Files = DISK, *, force_exclude: bool = False
) -> list[Source]:
    """The files to read. Raises UsageError where one of the paths holds no record."""
    sources = discovery.gather(paths, settings_of, files)
    empty = paths if not sources else [path for path in paths if discovery.holds_none(path, files)] if len(paths) > 1 else []
    if empty:
        hidden = [path for path in empty if files.is_folder(path) and not discovery.holds_none(path, files)]
        if hidden:
            raise UsageError(f"all records in {', '.join(hidden)} are excluded by the settings")
        raise UsageError(f"no record found in {', '.join(empty)}; records are in {', '.join(sorted(FOLDERS))}")
    if force_exclude:
        return [source for source in sources if not source.settings.excludes(source.path)]
    return sources


@dataclass
class WorkTree:
    """
    The files of the work tree, or of a revision: those of the task.

    ``paths`` are the files and folders that the user named, ``sources`` the files to read.

    ``jobs`` None uses as many processes as useful. ``asks_for_comparison`` says that rules which compare records were selected by
    name. ``cache_dir`` None is the user's own folder.
    """

    paths: Sequence[str]
    sources: Sequence[Source]
    task: Task
    settings_of: Callable[[str], Settings]
    jobs: int | None = None
    asks_for_comparison: bool = False
    no_cache: bool = False
    cache_dir: str | None = None
    _facts: list[Facts | None] = field(default_factory=list)
    _unchanged: list[int] = field(default_factory=list)
    _late: dict[str, Compared] | None = None
    _finished: bool = False

    @property
    def total(self) -> int:
        """How many files there are."""
        return len(self.sources)

    @property
    def _compares(self) -> bool:
        """Whether records are compared with each other: the user named a folder."""
        return any(map(self.task.files.is_folder, self.paths))

    @cached_property
    def _known(self) -> CachedRun | None:
        return _cached(self)

    @property
    def _today(self) -> str | None:
        return self.sources[0].settings.today

    @cached_property
    def _is_self_contained(self) -> bool:
        return self._known is not None and self._compares and _is_self_contained(self)

    def results(self) -> Generator[Result | None, None, None]:
        """The result of each file; None for a file with nothing to report."""
        known = self._known
        if known is not None and self._is_self_contained and known.is_silent and self.task.mode != "fix":
            yield from map(known.same, range(self.total))
            return
        outcomes = many_files.outcomes(self.sources, self.task, self.jobs, known)
        try:
            for number, outcome in enumerate(outcomes):
                if outcome is None:
                    assert known is not None
                    self._unchanged.append(number)
                    yield known.same(number)
                    continue
                self._facts.append(outcome.facts)
                if known is not None and (row := _row(outcome, self._today)) is not None:
                    known.add(number, row, rewritten=isinstance(outcome, Result) and bool(outcome.fixed))
                yield outcome if isinstance(outcome, Result) else None
        finally:
            outcomes.close()

    def finish(self, waiting: Sequence[Result]) -> Finished:
        """The results that waited, with what the comparison of all records adds."""
        known, faults, notes = self._known, tuple[str, ...](), tuple[str, ...]()
        skipped = self.asks_for_comparison and not self._compares
        late = known.found_by_comparison if known is not None and self._is_self_contained else None
        if late is not None and not (late and self.task.mode != "check" and self.task.unsafe):
            results = compared_results.as_compared(waiting, late)
        else:
            facts = [*self._facts, *(map(known.facts, self._unchanged) if known is not None else ())]
            results, comparison = compared_results.compared(
                waiting, filter(None, facts), self.settings_of, self.task, named=not self._compares
            )
            faults, notes = comparison.faults, comparison.notes
            late = compared_results.kept(comparison) if self._is_self_contained and not (faults or notes) else None
        self._late = late
        self._finished = True
        return Finished(results, faults, skipped_comparison=skipped, notes=notes)

    def close(self) -> None:
        """Keep what is known of the records."""
        if self._known is not None and self._finished:
            self._known.keep(self._late)


def _row(outcome: Result | Row, today: str | None) -> Row | None:
    """What the cache keeps of a record; None for what may be another result in the next run, though its bytes are the same."""
    if isinstance(outcome, Row):
        return outcome
    if not outcome.digest or outcome.faults or outcome.notes or outcome.versions or outcome.unreadable or outcome.not_a_record:
        return None
    if outcome.until is not None and today is not None and outcome.until < today:
        return None
    left = outcome.left if isinstance(outcome.left, Packed) else None
    if left is None and outcome.left:
        return None
    return Row(outcome.digest, outcome.facts, left, outcome.waived, outcome.until)


def _cached(tree: WorkTree) -> CachedRun | None:
    """The cache for these records; None where no cache is used."""
    sources, folder = tree.sources, tree.cache_dir
    if folder is not None and os.path.lexists(folder) and not os.path.isdir(folder):  # noqa: PTH112
        raise UsageError(f"--cache-dir: '{folder}' is not a folder")
    settings = sources[0].settings if sources else None
    if settings is None or any(source.settings is not settings for source in sources):
        return None
    if tree.no_cache or not tree.task.files.on_disk or len(sources) < WORTH_A_CACHE or not prefilter.FILTERING:
        return None
    base = reading.repository(os.path.realpath(os.path.dirname(sources[0].path) or "."))  # noqa: PTH120
    prefixes: dict[str, str] = {}
    keys = []
    for source in sources:
        shown, _, name = source.path.rpartition("/")
        if shown not in prefixes:
            below = relative(os.path.realpath(shown or "."), base)
            whole = os.path.abspath(shown or ".")  # noqa: PTH100
            if not whole.endswith(f"{os.sep}{below}") or os.path.realpath(whole[: -len(below)]) != base:
                return None  # a link on the way: path and key are of different records
            prefixes[shown] = below.replace(os.sep, "/") + "/"
        keys.append(prefixes[shown] + name)
    if len(set(keys)) < len(keys):
        return None
    if folder is None:  # one for all repositories of a user
        folder, home = cache.default_folder(), base
    else:
        home = ""
    key = cache.key_of(settings, base, home, keywords=tree.task.keywords)
    return CachedRun(
        cache.Cache(folder, key), keys, [source.path for source in sources], partial(_will_fix, tree.task), settings.today
    )


def _will_fix(task: Task, offers: str) -> bool:
    """Whether a run makes one of the fixes that a record offers (see packed.offers)."""
    return (offers == "s" and task.makes("safe")) or (offers in "su" and task.makes("unsafe"))


def _is_self_contained(tree: WorkTree) -> bool:
    """Whether the comparison depends on nothing but the records of the run: on no organism pages beside them."""
    folders = {os.path.abspath(source.path.rpartition("/")[0] or ".") for source in tree.sources}  # noqa: PTH100
    if any(isinstance(source.settings.organisms, str) for source in tree.sources[:1]):
        return False
    beside = {os.path.join(os.path.dirname(folder), "_organisms") for folder in folders}  # noqa: PTH118, PTH120
    return all(page in folders or not os.path.lexists(page) for page in beside)
