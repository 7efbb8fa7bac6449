"""Two texts side by side, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from pfocr_lint.diagnostic import common_start
from pfocr_lint.report import visible

_WORDS = re.compile(r"\w+|[^\w\s]|\s")
MOST_WORDS = 400  # compared with each other; of longer texts, what lies between the equal ends is one change
KEPT = 60  # characters of an equal part, at each end


class Part(NamedTuple):
    """A piece of a text, and whether the other text lacks it."""

    text: str
    is_changed: bool


class Sides(NamedTuple):
    """The old text and the new text in pieces; what both have is shortened in the middle."""

    old: tuple[Part, ...]
    new: tuple[Part, ...]


def side_by_side(old: str, new: str) -> Sides:
    """Compare two texts. Line ends and characters that cannot be seen are shown as code points."""
    one, other = _WORDS.findall(old), _WORDS.findall(new)
    start = common_start(one, other)
    end = min(common_start(one[::-1], other[::-1]), min(len(one), len(other)) - start)
    head, tail = "".join(one[:start]), "".join(one[len(one) - end :])
    inner, outer = one[start : len(one) - end], other[start : len(other) - end]
    olds, news = [(head, False)], [(head, False)]
    for a, b, c, d, is_equal in _matched(inner, outer):
        olds.append(("".join(inner[a:b]), not is_equal))
        news.append(("".join(outer[c:d]), not is_equal))
    return Sides(_shown([*olds, (tail, False)]), _shown([*news, (tail, False)]))


def _matched(one: Sequence[str], other: Sequence[str]) -> Iterable[tuple[int, int, int, int, bool]]:
    if len(one) > MOST_WORDS or len(other) > MOST_WORDS:
        return [(0, len(one), 0, len(other), False)]
    return [(a, b, c, d, tag == "equal") for tag, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes()]


def _shown(pieces: Sequence[tuple[str, bool]]) -> tuple[Part, ...]:
    return tuple(_parts(pieces))


def _parts(pieces: Sequence[tuple[str, bool]]) -> Iterator[Part]:
    for number, (text, is_changed) in enumerate(pieces):
        if not text:
            continue
        if not is_changed:
            left, right = number > 0, number + 1 < len(pieces)  # a change is on that side
            if len(text) > KEPT * (left + right) + 1:
                text = (text[:KEPT] if left else "") + "…" + (text[-KEPT:] if right else "")  # noqa: PLW2901
        yield Part("\n".join(visible(line) for line in text.split("\n")), is_changed)
