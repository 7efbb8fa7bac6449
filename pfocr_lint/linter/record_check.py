"""The reference path: all rules run over one record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from pfocr_lint.dataclass import replace
from pfocr_lint.lazy_import import LazyModule
from pfocr_lint.linter.hits import Checked, Hit, by_place, hit_of, span_of
from pfocr_lint.linter.ownership import prepare
from pfocr_lint.linter.waiving import waive
from pfocr_lint.pointer import parent_of
from pfocr_lint.rules.catalogue import BY_CODE, RULES
from pfocr_lint.rules.waiver_comments import waivers
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import DEFAULT, Settings

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Severity
    from pfocr_lint.record import repair
    from pfocr_lint.record.document import Record
    from pfocr_lint.record.synonyms import Synonyms
    from pfocr_lint.rules.declaration import Rule
else:
    repair = LazyModule("pfocr_lint.record.repair")

# With these faults a table's text is not the content of its file.
_UNREAD = frozenset({"PF001", "PF002", "PF008"})

_PATIENT = frozenset({"PF901", "PF902", "PF903"})


def check_record(record: Record, settings: Settings = DEFAULT, candidates: Iterable[Rule] | None = None) -> Checked:
    """
    Run the rules that are on for the record's path; only the ``candidates`` where the others are known to find nothing.

    If YAML cannot read the record and a fix is proven, the other rules check it as that fix would leave it.
    """
    known = prepared(record, settings.synonyms)
    if known is record:
        return _check(record, settings, candidates)
    own, rest = _check(record, settings, None), _check(known, settings, None)
    hits = sorted([*own.hits, *in_the_original(known, rest.hits)], key=by_place)
    record.found = len(hits)
    return replace(rest, record=record, hits=tuple(hits), faults=own.faults + rest.faults, as_fixed=known)


def prepared(record: Record, synonyms: Synonyms) -> Record:
    """The record with what its rules need; one that YAML cannot read as a proven fix would leave it, without what is guessed."""
    prepare(record, synonyms)
    found = repair.repaired(record) if record.data is None else None
    if found is None:
        return record
    known = prepare(found.record, synonyms)
    known.repair = found
    known.invalid |= {pointer for guess in found.guessed for pointer in _with_holders(guess)}
    return known


def _with_holders(pointer: str) -> Iterator[str]:
    while pointer:
        yield pointer
        pointer = parent_of(pointer)


def in_the_original(known: Record, hits: Iterable[Hit]) -> Iterator[Hit]:
    """
    The findings in a record that a fix would give, at their places in the text as it stands, without fixes of their own.

    There are none about a guessed value, and none that depend on it.
    """
    found = known.repair
    for hit in hits:
        about = [hit.finding.key, *(each.key for each in hit.finding.related if each.path is None)]
        about += hit.finding.fix.follows if hit.finding.fix is not None else ()
        if found is None:
            yield hit
        elif not any(found.holds_guess(key) for key in about if key):
            related = tuple(
                each if each.path is not None else replace(each, key=None, at=found.back(each.at or known.span(each.key or "")))
                for each in hit.finding.related
            )
            yield replace(hit, finding=replace(hit.finding, fix=None, related=related), span=found.back(hit.span))


def _check(record: Record, settings: Settings, candidates: Iterable[Rule] | None) -> Checked:
    rules = RULES if candidates is None else candidates
    levels = settings.rules_for(record.path)
    faults: list[str] = []
    hits = [
        hit for rule in _applicable(record, rules) if rule.code not in _PATIENT for hit in run_rule(rule, record, levels, faults)
    ]
    known = waivers(record) if settings.waivers else ()
    waived: tuple[str, ...] = ()
    if known:
        hits, waived = waive(record, known, hits, levels, settings.today)
        for code in sorted(_PATIENT):
            hits += run_rule(BY_CODE[code], record, levels, faults)
    record.found = len(hits)
    until = min((each.until for each in known if each.names and each.until is not None), default=None)
    return Checked(record, tuple(sorted(hits, key=by_place)), tuple(faults), waived, until)


def check_again(before: Checked, fixed: Collection[Hit], record: Record, settings: Settings) -> Checked:
    """Check a record after some findings were fixed; the other findings between records remain."""
    after = check_record(record, settings)
    if before.again is None:
        return after
    kept = [hit for hit in before.hits if hit.rule.compare is not None and not hit.rule.pages_only and hit not in fixed]
    moved = [replace(hit, span=span_of(record, hit.finding)) for hit in kept]
    repeated = {(hit.rule.code, hit.cause) for hit in moved}
    own = [hit for hit in after.hits if (hit.rule.code, hit.cause) not in repeated]
    hits = sorted([*own, *before.again(record), *moved], key=by_place)
    return replace(after, hits=tuple(hits), open_other=before.open_other, again=before.again)


def _applicable(record: Record, rules: Iterable[Rule]) -> Iterator[Rule]:
    """The rules for the record's kind; for an unreadable record only those that report why."""
    codes = {fault.code for fault in record.faults}
    blocked = codes if record.data is None and (record.kind is not Kind.TABLE or codes & _UNREAD) else None
    for rule in rules:
        if rule.code in blocked if blocked is not None else record.kind in rule.kinds:
            yield rule


def run_rule(rule: Rule, record: Record, levels: Mapping[str, Severity], faults: list[str]) -> list[Hit]:
    level = levels.get(rule.code)
    if level is None:
        return []
    try:
        return [hit_of(record, rule, level, finding) for finding in rule.check(record)]
    except Exception as error:  # noqa: BLE001 - the other rules still report
        faults.append(f"{record.path}: rule {rule.code} failed: {type(error).__name__}: {error}")
        return []
