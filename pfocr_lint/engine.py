"""
Judging records, each alone and all together. Pure: bytes and values in, values out.

A rule that raises is a fault of this program, not of the record: it is returned beside what the others found.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from pfocr_lint import accept, facts
from pfocr_lint.diagnostic import (
    Diagnostic,
    Finding,
    Fix,
    OfferedFix,
    RelatedPlace,
    Safety,
    Severity,
    Span,
    ValueChange,
)
from pfocr_lint.edited import watch, weighed
from pfocr_lint.entries import Entry
from pfocr_lint.failures import prepare
from pfocr_lint.ondemand import OnDemand, hashlib
from pfocr_lint.reader import read
from pfocr_lint.record import Kind, Record
from pfocr_lint.rule import Rule
from pfocr_lint.rules import BY_CODE, BY_NAME, COMPARING, ON_PAGES, RULES
from pfocr_lint.rules.waivers import Waiver, waivers
from pfocr_lint.settings import DEFAULT, Settings
from pfocr_lint.values import dataclass, replace

if TYPE_CHECKING:
    from pfocr_lint import edits
else:
    edits = OnDemand("pfocr_lint.edits")

MOST = 1000  # findings of one record that are offered a fix: with more, finding and proving the fixes takes seconds

FIRST = frozenset({"PF003", "PF009", "PF010"})  # what breaks lines otherwise than LF is mended before anything else
# Of a table, whose text is then not what the file holds.
_UNREAD = frozenset({"PF001", "PF002", "PF008"})
_PATIENT = frozenset({"PF901", "PF902"})


class InternalFault(Exception):  # noqa: N818 - the contract's word
    """A rule raised, or a fix failed its verification."""


@dataclass(frozen=True)
class Hit:
    """
    A finding with the rule that made it and its place.

    ``print`` is its fingerprint, without a number for repeats; ``cause`` the same over the whole value that it is in.
    """

    rule: Rule
    severity: Severity
    finding: Finding
    span: Span
    print: str
    cause: str
    match: str


@dataclass(frozen=True)
class Examined:
    """
    What was found in one record; ``waived`` are the rules of the findings that it waives, one for each.

    Where a comparison found it, ``open_other`` reads another record, and ``again`` compares this one with the organism pages
    after it was fixed.
    """

    record: Record
    hits: tuple[Hit, ...]
    faults: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()
    open_other: Callable[[str], Record] | None = None
    again: Callable[[Record], tuple[Hit, ...]] | None = None

    @property
    def facts(self) -> facts.Facts | None:
        """What the record hands out for the rules that compare records."""
        return facts.facts_of(self.record)

    @property
    def mendable(self) -> bool:
        """Whether fixes are offered at all."""
        return len(self.hits) <= MOST

    def diagnostics(self) -> list[Diagnostic]:
        """The hits as they are reported, sorted by offset, then code."""
        seen: Counter[str] = Counter()
        found = []
        for hit in self.hits:
            seen[hit.print] += 1
            found.append(diagnostic_of(self.record, hit, seen[hit.print], self.open_other, offering=self.mendable))
        return found


@dataclass(frozen=True)
class Compared:
    """What the rules that compare records found, by record, sorted by path."""

    examined: tuple[Examined, ...]
    faults: tuple[str, ...] = ()


def check(
    path: str, data: bytes, settings: Settings = DEFAULT, kind: Kind | None = None, *, before: bytes | None = None
) -> list[Diagnostic]:
    """
    What is wrong with one record.

    ``path`` is only a name: no file is touched. ``kind`` says what the record is where its path and text do not; ``before`` is
    the record in an earlier version: a fix that would replace what was edited since is not safe. Raises InternalFault when a
    rule raised.
    """
    look = accept.look(path, data, settings, kind)
    if look is not None and not look.suspects:
        return []
    record = look.record if look is not None and look.record is not None else read(path, data, kind)
    watch(record, lambda: before)
    examined = explain(look, data, settings) if look is not None else examine(record, settings)
    if examined.faults:
        raise InternalFault(examined.faults[0])
    return examined.diagnostics()


def explain(look: accept.Look, data: bytes, settings: Settings = DEFAULT) -> Examined:
    """Let the rules that find something in a record of the pipeline's own form say what, and where."""
    if look.record is None:
        raise ValueError("nothing was found in it")
    record, faults = accept.with_text(look.record, data), list[str]()
    levels = settings.rules_for(record.path)
    hits = [hit for rule in look.suspects for hit in _run(rule, record, levels, faults)]
    return Examined(record, tuple(sorted(hits, key=_order)), tuple(faults))


