"""
What a record holds after some lines of a plan: the one place where apply, verify and undo compute it. Pure.

No result is stored in a plan. Which lines a record has now is found by its bytes alone: they are the base after these lines, or
the record was edited since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from pfocr_lint.campaign.plan_file import Line
from pfocr_lint.linter.planned import made

MOST_BATCHES = 6  # of a record whose batches are tried in every combination
MOST_STATES = 64  # ways to read a record that are compared
MOST_PLACES = 1_000  # at which one line of a record may end

# Some lines of a record, by their ids.
Chosen = frozenset[int]


def result(base: bytes, lines: Sequence[Line], chosen: Chosen) -> bytes:
    """The bytes of a record after the chosen lines. Raises ValueError where the base does not hold the old text of a line."""
    return made(base, [line for line in lines if line.id in chosen])


def blob_of(data: bytes, like: str) -> str:
    """Git's name of these bytes, by the hash that another name has."""
    name = hashlib.sha256() if len(like) == 64 else hashlib.sha1(usedforsecurity=False)
    name.update(b"blob %d\0" % len(data))
    name.update(data)
    return name.hexdigest()


def closed(lines: Sequence[Line], wanted: Iterable[int]) -> Chosen:
    """Those of the wanted lines whose needed lines are wanted too; a line that was deleted from the plan is not."""
    needs = {line.id: line.needs for line in lines}
    found = {each for each in wanted if each in needs}
    while lacking := [each for each in found if any(other not in found for other in needs[each])]:
        found.difference_update(lacking)
    return frozenset(found)


def makeable(lines: Sequence[Line]) -> Chosen:
    """The lines that can be made at all: without those that need a line which was deleted from the plan."""
    return closed(lines, [line.id for line in lines])


def state(base: bytes, lines: Sequence[Line], now: bytes) -> Chosen | None:
    """
    The lines that a record has now; None where its bytes are not the base after some lines of the plan.

    Where several sets of lines give these bytes, it is one that splits no batch, if there is one.
    """
    if now == base:
        return frozenset()
    whole = makeable(lines)
    if now == result(base, lines, whole):
        return whole
    for chosen in _of_batches(lines, whole):
        if now == result(base, lines, chosen):
            return chosen
    found = [each for each in _readings(base, lines, now) if closed(lines, each) == each]
    return min(found, key=lambda each: (*_split(lines, whole, each), sorted(each)), default=None)


def _of_batches(lines: Sequence[Line], whole: Chosen) -> Iterator[Chosen]:
    """The lines of each combination of batches, the smaller ones first."""
    batches = list(dict.fromkeys(line.batch for line in lines if line.id in whole))
    if len(batches) > MOST_BATCHES:
        return
    for size in range(1, len(batches)):
        for some in combinations(batches, size):
            yield closed(lines, [line.id for line in lines if line.batch in some and line.id in whole])


def states(lines: Sequence[Line]) -> list[Chosen]:
    """The sets of lines that the batches of a record can give, all of them first."""
    whole = makeable(lines)
    return list(dict.fromkeys([whole, *_of_batches(lines, whole), frozenset()]))


def _readings(base: bytes, lines: Sequence[Line], now: bytes) -> Iterator[Chosen]:
    """The sets of lines that give these bytes, at most :data:`MOST_STATES`: line by line, each made or not."""
    start = lines[0].start
    if now[:start] != base[:start]:
        return
    stops = [*(line.start for line in lines[1:]), len(base)]
    # for each line: the places in the bytes after it, each with the places before it and whether the line was made
    ways: list[dict[int, list[tuple[int, bool]]]] = []
    places = [start]
    for line, stop in zip(lines, stops, strict=True):
        after: dict[int, list[tuple[int, bool]]] = {}
        for text, taken in ((line.old.encode(), False), (line.new.encode(), True)):
            whole = text + base[line.end : stop]
            for at in places:
                if now.startswith(whole, at):
                    after.setdefault(at + len(whole), []).append((at, taken))
        if len(after) > MOST_PLACES:
            return
        ways.append(after)
        places = list(after)
    waiting = [(len(lines), len(now), frozenset[int]())]
    given = 0
    while waiting and given < MOST_STATES:
        number, at, chosen = waiting.pop()
        if number == 0:
            given += 1
            yield chosen
            continue
        for before, taken in ways[number - 1].get(at, ()):
            waiting.append((number - 1, before, chosen | {lines[number - 1].id} if taken else chosen))


def _split(lines: Sequence[Line], whole: Chosen, chosen: Chosen) -> tuple[int, int]:
    """How many batches a set of lines splits, and how many lines it has: the fewer, the better."""
    batches: dict[str, set[bool]] = {}
    for line in lines:
        if line.id in whole:
            batches.setdefault(line.batch, set()).add(line.id in chosen)
    return sum(len(each) > 1 for each in batches.values()), len(chosen)
