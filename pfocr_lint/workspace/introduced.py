"""
What a diff introduced: the records that it touches, compared with the base and with the records that they can clash with.

The base's records are checked like the work tree's. A diagnostic is introduced when the base does not have the same finding: of
the same record, rule and key, and about the same values. Of a hundred thousand records only those are read that can clash with a
touched one: those of the same paper, those whose name differs only in case, those that mention its identifiers, and the organism
pages.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pfocr_lint.dataclass import dataclass, field, replace
from pfocr_lint.errors import UsageError
from pfocr_lint.record.facts import Facts, FigureFacts
from pfocr_lint.result import Result
from pfocr_lint.workspace import (
    compared_results,
    cross_record,
    discovery,
    many_files,
    needed,
    new_findings,
    one_file,
    reading,
    settings_choice,
    source,
)
from pfocr_lint.workspace.files import Files
from pfocr_lint.workspace.git_checkout import checkout_at
from pfocr_lint.workspace.git_fetch import Fetching
from pfocr_lint.workspace.git_revision import Revision, merge_base
from pfocr_lint.workspace.neighbours import Near, folder_of, is_within, root_of
from pfocr_lint.workspace.one_file import Task
from pfocr_lint.workspace.paths import relative
from pfocr_lint.workspace.reading import Unreadable
from pfocr_lint.workspace.revision_files import RevisionFiles
from pfocr_lint.workspace.run import Finished
from pfocr_lint.workspace.source import Source

if TYPE_CHECKING:
    from pfocr_lint.schema.kinds import Kind
    from pfocr_lint.settings.model import Settings


class _Place(NamedTuple):
    """A folder: its path as it is shown, its settings (None where file discovery does not go), and the kind of its records."""

    shown: str
    settings: Settings | None
    kind: Kind | None


class Head(Files, needed.Stored, Protocol):
    """What is compared with the base: the work tree, or another revision."""

    @property
    def names(self) -> Collection[str]:
        """All files, by their path below the repository's folder."""

    def name_of(self, path: str) -> str | None:
        """The path below the repository's folder; '' for that folder, None outside."""

    def changed_since(self, base: Revision) -> frozenset[str]:
        """The files that differ from a commit, new ones and deleted ones included."""

    def mentioning(self, texts: Collection[str], names: Collection[str], /) -> list[str] | None:
        """The files, of some that are there, that hold one of some texts; None where a search cannot decide."""