def examine(record: Record, settings: Settings = DEFAULT, suspects: Iterable[Rule] | None = None) -> Examined:
    """Run the rules that are on for the record's path; ``suspects`` alone where the others are known to find nothing."""
    rules = RULES if suspects is None else suspects
    levels = settings.rules_for(record.path)
    prepare(record, settings.synonyms)
    faults: list[str] = []
    hits = [hit for rule in _applicable(record, rules) if rule.code not in _PATIENT for hit in _run(rule, record, levels, faults)]
    known = waivers(record) if settings.waivers else ()
    waived: tuple[str, ...] = ()
    if known:
        hits, waived = _waive(record, known, hits, levels)
        for code in sorted(_PATIENT):
            hits += _run(BY_CODE[code], record, levels, faults)
    record.found = len(hits)
    return Examined(record, tuple(sorted(hits, key=_order)), tuple(faults), waived)


def _order(hit: Hit) -> tuple[int, str, int, str, str]:
    return hit.span.start, hit.rule.code, hit.span.end, hit.finding.key or "", hit.finding.message


def examine_again(before: Examined, fixed: Collection[Hit], record: Record, settings: Settings) -> Examined:
    """What is found in a record after some hits were fixed; what a comparison found beside them is still there."""
    after = examine(record, settings)
    if before.again is None:
        return after
    kept = [hit for hit in before.hits if hit.rule.compare is not None and not hit.rule.pages_only and hit not in fixed]
    moved = [replace(hit, span=_span(record, hit.finding)) for hit in kept]
    hits = sorted([*after.hits, *before.again(record), *moved], key=_order)
    return replace(after, hits=tuple(hits), open_other=before.open_other, again=before.again)


def compare(
    repository: facts.Repository,
    levels_of: Callable[[str], Mapping[str, Severity]],
    rules: Iterable[Rule] = COMPARING,
    *,
    waiving: bool = True,
) -> Compared:
    """
    Run rules that compare records. ``levels_of`` gives the rules that are on for a path; ``waiving``: waivers hold.

    The records that something is said of are opened again, for places and waivers.
    """
    hits: dict[str, list[Hit]] = {}
    faults: list[str] = []
    for rule in rules:
        if rule.compare is None:
            continue
        try:
            for placed in rule.compare(repository):
                level = levels_of(placed.path).get(rule.code)
                if level is not None:
                    hits.setdefault(placed.path, []).append(_hit(repository.open(placed.path), rule, level, placed.finding))
        except Exception as error:  # noqa: BLE001 - whatever a rule does wrong, the others still speak
            faults.append(f"rule {rule.code} failed: {type(error).__name__}: {error}")
    examined = []
    again = partial(_on_pages, repository, levels_of, waiving)
    for path, found in sorted(hits.items()):
        record = repository.open(path)
        known = waivers(record) if waiving else ()
        left, waived = _waive(record, known, found, levels_of(path)) if known else (found, ())
        hits_left = tuple(sorted(left, key=_order))
        examined.append(Examined(record, hits_left, waived=waived, open_other=repository.open, again=again))
    return Compared(tuple(examined), tuple(faults))


