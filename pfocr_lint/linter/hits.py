"""Findings with their rule, place and fingerprint, and the record that they belong to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pfocr_lint.dataclass import dataclass
from pfocr_lint.diagnostic import Finding, Severity, Span
from pfocr_lint.lazy_import import hashlib
from pfocr_lint.linter.edited_values import unsafe_where_edited

if TYPE_CHECKING:
    from pfocr_lint.record.document import Record
    from pfocr_lint.record.values import Values
    from pfocr_lint.rules.declaration import Rule

MOST = 1000  # findings of one record that are offered a fix: with more, finding and proving the fixes takes seconds


@dataclass(frozen=True)
class Hit:
    """
    A finding with its rule and place.

    ``print`` is its fingerprint, without a number for repeats; ``cause`` is the fingerprint of the whole value that contains it;
    ``match`` a digest of all values that the finding is about.
    """

    rule: Rule
    severity: Severity
    finding: Finding
    span: Span
    print: str
    cause: str
    match: str


@dataclass(frozen=True)
class Checked:
    """
    A record with its findings. ``waived`` are the codes of the findings that it waives, one for each. ``until`` is the earliest
    last day of its waivers, ``YYYY-MM-DD``: on the days up to it, all of them count.

    ``as_fixed`` is the record as a proven fix would leave it, if YAML cannot read it: most findings are those of that record.

    For findings between records, ``open_other`` reads another record, and ``again`` compares this one with the organism pages
    after a fix.
    """

    record: Record
    hits: tuple[Hit, ...]
    faults: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()
    until: str | None = None
    open_other: Callable[[str], Record] | None = None
    again: Callable[[Record], tuple[Hit, ...]] | None = None
    as_fixed: Record | None = None

    @property
    def values(self) -> Record:
        """The record whose values are compared with those of other records."""
        return self.as_fixed or self.record

    @property
    def offers_fixes(self) -> bool:
        """Whether fixes are offered: not for a record with very many findings."""
        return len(self.hits) <= MOST


def by_place(hit: Hit) -> tuple[int, str, int, str, str]:
    return hit.span.start, hit.rule.code, hit.span.end, hit.finding.key or "", hit.finding.message


def hit_of(record: Record, rule: Rule, level: Severity, finding: Finding) -> Hit:
    span = span_of(record, finding)
    value = record.value(finding.key) if finding.key is not None else record.text[span.start : min(span.end, span.start + 200)]
    part = value
    if finding.within is not None and isinstance(value, str):
        part = value[finding.within.start : finding.within.end]
    about = [_general(finding.key), rule.code]
    cause = fingerprint(record, _written(about, value))
    own = cause if part is value else fingerprint(record, _written(about, part))
    # between records, the digest does not depend on which record is reported; values count as they are written
    known = (*about, "" if finding.members else str(part), *map(str, finding.compared))
    match = hashlib.sha256("\0".join(known).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Hit(rule, level, unsafe_where_edited(record, finding), span, own, cause, match)


def span_of(record: Record, finding: Finding) -> Span:
    if finding.at is not None:
        return finding.at
    if finding.key is None:
        return Span(0, 0)
    return record.span(finding.key, on_key=finding.on_key, within=finding.within)


def identity(record: Values) -> str:
    """The record's identifier, independent of its file's name."""
    if "identity" not in record.derived:
        record.derived["identity"] = _identity(record)
    found: str = record.derived["identity"]
    return found


def _identity(record: Values) -> str:
    for key in ("/figid", "/latin"):
        value = record.value(key)
        if isinstance(value, str) and value:
            return value
    return f"{record.value('/pmcid')}__{record.value('/image_filename')}" if record.value("/image_filename") else record.name


def _general(key: str | None) -> str:
    """A JSON Pointer with a star for every index: an item that moves keeps its fingerprint."""
    return re.sub(r"/[0-9]+(?=/|$)", "/*", key or "")


def cause_of(record: Values, rule: Rule, finding: Finding) -> str:
    """The fingerprint of the whole value that a finding is about (see :class:`Hit`)."""
    return fingerprint(record, _written([_general(finding.key), rule.code], record.value(finding.key or "")))


def printed_of(record: Values, rule: Rule, finding: Finding) -> str:
    """What the fingerprint of a finding about a value is made of, beside the record's identity."""
    part = record.value(finding.key or "")
    if finding.within is not None and isinstance(part, str):
        part = part[finding.within.start : finding.within.end]
    return _written([_general(finding.key), rule.code], part)


def _written(about: list[str], value: Any) -> str:
    return json.dumps([*about, value], default=str, ensure_ascii=True, sort_keys=True)


def fingerprint(record: Values, printed: str) -> str:
    """The fingerprint of a finding in a record, without a number for repeats."""
    if "identity as JSON" not in record.derived:
        record.derived["identity as JSON"] = json.dumps(identity(record))
    return _digest(f"[{record.derived['identity as JSON']}, {printed[1:]}")


def numbered(prints: str, repeat: int) -> str:
    """The fingerprint of the first, second, … finding with the same one in a record; ``repeat`` counts from 1."""
    return prints if repeat == 1 else _digest(f"{prints} {repeat}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
