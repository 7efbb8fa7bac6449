"""Waivers applied to the findings of a record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING

from pfocr_lint.dataclass import replace
from pfocr_lint.diagnostic import Safety, Severity, Span
from pfocr_lint.rules.catalogue import BY_CODE, BY_NAME

if TYPE_CHECKING:
    from pfocr_lint.linter.hits import Hit
    from pfocr_lint.record.document import Record
    from pfocr_lint.record.positions import Entry
    from pfocr_lint.rules.declaration import Rule
    from pfocr_lint.rules.waiver_comments import Waiver


def waive(
    record: Record, waivers: Sequence[Waiver], hits: Sequence[Hit], levels: Mapping[str, Severity], today: str | None = None
) -> tuple[list[Hit], tuple[str, ...]]:
    """
    The findings that the record does not waive, and the codes of the waived ones.

    A waiver that ended before ``today`` (``YYYY-MM-DD``) waives nothing; the fix of its finding becomes unsafe, because a person
    had decided otherwise. Unused and ended waivers are noted on the record.
    """
    known = [waiver for waiver in waivers if not waiver.has_ended(today)]
    ended = [waiver for waiver in waivers if waiver.has_ended(today)]
    used: set[Span] = set()
    left, waived = [], []
    lines = record.text.split("\n")
    for hit in hits:
        spans = _covering(record, lines, known, hit)
        over = _covering(record, lines, ended, hit)
        used.update((*spans, *over))
        if spans:
            waived.append(hit.rule.code)
        else:
            left.append(_kept_back(hit) if over else hit)
    reported = {hit.rule.code: _lines(record, hit)[0] for hit in reversed(left) if hit.rule.waivable}
    unused = []
    for waiver in known:
        dead = []
        for name, span in waiver.names:
            rule = _known(name, levels)
            if rule is not None and span not in used and not rule.only_compares:
                dead.append((name, span, reported.get(rule.code, 0)))
        if dead:
            unused.append((waiver, tuple(dead)))
    record.unused_waivers = tuple(unused)
    record.ended_waivers = tuple(_noted(ended, used, levels))
    misplaced = {(BY_CODE.get(name) or BY_NAME[name]).code for _, dead in unused for name, _, line in dead if line}
    return [_kept_back(hit) if hit.rule.code in misplaced else hit for hit in left], tuple(waived)


def _covering(record: Record, lines: Sequence[str], waivers: Sequence[Waiver], hit: Hit) -> list[Span]:
    """The places of a finding's rule in the waivers that stand where they count for it."""
    if not (waivers and hit.rule.waivable):
        return []
    first, last = _lines(record, hit)
    below = (first, line_below(record, hit))
    return [
        span
        for waiver in waivers
        if first <= waiver.line <= last or (waiver.alone and _below(lines, waiver.line) in below)
        for name, span in waiver.names
        if name in (hit.rule.code, hit.rule.name)
    ]


def _known(name: str, levels: Mapping[str, Severity]) -> Rule | None:
    """The rule that a waiver names, if it could report anything: it is on, or it cannot be waived."""
    rule = BY_CODE.get(name) or BY_NAME.get(name)
    return rule if rule is not None and (rule.code in levels or not rule.waivable) else None


def _noted(
    ended: Iterable[Waiver], used: Set[Span], levels: Mapping[str, Severity]
) -> Iterator[tuple[Waiver, tuple[str, ...], bool]]:
    """The ended waivers of rules that are on, each with the names of these rules, and whether it has nothing to waive."""
    for waiver in ended:
        found = [(name, span, rule) for name, span in waiver.names if (rule := _known(name, levels)) is not None]
        if found:
            unused = all(span not in used and not rule.only_compares for _, span, rule in found)
            yield waiver, tuple(name for name, _, _ in found), unused


def _kept_back(hit: Hit) -> Hit:
    """A finding that a misplaced or ended waiver may mean: its fix becomes unsafe."""
    fix = hit.finding.fix
    return hit if fix is None else replace(hit, finding=replace(hit.finding, fix=replace(fix, safety=Safety.UNSAFE)))


def _lines(record: Record, hit: Hit) -> tuple[int, int]:
    """The lines on which a waiver applies to a finding: those of its entry; for a list or mapping the line of its key."""
    entry: Entry | None = record.entries.get(hit.finding.key) if hit.finding.key is not None else None
    if entry is None:
        place = record.place(hit.span)
        return (place.line, place.end_line) if hit.span.end else (2, 2)
    start = _start(record, entry)
    first = record.place(Span(start, start)).line
    return first, first if entry.is_collection else record.place(record.node_span(entry.node)).end_line


def line_below(record: Record, hit: Hit) -> int:
    """
    The line above which a comment waives a finding, wherever the finding is: the one where its entry begins.

    Of a value in brackets, it is the entry of the outermost brackets; of a place in a text, the entry of the text; of a finding
    about the whole file, the first key.
    """
    key, at = hit.finding.key, hit.span.start
    if key is not None and key in record.entries:
        above = (record.entries.get(key[: slash.start()]) for slash in re.finditer("(?<=.)/", key))
        start = next((_start(record, entry) for entry in above if entry is not None and entry.is_flow), None)
    elif hit.span.end:
        texts = (entry for entry in record.entries.values() if entry.is_flow or not entry.is_collection)
        around = (entry for entry in texts if _start(record, entry) <= at < record.node_span(entry.node).end)
        start = min((_start(record, entry) for entry in around), default=None)
    else:
        start = next((name.start for name in record.first_keys("")), record.body.start)
    return _lines(record, hit)[0] if start is None else record.place(Span(start, start)).line


def _start(record: Record, entry: Entry) -> int:
    """Where an entry begins: at its key, or at its value in a list."""
    return record.node_span(entry.key or entry.node).start


def _below(lines: Sequence[str], line: int) -> int:
    """The line that a comment on its own line refers to: the next one that is no comment."""
    while line < len(lines) and lines[line].lstrip().startswith("#"):
        line += 1
    return line + 1
