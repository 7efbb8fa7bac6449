"""
What a diff introduced: the records that it touches, compared with the base and with the records that they can clash with.

The base's records are checked like the work tree's. A diagnostic is introduced when the base does not have the same finding: of
the same record, rule and key, and about the same values. Of a hundred thousand records only those are read that can clash with a
touched one: those of the same paper, those whose name differs only in case, those that mention its identifiers, and the organism
pages.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from pfocr_lint.dataclass import dataclass, field, replace
from pfocr_lint.errors import UsageError
from pfocr_lint.paths import whole
from pfocr_lint.record.facts import Facts, FigureFacts, PageFacts, folded
from pfocr_lint.result import Result
from pfocr_lint.workspace import compared_results, cross_record, discovery, many_files, one_file, reading, source
from pfocr_lint.workspace.git_revision import Base, merge_base
from pfocr_lint.workspace.one_file import Task
from pfocr_lint.workspace.run import Finished
from pfocr_lint.workspace.settings_choice import folder_of
from pfocr_lint.workspace.source import Source

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Diagnostic
    from pfocr_lint.schema.kinds import Kind
    from pfocr_lint.settings.model import Settings


class _Place(NamedTuple):
    """A folder: its path as it is shown, its settings (None where file discovery does not go), and the kind of its records."""

    shown: str
    settings: Settings | None
    kind: Kind | None


@dataclass
class Diff:
    """
    The diff of the work tree against a commit, as the scope of a run.

    ``paths`` are the files and folders that the user named; ``settings_of`` gives the settings of a path as it is shown; ``jobs``
    None uses as many processes as useful. With ``only_introduced``, diagnostics that the commit has too are counted and not
    reported.
    """

    base: Base
    paths: tuple[str, ...]
    settings_of: Callable[[str], Settings]
    task: Task = field(default_factory=Task)
    jobs: int | None = None
    only_introduced: bool = False
    _finished: Finished = Finished(())

    @cached_property
    def _asked(self) -> tuple[dict[str, str], list[tuple[str, str]]]:
        """The files and the folders that were asked for: as paths below the work tree's folder, and as they were given."""
        top = os.path.realpath(self.base.top)
        named: dict[str, str] = {}
        folders = []
        for path in self.paths:
            if os.path.isdir(path):  # noqa: PTH112
                below = os.path.relpath(os.path.realpath(path), top).replace(os.sep, "/")
                folders.append(("" if below == "." else below, path))
            else:
                named.setdefault(os.path.relpath(whole(path), top).replace(os.sep, "/"), path)
        return named, folders

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
        way = next(((below, given) for below, given in self._asked[1] if _within(folder, below)), None)
        if way is None:
            path = os.path.relpath(os.path.join(self.base.top, folder))  # noqa: PTH118
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
                _within(below, folder) for below in (*named, *(below for below, _ in folders))
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
        named, folders = self._asked
        changed = self.base.changed
        names = {name for name in named if name in changed or not self.base.holds(name)}
        names.update(name for name in changed if discovery.is_record(name) and any(_within(name, below) for below, _ in folders))
        found = ((name, self._source(name)) for name in sorted(names))
        return {name: source for name, source in found if source is not None}

    @cached_property
    def sources(self) -> list[Source]:
        """The touched records that are there."""
        there = (source for source in self._touched.values() if os.path.lexists(source.path))
        return sorted(there, key=attrgetter("path"))

    @property
    def total(self) -> int:
        """How many files there are."""
        return len(self.sources)

    def results(self) -> Generator[Result | None, None, None]:
        """The result of each file, with what the comparison of records adds."""
        found = list(many_files.process_all(self.sources, self.task, self.jobs))
        complete = self._introduced(found) if self.only_introduced else self._compared(found)
        self._finished = complete
        yield from complete.results

    def finish(self, waiting: Sequence[Result]) -> Finished:
        """The results that waited: they are complete."""
        return self._finished._replace(results=waiting)

    def close(self) -> None:
        """Nothing is kept."""

    def _compared(self, results: Sequence[Result]) -> Finished:
        """The results of the touched records with what the comparison with others adds and, if the task says so, fixes."""
        own, task = _facts(results), self.task
        load = one_file.left_by(task, self.settings_of)
        comparison = self._compare([*own, *self._around(own)], load, results, load_page=reading.load)
        return Finished(
            [compared_results.joined(each, comparison, self.settings_of, task) for each in results], comparison.faults
        )

    def _introduced(self, results: Sequence[Result]) -> Finished:
        """Of the touched records' diagnostics, and of those that the change brought upon others, what the base did not have."""
        now, before = _facts(results), _facts(self._were)
        around = self._around([*now, *before])
        comparison = self._compare([*now, *around], reading.load, results)
        across_before = self._compare([*before, *around], self._load_before)
        base, found = _all_left(self._were, across_before), _all_left(results, comparison)
        own = {each.path: each for each in results}
        # of what lies between records, what is new is reported for the records that the base did not have
        paths = sorted(found, key=lambda path: (path in own and path not in self._before, path))
        fresh, resolved = _introduced(base, {path: found[path] for path in paths})
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
        return cross_record.compare(facts, self.settings_of, load, frozenset(each.path for each in fresh), load_page=load_page)

    @cached_property
    def _before(self) -> dict[str, bytes]:
        """The touched records as they were, by the path that is shown."""
        return {self._touched[name].path: data for name, data in self.base.read(self._touched).items()}

    def _load_before(self, path: str) -> bytes:
        """A record as it was, by any path to it. Raises Unreadable."""
        shown = self._touched_paths.get(whole(path))
        if shown is None:
            return reading.load(path)
        if shown not in self._before:
            raise reading.Unreadable("there was no such file")
        return self._before[shown]

    @cached_property
    def _touched_paths(self) -> dict[str, str]:
        """The paths of the touched records as they are shown, by the whole paths."""
        return {whole(source.path): source.path for source in self._touched.values()}

    @cached_property
    def _were(self) -> list[Result]:
        """The results of the touched records as they were."""
        there = (source for source in self._touched.values() if source.path in self._before)
        return [one_file.process_bytes(source, self._before[source.path], Task()) for source in there]

    def _around(self, own: Iterable[Facts]) -> list[Facts]:
        """The facts of the untouched records that can meet a touched one; ``own`` are those of the touched ones."""
        near = _Near(self._touched, own)
        roots = set(map(_root, self._touched))
        pages = any(_folder(name) == "_organisms" for name in self._touched)  # which the figures of any root may look up
        others = [name for name in self.base.names if discovery.is_record(name) and (pages or _root(name) in roots)]
        others = [name for name in others if name not in self._touched]
        # of each root one figure is read, since a table lacks its record only where there are records
        certain = {_root(name): name for name in others if _folder(name) == "_figures" and self._source(name) is not None}
        by_name = {*certain.values(), *filter(near.has_name, others)}
        mentioning = self.base.mentioning(near.texts, "_figures")
        if mentioning is not None:
            found = by_name.union(mentioning)
            others = [name for name in others if name in found]
        sources = {name: source for name in others if (source := self._source(name)) is not None}
        sure = {sources[name].path for name in by_name if name in sources}
        read = many_files.process_all(sorted(sources.values(), key=attrgetter("path")), Task(), self.jobs)
        return [each for each in _facts(read) if each.path in sure or near.has(each)]


