"""Findings become diagnostics, with the edits of the fixes that are offered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from pfocr_lint.diagnostic import Body, Diagnostic, Fix, OfferedFix, RelatedPlace, Span, ValueChange
from pfocr_lint.lazy_import import LazyModule
from pfocr_lint.linter.hits import identity, numbered

if TYPE_CHECKING:
    from pfocr_lint.linter import edits
    from pfocr_lint.linter.hits import Checked, Hit
    from pfocr_lint.record.document import Record
    from pfocr_lint.rules.declaration import Rule
else:
    edits = LazyModule("pfocr_lint.linter.edits")

FIRST = frozenset({"PF003", "PF009", "PF010"})  # line breaks other than LF are fixed before anything else


def diagnostics_of(checked: Checked) -> list[Diagnostic]:
    """The diagnostics of a record, sorted by offset, then code."""
    seen: Counter[str] = Counter()
    found = []
    for hit in checked.hits:
        seen[hit.print] += 1
        repeat, offering = seen[hit.print], checked.offers_fixes
        found.append(diagnostic_of(checked.record, hit, repeat, checked.open_other, offering=offering))
    return found


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
        related.append(RelatedPlace("" if whose is record else whose.path, at.line, at.column, other.message))
    body = Body(
        code=hit.rule.code,
        name=hit.rule.name,
        severity=hit.severity,
        message=finding.message,
        span=hit.span,
        place=place,
        key=finding.key,
        fix=_offer(record, hit.rule, finding.fix) if offering else None,
        related=tuple(related),
        source=record.source(place, hit.span.start) if record.text else (),
        match=hit.match,
        members=finding.members,
    )
    return Diagnostic(body, record.path, numbered(hit.print, repeat), identity=identity(record), made=made)


def _offer(record: Record, rule: Rule, fix: Fix | None) -> OfferedFix | None:
    """The fix with its edits; None where the text does not allow it: between lone CRs, lines are not what an editor shows."""
    if fix is None or (rule.code not in FIRST and record.has_lone_cr):
        return None
    planned = edits.plan(record, [fix])
    if not planned.taken or planned.weight(record) > edits.MOST_WRITTEN:
        return None
    places = tuple(record.place(Span(edit.start, edit.end)) for edit in planned.edits)
    return OfferedFix(fix.safety, fix.message, planned.edits, places)
