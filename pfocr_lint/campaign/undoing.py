"""
Takes edits of a plan back in a record that people edited since: by value, and only where they left alone what the plan wrote.

The record is compared with what the plan had written. Of several sets of lines that it may have had, the one counts from which it
differs least. The result is verified as a fix is. Pure: bytes and values in, values out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from pfocr_lint.campaign.plan_file import Line
from pfocr_lint.campaign.record_edits import Chosen, closed, result, states
from pfocr_lint.lazy_import import difflib
from pfocr_lint.linter.fixed import same
from pfocr_lint.pointer import entry_of
from pfocr_lint.record.document import Record
from pfocr_lint.record.parser import read
from pfocr_lint.schema.kinds import Kind

_WORDS = re.compile(rb"\w+|\s|[^\w\s]+")

EDITED = "people edited it since"


class Undone(NamedTuple):
    """A record without some edits: its bytes, the lines that were taken back, and those that stay, each with the reason."""

    data: bytes
    lines: Chosen
    kept: tuple[tuple[Line, str], ...] = ()


def undo_in_edited(
    path: str, kind: Kind | None, base: bytes, lines: Sequence[Line], now: bytes, asked: Collection[int]
) -> Undone:
    """Take back the lines that are asked for, and those that need them, where people left them alone."""
    had = min(states(lines), key=lambda chosen: _distance(result(base, lines, chosen), now))
    left = closed(lines, [each for each in had if each not in asked])
    taken = [line for line in lines if line.id in had and line.id not in left]
    if not taken:
        return Undone(now, frozenset())
    written = result(base, lines, had)
    before, after = read(path, written, kind), read(path, now, kind)
    if after.data is None and after.kind is not Kind.TABLE:
        return Undone(now, frozenset(), tuple((line, "the record cannot be read any more") for line in taken))
    places, kept = _places(lines, had), list[tuple[Line, str]]()
    blocks = _equal_blocks(written, now)
    replaced = list[tuple[int, Line]]()
    for line in taken:
        place = _moved(places[line.id], len(line.new.encode()), blocks, len(written))
        if not all(same(before.value(key), after.value(key)) for key in _containers(line)):
            kept.append((line, EDITED))
        elif place is None:
            kept.append((line, EDITED if line.values else "the text there is another now"))
        else:
            replaced.append((place, line))
    data = now
    for place, line in sorted(replaced, key=lambda each: (each[0], each[1].id), reverse=True):
        data = data[:place] + line.old.encode() + data[place + len(line.new.encode()) :]
    gone = frozenset(line.id for _, line in replaced)
    problem = _problem(after, read(path, data, kind), read(path, result(base, lines, had - gone), kind), replaced)
    if problem is not None:
        return Undone(now, frozenset(), tuple((line, problem) for line in taken))
    return Undone(data, gone, tuple(kept))


def _distance(one: bytes, other: bytes) -> int:
    """How many lines of two texts differ."""
    texts = one.split(b"\n"), other.split(b"\n")
    equal = sum(block.size for block in difflib.SequenceMatcher(None, *texts, autojunk=False).get_matching_blocks())
    return len(texts[0]) + len(texts[1]) - 2 * equal


def _containers(line: Line) -> set[str]:
    """The JSON Pointers of the values that a line changes; of an item, that of its list: items may have moved."""
    return {entry_of(each["key"]) for each in line.values}


def _places(lines: Sequence[Line], had: Chosen) -> dict[int, int]:
    """Where the new text of each line begins in the bytes after these lines."""
    places, moved = dict[int, int](), 0
    for line in lines:
        places[line.id] = line.start + moved
        if line.id in had:
            moved += len(line.new.encode()) - (line.end - line.start)
    return places


def _equal_blocks(one: bytes, other: bytes) -> list[tuple[int, int, int]]:
    """The pieces that two texts share, word by word: the place in each, and the length."""
    words = _WORDS.findall(one), _WORDS.findall(other)
    found = []
    ends = [[0], [0]]
    for text, places in zip(words, ends, strict=True):
        for word in text:
            places.append(places[-1] + len(word))
    for first, second, size in difflib.SequenceMatcher(None, *words, autojunk=False).get_matching_blocks():
        found.append((ends[0][first], ends[1][second], ends[0][first + size] - ends[0][first]))
    return found


def _moved(start: int, length: int, blocks: Sequence[tuple[int, int, int]], whole: int) -> int | None:
    """The place in the second text of a piece of the first; None where the piece or what touches it is another there."""
    end = start + length
    for one, other, size in blocks:
        first = one if one == 0 else one + 1
        last = one + size if one + size == whole else one + size - 1
        if first <= start and end <= last:
            return other + start - one
    return None


def _problem(before: Record, after: Record, wanted: Record, replaced: Sequence[tuple[int, Line]]) -> str | None:
    """The reason why the record must stay; None when every value is the intended one."""
    if after.data is None:
        return None if before.data is None else "the record could not be read without it"
    touched = {key for _, line in replaced for key in _containers(line)}
    if not all(same(after.value(key), wanted.value(key)) for key in touched):
        return "its old value does not come back"
    if not same(_without(before.data, touched), _without(after.data, touched)):
        return "other values would change"
    return None


def _without(data: Any, pointers: Collection[str], at: str = "") -> Any:
    """Values without those at some JSON Pointers."""
    if isinstance(data, dict):
        return {key: _without(value, pointers, f"{at}/{key}") for key, value in data.items() if f"{at}/{key}" not in pointers}
    return data