class _Near:
    """How to recognise the records that can clash with some others: by the names of these, and by their facts."""

    def __init__(self, names: Iterable[str], facts: Iterable[Facts]) -> None:
        figures = [_stem(name) for name in names if _folder(name) == "_figures"]
        pmcids, self.latin, self.identifiers = set[str](), set[str](), set(figures)
        for each in facts:
            if isinstance(each, FigureFacts):
                pmcids.add(each.pmcid or "")
                self.identifiers.update(_identifiers(each))
            elif isinstance(each, PageFacts):
                self.latin.add(each.latin or "")
            else:
                self.identifiers.add(each.figid)
        for found in (pmcids, self.latin, self.identifiers):
            found.discard("")
        self.papers = pmcids.union(map(_paper, names), map(_paper, self.identifiers))
        self.folded = set(map(folded, names))
        # what stands in such records: where the paper's number does, its figures' need not be looked for
        self.texts = {*pmcids, *self.latin, *(text for text in self.identifiers if _paper(text) not in pmcids)}

    def has_name(self, name: str) -> bool:
        """Whether a record is one of them by its name."""
        folder = _folder(name)
        table = folder == "_data" and _stem(name).rpartition("-")[0] in self.identifiers
        return folder == "_organisms" or table or _paper(name) in self.papers or folded(name) in self.folded

    def has(self, facts: Facts) -> bool:
        """Whether a record is one of them by its facts."""
        if not isinstance(facts, FigureFacts):
            return False
        known = facts.pmcid in self.papers or not self.identifiers.isdisjoint(_identifiers(facts))
        return known or not self.latin.isdisjoint((*facts.organisms, *facts.mentioned))