@dataclass
class Diff:
    """
    The diff of the work tree, or a revision, against a commit, as the scope of a run.

    ``changed`` are the files that differ, and ``lacking`` the records that the clone lacks, which are not compared.

    ``paths`` are the files and folders that the user named; ``settings_of`` gives the settings of a path as it is shown; ``jobs``
    None uses as many processes as useful. With ``only_introduced``, diagnostics that the commit has too are counted and not
    reported.
    """

    base: Revision
    files: Head
    paths: tuple[str, ...]
    settings_of: Callable[[str], Settings]
    task: Task = field(default_factory=Task)
    jobs: int | None = None
    only_introduced: bool = False
    changed: frozenset[str] = frozenset()
    lacking: frozenset[str] = frozenset()
    _finished: Finished = Finished(())

    @cached_property
    def _asked(self) -> tuple[dict[str, str], list[tuple[str, str]]]:
        """The files and the folders that were asked for: as paths below the work tree's folder, and as they were given."""
        return _asked(self.files, self.paths)

    @cached_property
    def _places(self) -> dict[str, _Place]:
        """What is known of folders: of a hundred thousand records it is asked once for each folder."""
        return {}

    def _place(self, name: str) -> _Place:
        folder, _, last = name.rpartition("/")
        shown = self._shown(folder)
        if not self._walked(folder):
            return _Place(shown, None, None)
        return _Place(shown, self.settings_of(shown + last), source.kind_by_path(shown + last))

    def _shown(self, folder: str) -> str:
        """What is shown before the names in a folder: the path to it by way of what was given, else from the current folder."""
        way = next(((below, given) for below, given in self._asked[1] if is_within(folder, below)), None)
        if way is None:
            path = relative(os.path.join(self.base.top, folder))  # noqa: PTH118
        else:
            path = os.path.join(way[1], folder[len(way[0]) :].lstrip("/"))  # noqa: PTH118
        shown = source.posix(path)
        return "" if shown == "." else f"{shown.removesuffix('/')}/"

    def _walked(self, folder: str) -> bool:
        """Whether file discovery reaches a folder: a hidden one only on the way to a path that the user named."""
        named, folders = self._asked
        while folder:
            above, _, last = folder.rpartition("/")
            if discovery.passes_by(last) and not any(
                is_within(below, folder) for below in (*named, *(below for below, _ in folders))
            ):
                return False
            folder = above
        return True

    def _source(self, name: str) -> Source | None:
        """A record as a run checks it; None where it is neither named nor found by file discovery in the work tree."""
        given = self._asked[0].get(name)
        if given is not None:
            path = source.posix(given)
            return Source(path, self.settings_of(path), source.kind_by_path(path))
        folder, _, last = name.rpartition("/")
        if folder not in self._places:
            self._places[folder] = self._place(name)
        shown, settings, kind = self._places[folder]
        if settings is None or (settings.exclude and settings.excludes(shown + last)):
            return None
        return Source(shown + last, settings, kind)

    @cached_property
    def _touched(self) -> dict[str, Source]:
        """The records that differ from the base, deleted ones included, of those that were asked for, by name."""
        found = ((name, self._source(name)) for name in _touched(self.files, self.base, self.paths, self.changed))
        return {name: source for name, source in found if source is not None}

    @cached_property
    def sources(self) -> list[Source]:
        """The touched records that are there."""
        there = (source for source in self._touched.values() if self.files.exists(source.path))
        return sorted(there, key=attrgetter("path"))

    @property
    def total(self) -> int:
        """How many files there are."""
        return len(self.sources)

    def results(self) -> Generator[Result | None, None, None]:
        """The result of each file, with what the comparison of records adds."""
        found = list(many_files.process_all(self.sources, self._task, self.jobs))
        complete = self._introduced(found) if self.only_introduced else self._compared(found)
        self._finished = complete
        yield from complete.results

    @property
    def _task(self) -> Task:
        return replace(self.task, files=self.files)

    def finish(self, waiting: Sequence[Result]) -> Finished:
        """The results that waited: they are complete."""
        return self._finished._replace(results=waiting)

    def close(self) -> None:
        """Nothing is kept."""

    def _compared(self, results: Sequence[Result]) -> Finished:
        """The results of the touched records with what the comparison with others adds and, if the task says so, fixes."""
        own, task = _facts(results), self._task
        load = one_file.left_by(task, self.settings_of)
        comparison = self._compare([*own, *self._around(own)], load, results, load_page=self.files.load_page)
        return Finished(
            [compared_results.joined(each, comparison, self.settings_of, task) for each in results], comparison.faults
        )

    def _introduced(self, results: Sequence[Result]) -> Finished:
        """Of the touched records' diagnostics, and of those that the change brought upon others, what the base did not have."""
        now, before = _facts(results), _facts(self._were)
        around = self._around([*now, *before])
        comparison = self._compare([*now, *around], self.files.load, results)
        across_before = self._compare([*before, *around], self._load_before)
        base, found = new_findings.all_left(self._were, across_before), new_findings.all_left(results, comparison)
        own = {each.path: each for each in results}
        # of what lies between records, what is new is reported for the records that the base did not have
        paths = sorted(found, key=lambda path: (path in own and path not in self._before, path))
        fresh, resolved = new_findings.introduced(base, {path: found[path] for path in paths})
        waived = {each.path: (*each.waived, *comparison.waived(each.path)) for each in results}
        reported = [replace(each, left=tuple(fresh.get(each.path, ())), waived=waived[each.path]) for each in results]
        reported += [Result(path, tuple(left)) for path, left in fresh.items() if path not in own]
        introduced = sum(map(len, fresh.values()))
        return Finished(
            sorted(reported, key=attrgetter("path")),
            faults=(*comparison.faults, *across_before.faults),
            introduced=(introduced, resolved, sum(map(len, found.values())) - introduced),
        )

    def _compare(
        self,
        facts: Iterable[Facts],
        load: Callable[[str], bytes],
        fresh: Iterable[Result] = (),
        load_page: Callable[[str], bytes] | None = None,
    ) -> cross_record.Comparison:
        paths = frozenset(each.path for each in fresh)
        return cross_record.compare(facts, self.settings_of, load, paths, load_page=load_page, files=self.files)

    @cached_property
    def _before(self) -> dict[str, bytes]:
        """The touched records as they were, by the path that is shown."""
        return {self._touched[name].path: data for name, data in self.base.read(self._touched).items()}

    def _load_before(self, path: str) -> bytes:
        """A record as it was, by any path to it. Raises Unreadable."""
        shown = self._touched_paths.get(self.files.whole(path))
        if shown is None:
            return self.files.load(path)
        if shown not in self._before:
            raise Unreadable("there was no such file")
        return self._before[shown]

    @cached_property
    def _touched_paths(self) -> dict[str, str]:
        """The paths of the touched records as they are shown, by the whole paths."""
        return {self.files.whole(source.path): source.path for source in self._touched.values()}

    @cached_property
    def _were(self) -> list[Result]:
        """The results of the touched records as they were."""
        there = (source for source in self._touched.values() if source.path in self._before)
        return [one_file.process_bytes(source, self._before[source.path], Task()) for source in there]

    def _around(self, own: Iterable[Facts]) -> list[Facts]:
        """The facts of the untouched records that can meet a touched one; ``own`` are those of the touched ones."""
        near = Near(self._touched, own)
        roots = set(map(root_of, self._touched))
        pages = any(folder_of(name) == "_organisms" for name in self._touched)  # which the figures of any root may look up
        others = [name for name in self.files.names if discovery.is_record(name) and (pages or root_of(name) in roots)]
        others = [name for name in others if name not in self._touched]
        # of each root one figure counts as there, since a table lacks its record only where there are records
        certain = {root_of(name): name for name in others if folder_of(name) == "_figures" and self._source(name) is not None}
        unread = [source.path for name in certain.values() if name in self.lacking and (source := self._source(name))]
        others = [name for name in others if name not in self.lacking]
        by_name = {*(name for name in certain.values() if name not in self.lacking), *filter(near.has_name, others)}
        mentioning = self.files.mentioning(near.texts, [name for name in others if folder_of(name) == "_figures"])
        if mentioning is not None:
            found = by_name.union(mentioning)
            others = [name for name in others if name in found]
        sources = {name: source for name in others if (source := self._source(name)) is not None}
        sure = {sources[name].path for name in by_name if name in sources}
        read = many_files.process_all(sorted(sources.values(), key=attrgetter("path")), Task(files=self.files), self.jobs)
        found_facts = [each for each in _facts(read) if each.path in sure or near.has(each)]
        return [*found_facts, *(FigureFacts(path, None, None, None, None, (), b"", None) for path in unread)]


