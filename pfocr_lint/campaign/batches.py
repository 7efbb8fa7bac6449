"""
Which batch each edit belongs to: those of one rule, paper or folder, at most so many files and lines of diff.

Edits that need one another are in one batch. An edit that needs others is in a batch after theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pfocr_lint.linter.planned import PlannedEdit

FILES = 300  # of a pull request, GitHub shows so many files
LINES = 20_000  # and so many lines


class _Open(NamedTuple):
    """A batch that may take more: its number, its files, and its lines of diff."""

    number: int
    files: int
    lines: int


class Batches:
    """Names the batches of a plan, record by record, in the order of the paths."""

    def __init__(self, by: str = "rule", files: int = FILES, lines: int = LINES) -> None:
        self.by, self.files, self.lines = by, files, lines
        self._open: dict[tuple[str, int], _Open] = {}
        self._last: dict[str, int] = {}

    def of_record(self, path: str, edits: Sequence[PlannedEdit]) -> list[str]:
        """The batch of each edit of a record."""
        levels, groups = _levels(edits), dict[tuple[str, int], list[int]]()
        for unit, level in levels:
            groups.setdefault((self._key(path, edits[unit[0]]), level), []).extend(unit)
        found = [""] * len(edits)
        for group, numbers in groups.items():
            size = sum(_changed_lines(edits[number]) for number in numbers)
            now = self._open.get(group)
            if now is None or now.files >= self.files or now.lines + size > self.lines:
                self._last[group[0]] = self._last.get(group[0], 0) + 1
                now = _Open(self._last[group[0]], 0, 0)
            self._open[group] = _Open(now.number, now.files + 1, now.lines + size)
            for number in numbers:
                found[number] = f"{group[0]}-{now.number:03d}"
        return found

    def _key(self, path: str, edit: PlannedEdit) -> str:
        if self.by == "rule":
            return edit.rule
        folder, _, name = path.rpartition("/")
        text = name.split("__")[0].partition(".")[0] if self.by == "paper" else folder.replace("/", ".")
        kept = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in text)[:80]
        return kept if kept[:1] not in ("", ".", "-") else f"_{kept}"


def _changed_lines(edit: PlannedEdit) -> int:
    """The removed and added lines of an edit in a diff."""
    removed, added = edit.old.count("\n"), edit.new.count("\n")
    return removed + added + (0 if (edit.old or edit.new).endswith("\n") and edit.new[-1:] in ("", "\n") else 2)


def _levels(edits: Sequence[PlannedEdit]) -> list[tuple[list[int], int]]:
    """The edits in units that need one another, each with the length of the longest chain of units that it needs."""
    if not any(edit.needs for edit in edits):
        return [([number], 0) for number in range(len(edits))]
    units = list(_units([edit.needs for edit in edits]))
    unit_of = {number: place for place, unit in enumerate(units) for number in unit}
    levels: list[int] = []
    for place, unit in enumerate(units):  # the units that it needs come before
        needed = {unit_of[other] for number in unit for other in edits[number].needs} - {place}
        levels.append(1 + max((levels[other] for other in needed), default=-1))
    return sorted(zip(units, levels, strict=True))


def _units(needs: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """The strongly connected components of a graph, those that a component leads to before it (Kosaraju's algorithm)."""
    back: dict[int, list[int]] = defaultdict(list)
    for number, needed in enumerate(needs):
        for other in needed:
            back[other].append(number)
    left = list(range(len(needs)))
    ended: list[int] = []
    seen: set[int] = set()
    for start in left:
        ended += _after(start, back, seen)
    seen = set()
    forward = dict(enumerate(needs))
    for start in reversed(ended):
        unit = _after(start, forward, seen)
        if unit:
            yield sorted(unit)


def _after(start: int, edges: dict[int, Sequence[int]] | dict[int, list[int]], seen: set[int]) -> list[int]:
    """The nodes that a node leads to, itself the last, each after those that it leads to; those seen before are left out."""
    if start in seen:
        return []
    seen.add(start)
    found, path = list[int](), [(start, iter(edges.get(start, ())))]
    while path:
        node, others = path[-1]
        other = next((each for each in others if each not in seen), None)
        if other is None:
            found.append(node)
            path.pop()
        else:
            seen.add(other)
            path.append((other, iter(edges.get(other, ()))))
    return found
