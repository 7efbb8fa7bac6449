"""
Read, check, fix to a standstill, verify. Pure: bytes and values in, values out.

A rule that raises and a fix that fails its verification are faults of this program, not of the record: they are
returned beside what else was found, and nothing is written on their strength.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pfocr_lint import edits, schema
from pfocr_lint.diagnostic import (
    Diagnostic,
    Finding,
    Fix,
    OfferedFix,
    RelatedPlace,
    Safety,
    Severity,
    Span,
    TextEdit,
    split,
)
from pfocr_lint.reader import read
from pfocr_lint.record import MAPPINGS, Entry, Kind, Record, Violation, untyped
from pfocr_lint.rule import Rule
from pfocr_lint.rules import BY_CODE, BY_NAME, RULES
from pfocr_lint.rules.waivers import Waiver, waivers
from pfocr_lint.settings import DEFAULT, Settings

ROUNDS = 10

_OWNERS = {pair: rule.code for rule in RULES for pair in rule.owns}
_INVALIDATING = frozenset({"PF103", "PF104", "PF105", "PF106", "PF209"})
_PATIENT = frozenset({"PF901", "PF902"})


class InternalFault(Exception):  # noqa: N818 - the contract's word
    """A rule raised, or a fix failed its verification."""


@dataclass(frozen=True)
class Hit:
    """A finding with the rule that made it, its place, and its fingerprint without a number for repeats."""

    rule: Rule
    severity: Severity
    finding: Finding
    span: Span
    print: str


@dataclass(frozen=True)
class Examined:
    """What was found in one record."""

    record: Record
    hits: tuple[Hit, ...]
    faults: tuple[str, ...] = ()

    def diagnostics(self) -> list[Diagnostic]:
        """The hits as they are reported, sorted by offset, then code."""
        seen: Counter[str] = Counter()
        found = []
        for hit in self.hits:
            seen[hit.print] += 1
            found.append(_diagnostic(self.record, hit, seen[hit.print]))
        return found


@dataclass(frozen=True)
class Fixed:
    """
    What became of one record.

    ``data`` are the bytes after all fixes (the old ones when nothing was fixed or a fault came up), ``fixed`` what was
    mended, ``left`` what remains, in terms of ``data``.
    """

    data: bytes
    fixed: tuple[Diagnostic, ...]
    left: tuple[Diagnostic, ...]
    faults: tuple[str, ...] = field(default=())


def check(path: str, data: bytes, settings: Settings = DEFAULT, kind: Kind | None = None) -> list[Diagnostic]:
    """
    What is wrong with one record.

    ``path`` is only a name: no file is touched. ``kind`` says what the record is where its path and text do not.
    Raises InternalFault when a rule raised.
    """
    examined = examine(read(path, data, kind), settings)
    if examined.faults:
        raise InternalFault(examined.faults[0])
    return examined.diagnostics()


def owner(key: str, keyword: str) -> str:
    """The code of the rule that reports a schema failure of a key (a JSON Pointer) and keyword."""
    tokens = split(key)
    return _OWNERS.get(f"{tokens[-1] if tokens else ''}:{keyword}") or _OWNERS[f"*:{keyword}"]


def examine(record: Record, settings: Settings = DEFAULT) -> Examined:
    """Run the rules that are on for the record's path."""
    levels = settings.rules_for(record.path)
    record.synonyms = settings.synonyms
    record.failures, record.invalid = _failures(record)
    record.derived.clear()
    faults: list[str] = []
    hits = [hit for rule in _applicable(record) if rule.code not in _PATIENT for hit in _run(rule, record, levels, faults)]
    known = waivers(record) if record.data is not None else ()
    if known:
        hits = _waive(record, known, hits, levels)
        for code in sorted(_PATIENT):
            hits += _run(BY_CODE[code], record, levels, faults)
    hits.sort(key=lambda hit: (hit.span.start, hit.rule.code, hit.span.end, hit.finding.key or "", hit.finding.message))
    return Examined(record, tuple(hits), tuple(faults))


