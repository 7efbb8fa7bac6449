"""What came of the records and batches of a plan, for the command line."""

from __future__ import annotations

from typing import NamedTuple


class Outcome(NamedTuple):
    """
    What came of one record: the numbers of its edits that were made (or taken back), and that were so already.

    ``left`` are lines on what was left, each with its reason; ``codes`` are the rules of the edits. ``written`` are the bytes
    that a commit has to hold.
    """

    path: str
    done: int = 0
    already: int = 0
    left: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    written: bytes | None = None


class Committed(NamedTuple):
    """A commit that was made for a batch, and how many records it has."""

    batch: str
    commit: str
    records: int
