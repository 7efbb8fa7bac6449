"""
The diagnostics of records in the pipeline's own form, made once for each text of an entry.

In this form the lines of an entry say everything about it: the same finding of a rule for the same lines has the same place in
them, the same fix and the same source lines, in whichever record they are. So the diagnostic's body is made once, from the record
with its nodes, and then only moved. Three findings in four of the published database are of five such texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pfocr_lint.dataclass import replace
from pfocr_lint.diagnostic import Body, Diagnostic, Edit, Finding, Place, Span
from pfocr_lint.linter.diagnostics import diagnostic_of
from pfocr_lint.linter.hits import MOST, fingerprint, hit_of, identity, numbered, printed_of

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Severity
    from pfocr_lint.record.document import Record
    from pfocr_lint.rules.declaration import Rule

_LONGEST = 160  # characters of an entry that may occur again
_MANY = 4_096
_known: dict[tuple[object, ...], tuple[Finding, Body, str]] = {}


class Located(NamedTuple):
    """A finding with its rule and its diagnostic, whose fingerprint has no number for repeats."""

    rule: Rule
    finding: Finding
    diagnostic: Diagnostic


def diagnostics_of_entries(
    record: Record, found: Sequence[tuple[Rule, Sequence[Finding]]], levels: Mapping[str, Severity]
) -> tuple[Diagnostic, ...]:
    """
    The diagnostics of a record in the pipeline's own form, sorted by offset, then code.

    ``found`` are its rules with their findings, ``levels`` the severity of each rule that is on.
    """
    return numbered_diagnostics(located(record, found, levels))


def numbered_diagnostics(found: Sequence[Located]) -> tuple[Diagnostic, ...]:
    """The diagnostics of all findings of a record; repeated fingerprints are numbered."""
    made = [each.diagnostic for each in found]
    if len(made) > MOST:
        made = [each._replace(body=replace(each.body, fix=None)) for each in made]
    if len({each.fingerprint for each in made}) == len(made):
        return tuple(made)
    seen: Counter[str] = Counter()
    for number, each in enumerate(made):
        seen[each.fingerprint] += 1
        if seen[each.fingerprint] > 1:
            made[number] = each._replace(fingerprint=numbered(each.fingerprint, seen[each.fingerprint]))
    return tuple(made)


def located(record: Record, found: Sequence[tuple[Rule, Sequence[Finding]]], levels: Mapping[str, Severity]) -> list[Located]:
    """The same findings with their rules, fingerprints not yet numbered."""
    made = [
        Located(rule, each, _of_finding(record, rule, levels[rule.code], each))
        for rule, own in found
        if rule.code in levels
        for each in own
    ]
    return sorted(made, key=_by_place)


def _by_place(each: Located) -> tuple[int, str, int, str, str]:
    """As :func:`pfocr_lint.linter.hits.by_place`."""
    at, body = each.diagnostic.offset, each.diagnostic.body
    return at + body.span.start, body.code, at + body.span.end, body.key or "", body.message


def _of_finding(record: Record, rule: Rule, level: Severity, finding: Finding) -> Diagnostic:
    key = finding.key
    lines = record.slices.lines_of(key) if key and record.slices is not None else None
    if key is None or lines is None or finding.at is not None or finding.members:
        return diagnostic_of(record, hit_of(record, rule, level, finding), 1)
    # the safety of a fix that copies another field depends on what was edited in this record; a related place may be elsewhere
    depends = finding.related or (finding.fix is not None and finding.fix.follows)
    if lines.end - lines.start > _LONGEST or depends:
        return diagnostic_of(record, hit_of(record, rule, level, finding), 1)
    before = record.text.count("\n", 0, lines.start)
    place = (record.kind, level, rule.code, key, record.text[lines.start : lines.end])
    known = _known.get(place)
    if known is None or (known[0] is not finding and known[0] != finding):
        whole = diagnostic_of(record, hit_of(record, rule, level, finding), 1)
        body = _moved(whole.body, lines, before)
        if body is None:
            return whole
        known = finding, body, printed_of(record, rule, finding)
        if len(_known) >= _MANY:
            _known.clear()
        _known[place] = known
    _, body, printed = known
    return Diagnostic(body, record.path, fingerprint(record, printed), lines.start, before, identity(record))


def _moved(body: Body, lines: Span, before: int) -> Body | None:
    """The body relative to the lines of its entry, which begin after so many lines; None where a part of it is outside."""
    fix, at = body.fix, lines.start
    spans = [body.span, *(Span(edit.start, edit.end) for edit in fix.edits)] if fix is not None else [body.span]
    if not all(lines.start <= span.start and span.end <= lines.end for span in spans):
        return None
    if fix is not None:
        edits = tuple(Edit(edit.start - at, edit.end - at, edit.text) for edit in fix.edits)
        fix = fix._replace(edits=edits, places=tuple(_up(place, before) for place in fix.places))
    source = tuple(each._replace(number=each.number - before) for each in body.source)
    related = tuple(each if each.path else each._replace(line=each.line - before) for each in body.related)
    span = Span(body.span.start - at, body.span.end - at)
    return replace(body, span=span, place=_up(body.place, before), fix=fix, source=source, related=related)


def _up(place: Place, lines: int) -> Place:
    return place._replace(line=place.line - lines, end_line=place.end_line - lines)