def _failures(record: Record) -> tuple[Mapping[str, tuple[Violation, ...]], frozenset[str]]:
    if record.data is None or record.kind not in MAPPINGS:
        return {}, frozenset()
    found: dict[str, list[Violation]] = {}
    for violation in schema.violations(record.kind, record.data):
        found.setdefault(owner(violation.key, violation.keyword), []).append(violation)
    invalid = frozenset(v.key for code in _INVALIDATING for v in found.get(code, ()))
    return {code: tuple(violations) for code, violations in found.items()}, invalid


def _applicable(record: Record) -> Iterator[Rule]:
    """The rules for the record's kind; of an unreadable one only those that say why it is."""
    blocked = {fault.code for fault in record.faults} if record.data is None and record.kind is not Kind.TABLE else None
    for rule in RULES:
        if rule.code in blocked if blocked is not None else record.kind in rule.kinds:
            yield rule


def _run(rule: Rule, record: Record, levels: Mapping[str, Severity], faults: list[str]) -> list[Hit]:
    level = levels.get(rule.code)
    if level is None:
        return []
    try:
        hits = []
        for finding in rule.check(record):
            span = _span(record, finding)
            hits.append(Hit(rule, level, finding, span, _fingerprint(record, rule, finding, span)))
        return hits
    except Exception as error:  # noqa: BLE001 - whatever a rule does wrong, the others still speak
        faults.append(f"{record.path}: rule {rule.code} failed: {type(error).__name__}: {error}")
        return []


def _span(record: Record, finding: Finding) -> Span:
    if finding.at is not None:
        return finding.at
    if finding.key is None:
        return Span(0, 0)
    return record.span(finding.key, on_key=finding.on_key, within=finding.within)


def _waive(record: Record, known: Sequence[Waiver], hits: Sequence[Hit], levels: Mapping[str, Severity]) -> list[Hit]:
    """Drop what the record waives, and note on it the waivers that waived nothing or name no rule."""
    used: set[Span] = set()
    left = []
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
        if not spans:
            left.append(hit)
    unused, unknown = [], []
    for waiver in known:
        dead = []
        for name, span in waiver.names:
            rule = BY_CODE.get(name) or BY_NAME.get(name)
            if rule is None:
                near = difflib.get_close_matches(name, [*BY_CODE, *BY_NAME], 1, 0.6)
                unknown.append((name, near[0] if near else None, span))
            elif span not in used and (rule.code in levels or not rule.waivable):
                dead.append((name, span))
        if dead:
            unused.append((waiver, tuple(dead)))
    record.unused_waivers, record.unknown_waivers = tuple(unused), tuple(unknown)
    return left


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
    for key in ("/figid", "/latin"):
        value = record.value(key)
        if isinstance(value, str) and value:
            return value
    return f"{record.value('/pmcid')}__{record.value('/image_filename')}" if record.value("/image_filename") else record.name


def _fingerprint(record: Record, rule: Rule, finding: Finding, span: Span) -> str:
    value = record.value(finding.key) if finding.key is not None else record.text[span.start : min(span.end, span.start + 200)]
    if finding.within is not None and isinstance(value, str):
        value = value[finding.within.start : finding.within.end]
    parts = [identity(record), re.sub(r"/[0-9]+(?=/|$)", "/*", finding.key or ""), rule.code]
    text = json.dumps([*parts, value], default=str, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _diagnostic(record: Record, hit: Hit, repeat: int) -> Diagnostic:
    finding = hit.finding
    place = record.place(hit.span)
    related = []
    for other in finding.related:
        at = record.place(other.at or record.span(other.key or ""))
        related.append(RelatedPlace(record.path, at.line, at.column, other.message))
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
        fix=_offer(record, finding.fix),
        related=tuple(related),
        fingerprint=hit.print if repeat == 1 else again,
        source=record.source(place) if record.text else (),
    )


def _offer(record: Record, fix: Fix | None) -> OfferedFix | None:
    """The fix with its edits, None where the text does not allow it."""
    if fix is None:
        return None
    planned = edits.plan(record, [fix])
    return OfferedFix(fix.safety, fix.message, planned.edits) if planned.taken else None