def _on_pages(
    repository: facts.Repository, levels_of: Callable[[str], Mapping[str, Severity]], waiving: bool, record: Record
) -> tuple[Hit, ...]:
    """What the rules that need the organism pages alone find in one record as it is now."""
    own = facts.facts_of(record)

    def opened(path: str) -> Record:
        return record if path == record.path else repository.open(path)

    figures = (own,) if isinstance(own, facts.FigureFacts) else ()
    one = replace(repository, figures=figures, pages=(), tables=(), open=opened)
    return tuple(hit for each in compare(one, levels_of, ON_PAGES, waiving=waiving).examined for hit in each.hits)


def _applicable(record: Record, rules: Iterable[Rule]) -> Iterator[Rule]:
    """The rules for the record's kind; of an unreadable one only those that say why it is."""
    codes = {fault.code for fault in record.faults}
    blocked = codes if record.data is None and (record.kind is not Kind.TABLE or codes & _UNREAD) else None
    for rule in rules:
        if rule.code in blocked if blocked is not None else record.kind in rule.kinds:
            yield rule


def _run(rule: Rule, record: Record, levels: Mapping[str, Severity], faults: list[str]) -> list[Hit]:
    level = levels.get(rule.code)
    if level is None:
        return []
    try:
        return [_hit(record, rule, level, finding) for finding in rule.check(record)]
    except Exception as error:  # noqa: BLE001 - whatever a rule does wrong, the others still speak
        faults.append(f"{record.path}: rule {rule.code} failed: {type(error).__name__}: {error}")
        return []


def _hit(record: Record, rule: Rule, level: Severity, finding: Finding) -> Hit:
    span = _span(record, finding)
    value = record.value(finding.key) if finding.key is not None else record.text[span.start : min(span.end, span.start + 200)]
    part = value
    if finding.within is not None and isinstance(value, str):
        part = value[finding.within.start : finding.within.end]
    about = [_general(finding.key), rule.code]
    cause = _digest([identity(record), *about, value])
    own = cause if part is value else _digest([identity(record), *about, part])
    # between records it is the same whichever it is reported for; as what it is about counts a value as it is written
    known = (*about, "" if finding.members else str(part), *map(str, finding.compared))
    match = hashlib.sha256("\0".join(known).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Hit(rule, level, weighed(record, finding), span, own, cause, match)


def _span(record: Record, finding: Finding) -> Span:
    if finding.at is not None:
        return finding.at
    if finding.key is None:
        return Span(0, 0)
    return record.span(finding.key, on_key=finding.on_key, within=finding.within)


def _waive(
    record: Record, known: Sequence[Waiver], hits: Sequence[Hit], levels: Mapping[str, Severity]
) -> tuple[list[Hit], tuple[str, ...]]:
    """What the record does not waive, and the rules of what it does; noted on it are the waivers that waived nothing."""
    used: set[Span] = set()
    left, waived = [], []
    lines = record.text.split("\n")
    for hit in hits:
        first, last = _lines(record, hit)
        spans = [
            span
            for waiver in known
            if first <= waiver.line <= last or (waiver.alone and _below(lines, waiver.line) == first)
            for name, span in waiver.names
            if hit.rule.waivable and name in (hit.rule.code, hit.rule.name)
        ]
        used.update(spans)
        if spans:
            waived.append(hit.rule.code)
        else:
            left.append(hit)
    reported = {hit.rule.code: _lines(record, hit)[0] for hit in reversed(left) if hit.rule.waivable}
    unused = []
    for waiver in known:
        dead = []
        for name, span in waiver.names:
            rule = BY_CODE.get(name) or BY_NAME.get(name)
            if rule is None:
                continue
            if span not in used and rule.compare is None and (rule.code in levels or not rule.waivable):
                dead.append((name, span, reported.get(rule.code, 0)))
        if dead:
            unused.append((waiver, tuple(dead)))
    record.unused_waivers = tuple(unused)
    misplaced = {(BY_CODE.get(name) or BY_NAME[name]).code for _, dead in unused for name, _, line in dead if line}
    return [_kept_back(hit) if hit.rule.code in misplaced else hit for hit in left], tuple(waived)


def _kept_back(hit: Hit) -> Hit:
    """A hit that a misplaced waiver may mean: no safe fix replaces what was to stay."""
    fix = hit.finding.fix
    return hit if fix is None else replace(hit, finding=replace(hit.finding, fix=replace(fix, safety=Safety.UNSAFE)))


def _lines(record: Record, hit: Hit) -> tuple[int, int]:
    """The lines on which a waiver reaches a hit: those of the entry, for a collection that of its key."""
    entry: Entry | None = record.entries.get(hit.finding.key) if hit.finding.key is not None else None
    if entry is None:
        place = record.place(hit.span)
        return (place.line, place.end_line) if hit.span.end else (2, 2)
    whole = record.node_span(entry.node)
    start = record.node_span(entry.key).start if entry.key is not None else whole.start
    first = record.place(Span(start, start)).line
    return first, first if entry.is_collection else record.place(whole).end_line


def _below(lines: Sequence[str], line: int) -> int:
    """The line that a comment on a line of its own speaks of: the next that is no comment."""
    while line < len(lines) and lines[line].lstrip().startswith("#"):
        line += 1
    return line + 1


def identity(record: Record) -> str:
    """What a record is called, whatever its file is called."""
    if "identity" not in record.derived:
        record.derived["identity"] = _identity(record)
    found: str = record.derived["identity"]
    return found


def _identity(record: Record) -> str:
    for key in ("/figid", "/latin"):
        value = record.value(key)
        if isinstance(value, str) and value:
            return value
    return f"{record.value('/pmcid')}__{record.value('/image_filename')}" if record.value("/image_filename") else record.name


def _general(key: str | None) -> str:
    """A JSON Pointer with a star for every place in a list: items that move are the same."""
    return re.sub(r"/[0-9]+(?=/|$)", "/*", key or "")


def _digest(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, default=str, ensure_ascii=True, sort_keys=True).encode()).hexdigest()[:32]


