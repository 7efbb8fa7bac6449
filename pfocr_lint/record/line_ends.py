"""Line ends: the text as Git stores it, and the same text with the line ends of a work tree. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile


def with_lf(data: bytes) -> bytes:
    """The bytes with LF where they had CR LF. A lone CR stays."""
    return data.replace(b"\r\n", b"\n")


def in_ends_of(given: bytes, old: bytes, new: bytes) -> bytes:
    """
    What to write in place of ``given``: ``new``, with CR LF where ``old`` is ``given`` with LF for CR LF.

    If both ends occur in ``given``, the lines that old and new text both begin with, and those that both end with, keep theirs.
    The lines between take the end that is more frequent.
    """
    if given == old or with_lf(given) != old:
        return new
    pairs, ends = given.count(b"\r\n"), given.count(b"\n")
    if pairs == ends:
        return new.replace(b"\n", b"\r\n")
    own, before, after = given.split(b"\n"), old.split(b"\n"), new.split(b"\n")
    head = _common(before[:-1], after[:-1])
    tail = _common(reversed(before[head:]), reversed(after[head:]))
    between = after[head : len(after) - tail]
    if 2 * pairs >= ends:
        last = len(after) - head - 1  # a last line without an end
        between = [line + b"\r" if number < last else line for number, line in enumerate(between)]
    return b"\n".join([*own[:head], *between, *own[len(own) - tail :]])


def _common(one: Iterable[bytes], other: Iterable[bytes]) -> int:
    """How many lines are equal before the first that differs."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
