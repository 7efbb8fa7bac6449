"""Runs the rules that compare records, on the facts of all records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from pfocr_lint.dataclass import dataclass, replace
from pfocr_lint.diagnostic import Note
from pfocr_lint.lazy_import import LazyModule
from pfocr_lint.linter.hits import Checked, Hit, by_place, hit_of, span_of
from pfocr_lint.linter.waiving import waive
from pfocr_lint.record import facts
from pfocr_lint.rules.catalogue import BY_CODE, COMPARING, ON_PAGES
from pfocr_lint.rules.waiver_comments import waivers

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Severity
    from pfocr_lint.linter import record_check
    from pfocr_lint.record.document import Record
    from pfocr_lint.rules.declaration import Rule
    from pfocr_lint.settings.model import Settings
else:
    record_check = LazyModule("pfocr_lint.linter.record_check")


@dataclass(frozen=True)
class Compared:
    """The findings of the rules that compare records, by record, sorted by path; and what could not be checked."""

    checked: tuple[Checked, ...]
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def compare(
    repository: facts.Repository,
    levels_of: Callable[[str], Mapping[str, Severity]],
    rules: Iterable[Rule] = COMPARING,
    *,
    waiving: bool = True,
    today: str | None = None,
) -> Compared:
    """
    Run rules that compare records.

    ``levels_of`` gives the severity of each rule that is on for a path. ``waiving`` says whether waivers count,
    and ``today`` is the day of the run (``YYYY-MM-DD``). Only records with a finding are opened again, for places and waivers.
    """
    hits: dict[str, list[Hit]] = {}
    faults: list[str] = []
    notes: list[str] = []
    for rule in rules:
        if rule.compare is None:
            continue
        try:
            for placed in rule.compare(repository):
                if isinstance(placed, Note):
                    notes += [placed.message] if rule.code in levels_of(repository.figures[0].path) else []
                    continue
                level = levels_of(placed.path).get(rule.code)
                if level is not None:
                    hits.setdefault(placed.path, []).append(hit_of(repository.open(placed.path), rule, level, placed.finding))
        except Exception as error:  # noqa: BLE001 - the other rules still report
            faults.append(f"rule {rule.code} failed: {type(error).__name__}: {error}")
    checked = []
    again = partial(_on_pages, repository, levels_of, waiving, today)
    for path, found in sorted(hits.items()):
        record = repository.open(path)
        known = waivers(record) if waiving else ()
        left, waived = waive(record, known, found, levels_of(path), today) if known else (found, ())
        waived = tuple(code for code in waived if BY_CODE[code].only_compares)  # the others are counted for the record alone
        original = record if record.repair is None else record.repair.original
        hits_left = tuple(sorted(record_check.in_the_original(record, left), key=by_place))
        checked.append(Checked(original, hits_left, waived=waived, open_other=repository.open, again=again))
    return Compared(tuple(checked), tuple(faults), tuple(notes))


def moved(checked: Checked, record: Record, settings: Settings) -> Checked:
    """The findings of an earlier comparison in another text of their record: those whose value is there and is the same."""
    old = checked.record
    here = [
        replace(hit, span=span_of(record, hit.finding))
        for hit in checked.hits
        if hit.finding.at is None and (hit.finding.key is None or _same_value(old, record, hit.finding.key))
    ]
    known = waivers(record) if settings.waivers else ()
    left = waive(record, known, here, settings.rules_for(record.path), settings.today)[0] if known else here
    return replace(checked, record=record, hits=tuple(sorted(left, key=by_place)))


def _same_value(old: Record, new: Record, key: str) -> bool:
    return key in new.entries and old.value(key) == new.value(key)


def _on_pages(
    repository: facts.Repository,
    levels_of: Callable[[str], Mapping[str, Severity]],
    waiving: bool,
    today: str | None,
    record: Record,
) -> tuple[Hit, ...]:
    """The findings of the rules that need the organism pages alone, for one record in its present state."""
    own = facts.facts_of(record)

    def opened(path: str) -> Record:
        return record if path == record.path else repository.open(path)

    figures = (own,) if isinstance(own, facts.FigureFacts) else ()
    one = replace(repository, figures=figures, pages=(), tables=(), open=opened, whole=False)
    return tuple(hit for each in compare(one, levels_of, ON_PAGES, waiving=waiving, today=today).checked for hit in each.hits)
