"""From single records to the whole repository: collects facts, compares them, and reads again the records with a finding."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from pfocr_lint.dataclass import dataclass
from pfocr_lint.lazy_import import LazyModule
from pfocr_lint.linter import cross_record, hits
from pfocr_lint.linter.diagnostics import diagnostics_of
from pfocr_lint.linter.ownership import prepare
from pfocr_lint.record import fast_parser
from pfocr_lint.record.document import Record
from pfocr_lint.record.facts import Facts, FigureFacts, PageFacts, Repository, TableFacts
from pfocr_lint.record.line_ends import with_lf
from pfocr_lint.record.parser import read
from pfocr_lint.record.values import Values
from pfocr_lint.rules.catalogue import COMPARING, ON_PAGES
from pfocr_lint.schema import compiled
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.workspace import discovery, reading, source
from pfocr_lint.workspace.files import DISK, Files

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Diagnostic, Severity
    from pfocr_lint.linter import record_check
    from pfocr_lint.settings.model import Settings
    from pfocr_lint.workspace.source import Source
else:
    record_check = LazyModule("pfocr_lint.linter.record_check")

OPEN_AT_ONCE = 64


@dataclass(frozen=True)
class Comparison:
    """The records with a finding of the comparison, by path, faults of this program, and notes on what was not checked."""

    checked: Mapping[str, hits.Checked]
    faults: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def diagnostics(self, path: str) -> list[Diagnostic]:
        """The diagnostics of one record."""
        found = self.checked.get(path)
        return diagnostics_of(found) if found is not None else []

    def waived(self, path: str) -> tuple[str, ...]:
        """The codes of the waived findings of one record."""
        found = self.checked.get(path)
        return found.waived if found is not None else ()


def compare(
    facts: Iterable[Facts],
    settings_of: Callable[[str], Settings],
    load: Callable[[str], bytes],
    fresh: frozenset[str] = frozenset(),
    *,
    load_page: Callable[[str], bytes] | None = None,
    named: bool = False,
    everything: bool = False,
    files: Files = DISK,
) -> Comparison:
    """
    Run the rules that compare records on the facts of all records; those of each root among themselves.

    ``load`` reads a file again, for the few records with a finding; ``load_page``, where it differs, an organism page that takes
    no part itself. ``named`` says that only some files were named: then only the rules run that need the organism pages and no
    other record. ``everything`` says that the facts are those of all records of their repository, ``files`` where they come from.
    """

    @lru_cache(OPEN_AT_ONCE)
    def opened(path: str) -> Record:
        try:
            data = load(path)
        except reading.Unreadable:
            data = b""  # the file vanished during the run: nothing is reported for it
        return record_check.prepared(read(path, data, source.kind_by_path(path)), settings_of(path).synonyms)

    def levels(path: str) -> Mapping[str, Severity]:
        return settings_of(path).rules_for(path)

    checked: dict[str, hits.Checked] = {}
    faults: list[str] = []
    notes: list[str] = []
    groups = _by_root(facts)
    everywhere = {files.whole(each.path): each for each in chain(*groups.values()) if isinstance(each, PageFacts)}
    for root, group in sorted(groups.items()):
        group.sort(key=attrgetter("path"))
        sorts: dict[type[Facts], list[Any]] = {FigureFacts: [], PageFacts: [], TableFacts: []}
        for each in group:
            sorts[type(each)].append(each)
        figures, pages, tables = map(tuple, sorts.values())
        settings, load_other = settings_of(group[0].path), load_page or load
        look_up = _look_up(root, settings, () if named else pages, everywhere, load_other, files)
        rules = COMPARING
        if named:
            rules = tuple(rule for rule in ON_PAGES if any(rule.code in levels(figure.path) for figure in figures))
        repository = Repository(figures, pages, tables, look_up, opened, fresh, everything)
        found = cross_record.compare(repository, levels, rules, waiving=settings.waivers, today=settings.today)
        checked.update({each.record.path: each for each in found.checked})
        faults += found.faults
        notes += found.notes
    return Comparison(checked, tuple(faults), tuple(notes))


def _by_root(facts: Iterable[Facts]) -> dict[str, list[Facts]]:
    """The facts by the folder above the record folder."""
    folders: dict[str, list[Facts]] = defaultdict(list)
    for each in facts:
        folders[each.path.rpartition("/")[0]].append(each)
    groups: dict[str, list[Facts]] = defaultdict(list)
    for folder, here in folders.items():
        groups[os.path.dirname(os.path.abspath(folder or "."))] += here  # noqa: PTH100, PTH120 - no link is followed
    return groups


def _look_up(
    root: str,
    settings: Settings,
    pages: Sequence[PageFacts],
    everywhere: Mapping[str, PageFacts],
    load: Callable[[str], bytes],
    files: Files,
) -> Callable[[Set[str]], Set[str]]:
    """
    How to find the latin names of organism pages: in the folder of the setting, among the pages that were read, or beside the
    figures.

    ``everywhere`` are all pages that were read, by their whole path; they are of the compared revision. Other pages are read one
    by one, first those whose file has the name of an organism that is searched, until all such names are found.
    """
    found = {page.latin for page in pages if page.latin is not None}
    if settings.organisms is False:
        return lambda _: frozenset()
    if pages and not isinstance(settings.organisms, str):
        return lambda _: found
    named = os.path.join(settings.root or root, settings.organisms) if isinstance(settings.organisms, str) else None  # noqa: PTH118
    folder = files.real(named or os.path.join(root, "_organisms"))  # noqa: PTH118
    found = {page.latin for path, page in everywhere.items() if path.startswith(f"{folder}{os.sep}") and page.latin is not None}
    waiting: list[Source] | None = None

    def look_up(names: Set[str]) -> Set[str]:
        nonlocal waiting
        if waiting is None:
            there = files.is_folder(folder) and files.inside(folder, settings.root or root)
            pages = discovery.gather([folder], lambda _: settings, files) if there else []
            waiting = [each for each in pages if files.whole(each.path) not in everywhere]
        wanted = {f"{source.posix(folder)}/{name.replace(' ', '_')}.md".casefold() for name in names - found}
        waiting.sort(key=lambda page: page.path.casefold() in wanted)
        while waiting and not names <= found:
            path = waiting.pop().path
            latin = _latin_of(path, load, settings)
            found.update([] if latin is None else [latin])
        return found

    return look_up


def _latin_of(path: str, load: Callable[[str], bytes], settings: Settings) -> str | None:
    """The latin name of an organism page, read without PyYAML if possible; None where it has no valid one."""
    try:
        data = with_lf(load(path))  # line ends are no part of the name
    except reading.Unreadable:
        return None
    blank, end = b"\n\n---\n", b"\n---\n"  # newer pages have a blank line at their end
    values = fast_parser.read(data[: -len(blank)] + end if data.endswith(blank) else data)
    if values is None:
        return record_check.prepared(read(path, data, Kind.ORGANISM), settings.synonyms).usable("/latin")
    record = Values(path, Kind.ORGANISM, data=values)
    return (record if compiled.fits(Kind.ORGANISM, values) else prepare(record, settings.synonyms)).usable("/latin")


def merged(alone: Iterable[Diagnostic], comparison: Sequence[Diagnostic]) -> list[Diagnostic]:
    """
    Both lists in order of place.

    PF201 (name differs from figid) is left out beside PF401 (two records have one figid), and what one record shows alone where
    the comparison repeats it.
    """
    repeated = {(each.code, each.key) for each in comparison}
    both = [*(each for each in alone if (each.code, each.key) not in repeated), *comparison]
    replaced = {"PF201"} if any(each.code == "PF401" for each in both) else set()
    return sorted((each for each in both if each.code not in replaced), key=lambda each: (each.span.start, each.code))