def _facts(results: Iterable[Result]) -> list[Facts]:
    return [each.facts for each in results if each.facts is not None]


def _asked(head: Head, paths: Iterable[str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The files and the folders among some paths: as paths below the repository's folder, and as they were given."""
    named: dict[str, str] = {}
    folders = []
    for path in paths:
        name = head.name_of(path) or ""
        if head.is_folder(path):
            folders.append((name, path))
        else:
            named.setdefault(name, path)
    return named, folders


def _touched(head: Head, base: Revision, paths: Iterable[str], changed: frozenset[str]) -> list[str]:
    """Of the files that changed, deleted ones included, those that are named, and the records below a folder that is named."""
    named, folders = _asked(head, paths)
    names = {name for name in named if name in changed or not base.holds(name)}
    names.update(name for name in changed if discovery.is_record(name) and any(is_within(name, below) for below, _ in folders))
    return sorted(names)


def diff_of(
    paths: Sequence[str],
    since: str,
    settings_of: Callable[[str], Settings],
    *,
    files: RevisionFiles | None = None,
    fetching: Fetching | None = None,
    settings_from: Revision | None = None,
    force_exclude: bool = False,
) -> Diff:
    """
    The diff of some paths against the merge base with a revision: of the work tree, or of the revision of ``files``.

    What the clone lacks is fetched, as far as ``fetching`` allows: nothing where it is None. ``settings_from`` is the revision of
    which ``settings_of`` gives the settings, where that is another one. ``force_exclude`` leaves out excluded files also where
    they are named. Raises UsageError and RevisionError.
    """
    folder = settings_choice.folder_of(paths)
    base = merge_base(folder, since, "HEAD" if files is None else files.commit)
    head: Head = checkout_at(folder, base.top) if files is None else files
    for path in paths:
        if not head.exists(path):
            raise UsageError(f"{path}: there is no such file or folder")
        if not _is_of(path, paths[0], files):
            raise UsageError(f"--since: '{path}' is not in the Git repository of '{paths[0]}'; name those of one at a time")
    changed = head.changed_since(base)
    touched = _touched(head, base, paths, changed)
    lacking = needed.for_diff(head, base, touched, fetching or Fetching(offline=True), settings_from)
    if force_exclude:
        paths = [path for path in paths if head.is_folder(path) or not settings_of(path).excludes(path)]
    return Diff(base, head, tuple(paths), settings_of, changed=changed, lacking=lacking)


def _is_of(path: str, first: str, files: RevisionFiles | None) -> bool:
    """Whether a path is in the repository of the first one."""
    if files is not None:
        return files.name_of(path) is not None
    home, other = (reading.repository(os.path.realpath(settings_choice.folder_of([each]))) for each in (path, first))
    return home == other