def diagnostic_of(
    record: Record,
    hit: Hit,
    repeat: int,
    open_other: Callable[[str], Record] | None = None,
    *,
    offering: bool = True,
    made: tuple[ValueChange, ...] = (),
) -> Diagnostic:
    finding = hit.finding
    place = record.place(hit.span)
    related = []
    for other in finding.related:
        whose = open_other(other.path) if other.path is not None and open_other is not None else record
        at = whose.place(other.at or whose.span(other.key or ""))
        related.append(RelatedPlace(whose.path, at.line, at.column, other.message))
    again = hashlib.sha256(f"{hit.print} {repeat}".encode()).hexdigest()[:32]
    return Diagnostic(
        code=hit.rule.code,
        name=hit.rule.name,
        severity=hit.severity,
        message=finding.message,
        path=record.path,
        span=hit.span,
        place=place,
        key=finding.key,
        fix=_offer(record, hit.rule, finding.fix) if offering else None,
        related=tuple(related),
        fingerprint=hit.print if repeat == 1 else again,
        source=record.source(place) if record.text else (),
        identity=identity(record),
        match=hit.match,
        members=finding.members,
        made=made,
    )


def _offer(record: Record, rule: Rule, fix: Fix | None) -> OfferedFix | None:
    """The fix with its edits, None where the text does not allow it: between lone CRs lines are not what they seem."""
    if fix is None or (rule.code not in FIRST and record.has_lone_cr):
        return None
    planned = edits.plan(record, [fix])
    if not planned.taken or planned.weight(record) > edits.MOST_WRITTEN:
        return None
    places = tuple(record.place(Span(edit.start, edit.end)) for edit in planned.edits)
    return OfferedFix(fix.safety, fix.message, planned.edits, places)
