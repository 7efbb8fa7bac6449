"""The waivers in a record, as a list for people: with rules, reason, owner and last day."""

from __future__ import annotations

from typing import NamedTuple

from pfocr_lint.record.comments import WAIVER
from pfocr_lint.record.parser import read
from pfocr_lint.rules.catalogue import BY_CODE, BY_NAME
from pfocr_lint.rules.waiver_comments import waivers
from pfocr_lint.schema.kinds import Kind

_MARK = WAIVER.encode()


class Listed(NamedTuple):
    """One waiver of the JSON list; ``line`` starts at 1, ``rules`` are codes, ``until`` is a date, ``YYYY-MM-DD``."""

    path: str
    line: int
    rules: list[str]
    reason: str | None
    owner: str | None
    until: str | None


def listed_waivers(path: str, data: bytes, kind: Kind | None) -> list[Listed] | None:
    """
    The waivers in a record with their rules; None where it cannot be read as one record.

    A waiver without a known rule has no effect and is left out.
    """
    if _MARK not in data:  # most records have no waivers and need no parsing
        return []
    record = read(path, data, kind)
    if record.data is None:
        return None
    found = []
    for waiver in waivers(record):
        known = [rule.code for name, _ in waiver.names if (rule := BY_CODE.get(name) or BY_NAME.get(name)) is not None]
        if known:
            found.append(Listed(path, waiver.line, known, waiver.reason or None, waiver.owner, waiver.until))
    return found
