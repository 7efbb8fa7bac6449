"""Waivers applied to the findings of a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pfocr_lint.dataclass import replace
from pfocr_lint.diagnostic import Safety, Severity, Span
from pfocr_lint.rules.catalogue import BY_CODE, BY_NAME

if TYPE_CHECKING:
    from pfocr_lint.linter.hits import Hit
    from pfocr_lint.record.document import Record
    from pfocr_lint.record.positions import Entry
    from pfocr_lint.rules.waiver_comments import Waiver


def waive(
    record: Record, known: Sequence[Waiver], hits: Sequence[Hit], levels: Mapping[str, Severity]
) -> tuple[list[Hit], tuple[str, ...]]:
    """The findings that the record does not waive, and the codes of the waived ones. Unused waivers are noted on the record."""
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
    """A finding that a misplaced waiver may mean: its fix becomes unsafe."""
    fix = hit.finding.fix
    return hit if fix is None else replace(hit, finding=replace(hit.finding, fix=replace(fix, safety=Safety.UNSAFE)))


def _lines(record: Record, hit: Hit) -> tuple[int, int]:
    """The lines on which a waiver applies to a finding: those of its entry; for a list or mapping the line of its key."""
    entry: Entry | None = record.entries.get(hit.finding.key) if hit.finding.key is not None else None
    if entry is None:
        place = record.place(hit.span)
        return (place.line, place.end_line) if hit.span.end else (2, 2)
    whole = record.node_span(entry.node)
    start = record.node_span(entry.key).start if entry.key is not None else whole.start
    first = record.place(Span(start, start)).line
    return first, first if entry.is_collection else record.place(whole).end_line


def _below(lines: Sequence[str], line: int) -> int:
    """The line that a comment on its own line refers to: the next one that is no comment."""
    while line < len(lines) and lines[line].lstrip().startswith("#"):
        line += 1
    return line + 1
