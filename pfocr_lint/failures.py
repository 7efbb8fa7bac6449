"""How a record's values fail the schema of its kind, by the rule that reports it."""

from __future__ import annotations

from collections.abc import Mapping

from pfocr_lint import judge
from pfocr_lint.diagnostic import split
from pfocr_lint.record import MAPPINGS, Record, Violation
from pfocr_lint.rules import RULES

_OWNERS = {pair: rule.code for rule in RULES for pair in rule.owns}
_INVALIDATING = frozenset({"PF103", "PF104", "PF105", "PF106", "PF209"})


def owner(key: str, keyword: str) -> str:
    """The code of the rule that reports a schema failure of a key (a JSON Pointer) and keyword."""
    tokens = split(key)
    return _OWNERS.get(f"{tokens[-1] if tokens else ''}:{keyword}") or _OWNERS[f"*:{keyword}"]


def prepare(record: Record, synonyms: Mapping[str, str]) -> Record:
    """Add to a record what the rules need to know of it: how its values fail the schema, and the organisms' other names."""
    record.synonyms = synonyms
    found: dict[str, list[Violation]] = {}
    if record.data is not None and record.kind in MAPPINGS:
        for violation in judge.violations(record.kind, record.data):
            found.setdefault(owner(violation.key, violation.keyword), []).append(violation)
    invalid = {violation.key for code in _INVALIDATING for violation in found.get(code, ())}
    invalid |= {fault.key for fault in record.faults if fault.key is not None}
    record.failures = {code: tuple(violations) for code, violations in found.items()}
    record.invalid = frozenset(invalid)
    record.derived.clear()
    return record
