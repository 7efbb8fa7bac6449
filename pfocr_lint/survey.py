"""From single records to the whole repository: facts are brought together, compared, and what is found goes to its record."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import Any

from pfocr_lint import engine, files, loading, walk
from pfocr_lint.diagnostic import Diagnostic, Severity
from pfocr_lint.facts import Facts, FigureFacts, PageFacts, Repository, TableFacts
from pfocr_lint.failures import prepare
from pfocr_lint.files import Result, Task
from pfocr_lint.reader import read
from pfocr_lint.record import Kind, Record
from pfocr_lint.settings import Settings, inside, real, whole
from pfocr_lint.values import dataclass, replace

OPEN_AT_ONCE = 64


@dataclass(frozen=True)
class Across:
    """What the comparison found: the records it speaks of, with their findings, by path; and faults of this program."""

    examined: Mapping[str, engine.Examined]
    faults: tuple[str, ...]

    def diagnostics(self, path: str) -> list[Diagnostic]:
        """What is said of one record."""
        found = self.examined.get(path)
        return found.diagnostics() if found is not None else []

    def waived(self, path: str) -> tuple[str, ...]:
        """The rules of what one record waives of it."""
        found = self.examined.get(path)
        return found.waived if found is not None else ()


def compare(
    facts: Iterable[Facts],
    settings_of: Callable[[str], Settings],
    load: Callable[[str], bytes],
    fresh: frozenset[str] = frozenset(),
) -> Across:
    """
    Run the rules that compare records on the facts of all of them, the records of each root among themselves.

    ``load`` gives a file's bytes again, for the few records that something is said of.
    """

    @lru_cache(OPEN_AT_ONCE)
    def opened(path: str) -> Record:
        try:
            data = load(path)
        except loading.Unreadable:
            data = b""  # it went away in the meantime: nothing can be said of it
        return prepare(read(path, data, walk.kind_by_path(path)), settings_of(path).synonyms)

    def levels(path: str) -> Mapping[str, Severity]:
        return settings_of(path).rules_for(path)

    examined: dict[str, engine.Examined] = {}
    faults: list[str] = []
    groups = _by_root(facts)
    everywhere = {whole(each.path): each for each in chain(*groups.values()) if isinstance(each, PageFacts)}
    for root, group in sorted(groups.items()):
        group.sort(key=attrgetter("path"))
        sorts: dict[type[Facts], list[Any]] = {FigureFacts: [], PageFacts: [], TableFacts: []}
        for each in group:
            sorts[type(each)].append(each)
        figures, pages, tables = map(tuple, sorts.values())
        settings = settings_of(group[0].path)
        latin = _latin(root, settings, pages, everywhere, load) if figures else frozenset()
        found = engine.compare(Repository(figures, pages, tables, latin, opened, fresh), levels, waiving=settings.waivers)
        examined.update({each.record.path: each for each in found.examined})
        faults += found.faults
    return Across(examined, tuple(faults))


def _by_root(facts: Iterable[Facts]) -> dict[str, list[Facts]]:
    """The facts by the folder above the record folder."""
    folders: dict[str, list[Facts]] = defaultdict(list)
    for each in facts:
        folders[each.path.rpartition("/")[0]].append(each)
    groups: dict[str, list[Facts]] = defaultdict(list)
    for folder, here in folders.items():
        groups[os.path.dirname(os.path.abspath(folder or "."))] += here  # noqa: PTH100, PTH120 - no link is followed
    return groups


def _latin(
    root: str, settings: Settings, pages: Sequence[PageFacts], everywhere: Mapping[str, PageFacts], load: Callable[[str], bytes]
) -> frozenset[str]:
    """
    The latin names of the organism pages: of the setting's folder, of those that were read, or of those beside the figures.

    ``everywhere`` are all that were read, by their whole path: they are as they are in the revision that is compared.
    """
    if settings.organisms is False:
        return frozenset()
    if not pages or isinstance(settings.organisms, str):
        named = os.path.join(settings.root or root, settings.organisms) if isinstance(settings.organisms, str) else None  # noqa: PTH118
        folder = real(named or os.path.join(root, "_organisms"))  # noqa: PTH118
        found = [page.latin for path, page in everywhere.items() if path.startswith(f"{folder}{os.sep}")]
        there = os.path.isdir(folder) and inside(folder, settings.root or root)  # noqa: PTH112
        for source in walk.gather([folder], lambda _: settings) if there else ():
            if source.path in everywhere:
                continue
            try:
                record = prepare(read(source.path, load(source.path), Kind.ORGANISM), settings.synonyms)
            except loading.Unreadable:
                continue
            found.append(record.usable("/latin"))
        return frozenset(name for name in found if name is not None)
    return frozenset(page.latin for page in pages if page.latin is not None)


def compared(
    results: Sequence[Result], facts: Iterable[Facts], settings_of: Callable[[str], Settings], task: Task
) -> tuple[list[Result], tuple[str, ...]]:
    """
    The results with what the comparison of all records, by their facts, adds, and the faults that came up in it.

    A record of which there is only now something to tell gets a result; all are sorted by path.
    """
    across = compare(facts, settings_of, files.left_by(task, settings_of))
    told = {result.path: result for result in results}
    for path in across.examined:
        told.setdefault(path, Result(path))
    return [joined(told[path], across, settings_of, task) for path in sorted(told)], across.faults


def joined(result: Result, across: Across, settings_of: Callable[[str], Settings], task: Task) -> Result:
    """A result with what the comparison says of its record, and with the unsafe fixes of that, where the task makes them."""
    examined = across.examined.get(result.path)
    if examined is None:
        return result
    result = replace(result, waived=(*result.waived, *examined.waived))
    if task.mode != "check" and task.unsafe:
        mended = files.mend(examined, settings_of(result.path), task)
        if mended is not None and mended.fixed:
            done = {each.fingerprint for each in mended.fixed}
            left = [each for each in examined.diagnostics() if each.fingerprint not in done]
            left = merged(result.left, left)
            return replace(result, fixed=(*result.fixed, *mended.fixed), left=tuple(left), versions=mended.versions)
        if mended is not None:
            result = replace(result, faults=(*result.faults, *mended.faults), notes=(*result.notes, *mended.notes))
    return replace(result, left=tuple(merged(result.left, examined.diagnostics())))


def merged(alone: Iterable[Diagnostic], across: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Both in their order; a file name that differs from figid is not said beside a figid that two records have."""
    replaced = {"PF201"} if any(each.code == "PF401" for each in across) else set()
    kept = (each for each in alone if each.code not in replaced)
    return sorted([*kept, *across], key=lambda each: (each.span.start, each.code))