def fix(path: str, data: bytes, settings: Settings = DEFAULT, *, unsafe: bool = False, kind: Kind | None = None) -> Fixed:
    """
    Mend one record: all fixes that do not clash, again and again until nothing more is offered.

    No file is touched. A fault keeps the bytes as they were.
    """
    examined = examine(read(path, data, kind), settings)
    first = examined
    fixed: list[Diagnostic] = []
    for _ in range(ROUNDS):
        wanted = [
            (hit, hit.finding.fix)
            for hit in sorted(examined.hits, key=lambda hit: hit.rule.code)
            if hit.finding.fix is not None and (unsafe or hit.finding.fix.safety is Safety.SAFE)
        ]
        planned = edits.plan(examined.record, [each for _, each in wanted])
        if not planned.taken:
            text = examined.record.text
            new = text.encode("utf-8", "surrogatepass") if fixed else data
            return Fixed(new, tuple(fixed), tuple(examined.diagnostics()), examined.faults)
        mended = [wanted[index] for index in planned.taken]
        text = edits.apply(examined.record.text, planned.edits)
        after = examine(read(path, text.encode(), examined.record.kind), settings)
        problem = verify(examined, after, mended, planned)
        if problem:
            names = ", ".join(sorted({hit.rule.code for hit, _ in mended}))
            fault = f"{path}: a fix of {names} was not made: {problem}"
            return Fixed(data, (), tuple(first.diagnostics()), (*first.faults, fault))
        fixed += [_diagnostic(examined.record, hit, 1) for hit, _ in mended]
        examined = after
    names = ", ".join(sorted({hit.rule.code for hit, _ in mended}))
    fault = f"{path}: the fixes of {names} do not come to rest after {ROUNDS} rounds"
    return Fixed(data, (), tuple(first.diagnostics()), (*first.faults, fault))


def verify(before: Examined, after: Examined, mended: Sequence[tuple[Hit, Fix]], planned: edits.Plan) -> str | None:
    """
    Why the new text must not be written; None when it may.

    It reads; every value that was not meant to change is equal and each changed one is the intended; what was mended
    is gone; nothing outside the front matter moved, but by an edit of the text itself; and ruamel.yaml reads the same
    in each edited entry.
    """
    old, new = before.record, after.record
    if new.data is None and old.kind is not Kind.TABLE:
        return "the result cannot be read"
    if planned.data is not None and not _same(planned.data, new.data):
        return "the result does not read as intended"
    textual = any(isinstance(change, TextEdit) for _, each in mended for change in each.changes)
    if not textual:
        head, tail = old.text[: old.body.start], old.text[old.body.end :]
        if new.text[: new.body.start] != head or new.text[new.body.end :] != tail:
            return "text outside the front matter changed"
    still = Counter(hit.print for hit in after.hits)
    were = Counter(hit.print for hit in before.hits)
    gone = Counter(hit.print for hit, _ in mended)
    for hit, _ in mended:
        if still[hit.print] > were[hit.print] - gone[hit.print]:
            return f"{hit.rule.code} still finds {hit.finding.message}"
    for pointer in planned.written:
        if not confirmed(new, pointer):
            return f"ruamel.yaml reads {pointer} differently"
    return None


def _same(a: Any, b: Any) -> bool:
    """Equal, types included: 1, 1.0 and true are three values; nan is itself."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(_same, a, b))
    return bool(a == b) or (a != a and b != b)


def confirmed(record: Record, pointer: str) -> bool:
    """Whether ruamel.yaml, reading the lines of one entry alone, finds the same untyped text as PyYAML."""
    entry = record.entries.get(pointer)
    if entry is None:
        return False
    span = record.node_span(entry.node)
    start = record.node_span(entry.key).start if entry.key is not None else span.start
    column = start - record.text.rfind("\n", 0, start) - 1
    lead = " " * column if entry.key is not None else " " * (column - 2) + "- "
    from pfocr_lint import roundtrip  # ruamel.yaml, which only a fix needs

    found = roundtrip.untyped(lead + record.text[start : max(span.end, start)] + "\n")
    if entry.key is not None:
        return bool(found == {entry.key.value: untyped(entry.node)})
    return bool(found == [untyped(entry.node)])
