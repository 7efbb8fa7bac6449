"""
What a change did to a repository: the records it touched, and what they, and the records they touch on, have to say.

The base's records are judged like the work tree's; a diagnostic is introduced when the base has none with its fingerprint.
Only what can meet a touched record is read: of a hundred thousand records, those of the same paper, those whose name differs in
case only, those that mention its identifiers, and the organism pages.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from pfocr_lint import engine, loading, survey, walk
from pfocr_lint.diagnostic import Diagnostic
from pfocr_lint.facts import Facts, FigureFacts, PageFacts
from pfocr_lint.files import Result
from pfocr_lint.reader import read
from pfocr_lint.revision import Base
from pfocr_lint.settings import Settings
from pfocr_lint.values import dataclass, replace
from pfocr_lint.walk import Source


@dataclass(frozen=True)
class Introduced:
    """The results of the touched records, with only what a change introduced, and how much it resolved and left."""

    results: tuple[Result, ...]
    introduced: int
    resolved: int
    remaining: int
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """
    A work tree and the commit it is compared with.

    ``paths`` are the files and folders that were asked for; ``settings_of`` gives the settings of a path as it is shown.
    """

    base: Base
    paths: tuple[str, ...]
    settings_of: Callable[[str], Settings]

    @cached_property
    def _scopes(self) -> list[tuple[str, str]]:
        """What was asked for: as a path below the work tree's folder, and as it was given."""
        found = []
        for path in self.paths:
            below = os.path.relpath(os.path.realpath(path), os.path.realpath(self.base.top)).replace(os.sep, "/")
            found.append(("" if below == "." else below, path))
        return found

    def shown(self, name: str) -> str:
        """A name below the work tree's folder as it is shown: below the path that was given, else from the current folder."""
        for below, given in self._scopes:
            if name == below:
                return walk.posix(given)
            if not below or name.startswith(f"{below}/"):
                return walk.posix(os.path.join(given, name[len(below) :].lstrip("/")))  # noqa: PTH118
        return os.path.relpath(os.path.join(self.base.top, name)).replace(os.sep, "/")  # noqa: PTH118

    def _asked(self, name: str) -> bool:
        return any(not below or name == below or name.startswith(f"{below}/") for below, _ in self._scopes)

    @cached_property
    def touched(self) -> list[str]:
        """The records that differ from the base, deleted ones included, of those that were asked for."""
        return sorted(name for name in self.base.changed if walk.is_record(name) and self._asked(name))

    def sources(self) -> list[Source]:
        """The touched records that are there, to be judged."""
        found = []
        for name in self.touched:
            path = self.shown(name)
            settings = self.settings_of(path)
            if os.path.lexists(path) and not settings.excludes(path):
                found.append(Source(path, settings, walk.kind_by_path(path)))
        return found

    def compared(self, results: Sequence[Result], load: Callable[[str], bytes]) -> tuple[list[Result], tuple[str, ...]]:
        """The results of the touched records with what their comparison with others adds; ``load`` reads a file again."""
        across = self._compare(self._now(results), load, frozenset(result.path for result in results))
        merged = [replace(each, left=tuple(survey.merged(each.left, across.diagnostics(each.path)))) for each in results]
        return merged, across.faults

    def introduced(self, results: Sequence[Result]) -> Introduced:
        """Of the touched records' diagnostics, and of those that the change brought upon others, what the base did not have."""
        now = self._now(results)
        across = self._compare(now, loading.load, frozenset(result.path for result in results))
        known, base_faults = self._known(now)
        fresh: dict[str, list[Diagnostic]] = {}
        total = 0
        own = {each.path: each.left for each in results}
        # what lies between records is first looked for at those that the base had
        for path in sorted({*own, *across.examined}, key=lambda path: (path in own and path not in self._before, path)):
            for diagnostic, match in _matched(own.get(path, ()), across, path):
                total += 1
                if known[match] > 0:
                    known[match] -= 1
                else:
                    fresh.setdefault(path, []).append(diagnostic)
        by_path = {each.path: each for each in results}
        told = [replace(each, left=tuple(fresh.get(each.path, ()))) for each in results]
        told += [Result(path, tuple(found)) for path, found in fresh.items() if path not in by_path]
        introduced = sum(map(len, fresh.values()))
        return Introduced(
            results=tuple(sorted(told, key=lambda result: result.path)),
            introduced=introduced,
            resolved=sum(known.values()),
            remaining=total - introduced,
            faults=(*across.faults, *base_faults),
        )

    def _compare(self, facts: Iterable[Facts], load: Callable[[str], bytes], fresh: frozenset[str]) -> survey.Across:
        return survey.compare(facts, self.settings_of, load, fresh)

    def _now(self, results: Sequence[Result]) -> list[Facts]:
        """The facts of the touched records and of all that can meet them."""
        own = [result.facts for result in results if result.facts is not None]
        return [*own, *self._around]

    @cached_property
    def _before(self) -> dict[str, bytes]:
        """The touched records as they were, by the path that is shown."""
        return {self.shown(name): data for name, data in self.base.read(self.touched).items()}

    def _known(self, now: Sequence[Facts]) -> tuple[Counter[str], tuple[str, ...]]:
        """The fingerprints of what the base had to say of the touched records and of those that can meet them."""
        before = self._before
        touched = {self.shown(name) for name in self.touched}
        examined = [self._examine(path, data) for path, data in before.items()]
        facts = [each.facts for each in examined if each.facts is not None]
        facts += [each for each in now if each.path not in touched]
        across = self._compare(facts, lambda path: before[path] if path in touched else loading.load(path), frozenset())
        alone = {each.record.path: each.diagnostics() for each in examined}
        matches = (_matched(alone.get(path, ()), across, path) for path in {*alone, *across.examined})
        return Counter(match for found in matches for _, match in found), across.faults

    def _examine(self, path: str, data: bytes) -> engine.Examined:
        return engine.examine(read(path, data, walk.kind_by_path(path)), self.settings_of(path))

    @cached_property
    def _around(self) -> list[Facts]:
        """The facts of the untouched records that can meet a touched one, now or as it was."""
        touched = set(self.touched)
        there = {self.shown(name): name for name in self.touched}
        ours = []
        for path in there:
            with_now = loading.try_load(path)
            ours += [self._examine(path, data).facts for data in (with_now, self._before.get(path)) if data is not None]
        names = self._nearby([each for each in ours if each is not None]) - touched
        found = []
        for name in sorted(names):
            path = self.shown(name)
            data = loading.try_load(path)
            facts = self._examine(path, data).facts if data is not None else None
            if facts is not None:
                found.append(facts)
        return found

    def _nearby(self, facts: Sequence[Facts]) -> set[str]:
        """The names of the records that can meet one of these facts."""
        touched = set(self.touched)
        papers = {_paper(name) for name in touched} | {
            _paper(each.pmcid or "") for each in facts if isinstance(each, FigureFacts)
        }
        identifiers: set[str] = set()
        latin: set[str] = set()
        for each in facts:
            if isinstance(each, FigureFacts):
                identifiers.update(filter(None, (each.figid, each.alias, (each.redirect or "").rpartition("/")[2])))
                papers.add(each.pmcid or "")
            elif isinstance(each, PageFacts) and each.latin is not None:
                latin.add(each.latin)
        papers |= {_paper(text) for text in identifiers}
        folded = {name.casefold() for name in touched}
        roots = {name.rpartition("/")[0].rpartition("/")[0] for name in touched}
        bare = set(roots)  # of each root one figure is read, since a table lacks its record only where there are records
        found = set()
        for name in self.base.names:
            if not walk.is_record(name):
                continue
            root, _, folder = name.rpartition("/")[0].rpartition("/")
            page = folder == "_organisms" and root in roots
            first = folder == "_figures" and root in bare and name not in touched
            if first:
                bare.remove(root)
            if page or first or _paper(name) in papers or name.casefold() in folded:
                found.add(name)
        found.update({*self.base.mentioning({*identifiers, *latin}, "_figures")} & {*self.base.names})
        return found


def _paper(name: str) -> str:
    """The PMC id that a name begins with."""
    return name.rpartition("/")[2].partition("__")[0].partition(".")[0]


def _matched(alone: Iterable[Diagnostic], across: survey.Across, path: str) -> list[tuple[Diagnostic, str]]:
    """What is said of a record, each with what tells the same diagnostic in another version."""
    between = across.matches(path)
    return [(each, between.get(each.fingerprint, each.fingerprint)) for each in survey.merged(alone, across.diagnostics(path))]
