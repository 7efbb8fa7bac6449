"""
Which edits of a record belong together, and which lines they change. Pure.

A fix may need another one (a description follows its caption). Both are then one group: they are posted together, or not at all.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from pfocr_lint.diagnostic import Diagnostic, Safety
from pfocr_lint.linter.planned import PlannedEdit


class Lines(NamedTuple):
    """Lines of a record, ``first`` to ``last`` (from 1, both included), and what becomes of them; both with their line ends."""

    first: int
    last: int
    old: str
    new: str


class Group(NamedTuple):
    """Findings of one record whose edits belong together; ``blocks`` are the changed lines, in their order."""

    path: str
    findings: tuple[Diagnostic, ...]
    blocks: tuple[Lines, ...]
    whole: Lines

    @property
    def is_safe(self) -> bool:
        """Whether each of its fixes is safe."""
        return all(each.fix is None or each.fix.safety is Safety.SAFE for each in self.findings)


class _Edit(NamedTuple):
    start: int  # in bytes, as ``end``
    end: int
    new: str
    codes: frozenset[str]
    needs: frozenset[int]


def groups_of(path: str, data: bytes, findings: Sequence[Diagnostic], planned: Sequence[PlannedEdit]) -> list[Group]:
    """
    The groups of the findings that have a fix, in the order of their lines.

    ``planned`` are all edits that the fixer makes in the record (see linter.planned), of which those for other findings are left
    out. The fix of a finding between records is none of them; it is taken as the finding offers it.
    """
    text = data.decode()
    edits = [_Edit(each.start, each.end, each.new, frozenset({each.rule, *each.also}), frozenset(each.needs)) for each in planned]
    chosen: list[tuple[Diagnostic, frozenset[int]]] = []
    for finding in findings:
        roots = _roots(finding, text, edits)
        if roots:
            chosen.append((finding, _with_what_follows(roots, edits)))
    lines = _Text(data)
    merged: list[tuple[list[Diagnostic], frozenset[int]]] = []
    for finding, own in chosen:
        found, numbers = [finding], own
        while near := [each for each in merged if each[1] & numbers or lines.touch(each[1], numbers, edits)]:
            for each in near:
                merged.remove(each)
                found, numbers = [*each[0], *found], each[1] | numbers
        merged.append((found, numbers))
    made = [_group(path, found, [edits[number] for number in sorted(numbers)], lines) for found, numbers in merged]
    return sorted(made, key=lambda each: each.whole.first)


def with_resolved(groups: Sequence[Group], findings: Sequence[Diagnostic], left: Iterable[Diagnostic]) -> list[Group]:
    """
    The groups with the findings that offer no fix themselves and are gone when a group is made.

    ``left`` are the findings after all fixes of the record.
    """
    standing = {(each.code, each.key) for each in left}
    grouped = {each.fingerprint for group in groups for each in group.findings}
    found = list(groups)
    for finding in findings:
        if finding.fingerprint in grouped or (finding.code, finding.key) in standing:
            continue
        for number, group in enumerate(found):
            if any(block.first <= finding.line <= block.last for block in group.blocks):
                found[number] = group._replace(findings=(*group.findings, finding))
                break
    return found


def _roots(finding: Diagnostic, text: str, edits: list[_Edit]) -> frozenset[int]:
    """The numbers of the edits of a finding's fix; those that are not planned are added, unless they touch planned ones."""
    if finding.fix is None:
        return frozenset()
    own = [
        _Edit(len(text[: each.start].encode()), len(text[: each.end].encode()), each.text, frozenset({finding.code}), frozenset())
        for each in finding.fix.edits
    ]
    found = {
        number for number, edit in enumerate(edits) if finding.code in edit.codes and any(_touch(edit, each) for each in own)
    }
    if found:
        return frozenset(found)
    if any(_touch(edit, each) for edit in edits for each in own):
        return frozenset()  # another fix changes the same text; this one is for the next run
    first = len(edits)
    numbers = frozenset(range(first, first + len(own)))
    edits += [each._replace(needs=numbers) for each in own]
    return numbers


def _touch(one: _Edit, other: _Edit) -> bool:
    return one.start <= other.end and other.start <= one.end


def _with_what_follows(roots: frozenset[int], edits: Sequence[_Edit]) -> frozenset[int]:
    """The edits, those that they need, and those that would be left to do behind them."""
    found, before = set(roots), frozenset[int]()
    while found != before:
        before = frozenset(found)
        for number in before:
            found |= edits[number].needs
        found |= {number for number, edit in enumerate(edits) if edit.needs & found and edit.needs <= found | {number}}
    return frozenset(found)


class _Text:
    """The lines of a record, by bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.lines = data.splitlines(keepends=True) if b"\r" not in data else _at_lf(data)
        self.starts = [0, *accumulate(map(len, self.lines))]

    def reach(self, edit: _Edit) -> tuple[int, int]:
        """The first and the last line, from 0, that an edit changes."""
        last = max(len(self.lines) - 1, 0)
        first = min(bisect_right(self.starts, edit.start) - 1, last)
        return first, max(first, min(bisect_right(self.starts, edit.end - 1) - 1, last)) if edit.end > edit.start else first

    def touch(self, one: Iterable[int], other: Iterable[int], edits: Sequence[_Edit]) -> bool:
        """Whether two sets of edits change one line."""
        ours, theirs = ([self.reach(edits[number]) for number in each] for each in (one, other))
        return any(first <= end and start <= last for first, last in ours for start, end in theirs)

    def changed(self, first: int, last: int, edits: Iterable[_Edit]) -> Lines:
        """The lines ``first`` to ``last``, from 0, with the edits in them."""
        at, end = self.starts[first], self.starts[last + 1]
        old, parts = self.data[at:end].decode(), []
        for edit in sorted(edits, key=lambda each: (each.start, each.end)):
            parts += [self.data[at : edit.start].decode(), edit.new]
            at = edit.end
        return Lines(first + 1, last + 1, old, "".join([*parts, self.data[at:end].decode()]))


def _at_lf(data: bytes) -> list[bytes]:
    lines = [line + b"\n" for line in data.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return [line for line in lines if line]


def _group(path: str, findings: Sequence[Diagnostic], edits: Sequence[_Edit], lines: _Text) -> Group:
    blocks: list[tuple[int, int, list[_Edit]]] = []
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        first, last = lines.reach(edit)
        if blocks and first <= blocks[-1][1] + 1:
            start, end, own = blocks.pop()
            blocks.append((start, max(end, last), [*own, edit]))
        else:
            blocks.append((first, last, [edit]))
    whole = lines.changed(blocks[0][0], max(last for _, last, _ in blocks), edits)
    return Group(path, tuple(findings), tuple(lines.changed(*block) for block in blocks), whole)