def _identifiers(figure: FigureFacts) -> tuple[str, ...]:
    """What a figure is called, and what it is redirected from."""
    redirect = (figure.redirect or "").removesuffix(".html").rstrip("/").rpartition("/")[2]
    return tuple(filter(None, (figure.figid, figure.alias, redirect)))


def _facts(results: Iterable[Result]) -> list[Facts]:
    return [each.facts for each in results if each.facts is not None]


def _within(name: str, folder: str) -> bool:
    """Whether a path is another, or below it; '' is the work tree's folder."""
    return not folder or name == folder or name.startswith(f"{folder}/")


def _folder(name: str) -> str:
    """The name of the folder that a record stands in."""
    return name.rpartition("/")[0].rpartition("/")[2]


def _root(name: str) -> str:
    """The folder above the record folder: records below different ones are never compared."""
    return name.rpartition("/")[0].rpartition("/")[0]


def _stem(name: str) -> str:
    """A file's name without its extension."""
    return name.rpartition("/")[2].rpartition(".")[0]


def _paper(name: str) -> str:
    """The PMC id that a name begins with."""
    return name.rpartition("/")[2].partition("__")[0].partition(".")[0]


def _all_left(results: Iterable[Result], comparison: cross_record.Comparison) -> dict[str, list[Diagnostic]]:
    """The diagnostics of the records, each alone and in comparison, by path."""
    alone = {each.path: each.left for each in results}
    return {
        path: cross_record.merged(alone.get(path, ()), comparison.diagnostics(path)) for path in {*alone, *comparison.checked}
    }


def _introduced(
    base: Mapping[str, Sequence[Diagnostic]], now: Mapping[str, Sequence[Diagnostic]]
) -> tuple[dict[str, list[Diagnostic]], int]:
    """
    The diagnostics that a version has and its base has not, by path, and how many of the base are resolved.

    Of equal findings as many are new as there are more of them than before, or as there are members that took no part in them
    before; these are the last in the order of ``now``.
    """
    names = _names(base, now)
    before, after = _by_match(base, {path: path for path in base}), _by_match(now, names)
    fresh: dict[str, list[Diagnostic]] = {}
    resolved = sum(map(len, before.values()))
    for match, found in after.items():
        known = before.get(match, [])
        joined = _members(found) - _members(known)
        many = max(len(found) - len(known), min(len(found), len(joined)))
        resolved -= len(found) - many
        for path, diagnostic in found[len(found) - many :]:
            fresh.setdefault(path, []).append(diagnostic)
    return fresh, resolved


def _names(base: Mapping[str, Sequence[Diagnostic]], now: Mapping[str, Sequence[Diagnostic]]) -> dict[str, str]:
    """For each path what the record was called in the base: the same, or the path that it was moved from."""
    gone = {each.identity: path for path, found in base.items() if path not in now for each in found}
    return {path: path if path in base or not found else gone.get(found[0].identity, path) for path, found in now.items()}


def _by_match(
    found: Mapping[str, Sequence[Diagnostic]], names: Mapping[str, str]
) -> dict[Hashable, list[tuple[str, Diagnostic]]]:
    """The diagnostics that are one finding, each with its path; of a finding within a record the record's name is part."""
    matched: dict[Hashable, list[tuple[str, Diagnostic]]] = {}
    for path, diagnostics in found.items():
        for each in diagnostics:
            match = each.match if each.members else (names[path], each.match)
            matched.setdefault(match, []).append((path, each))
    return matched


def _members(found: Iterable[tuple[str, Diagnostic]]) -> set[str]:
    return {member for _, each in found for member in each.members}


def diff_of(paths: Sequence[str], since: str, settings_of: Callable[[str], Settings], *, force_exclude: bool = False) -> Diff:
    """
    The diff of some paths against the merge base with a revision. Raises UsageError and RevisionError.

    ``force_exclude`` leaves out excluded files also where they are named.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"{path}: there is no such file or folder")
    base = merge_base(folder_of(paths), since)
    homes = {path: reading.repository(os.path.realpath(folder_of([path]))) for path in paths}
    for path, home in homes.items():
        if home != homes[paths[0]]:
            raise UsageError(f"--since: '{path}' is not in the Git repository of '{paths[0]}'; name those of one at a time")
    if force_exclude:
        paths = [path for path in paths if os.path.isdir(path) or not settings_of(path).excludes(path)]  # noqa: PTH112
    return Diff(base, tuple(paths), settings_of)
