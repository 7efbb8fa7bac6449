"""Schema violations by the rule that reports them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from pfocr_lint.lazy_import import expression
from pfocr_lint.pointer import parent_of, split
from pfocr_lint.record.characters import CONTROL
from pfocr_lint.record.document import Record
from pfocr_lint.record.list_items import is_one_item
from pfocr_lint.record.values import Values
from pfocr_lint.rules.catalogue import RULES
from pfocr_lint.schema import validator
from pfocr_lint.schema.kinds import MAPPINGS, Kind

if TYPE_CHECKING:
    from pfocr_lint.record.synonyms import Synonyms
    from pfocr_lint.schema.validator import Violation

AnyValues = TypeVar("AnyValues", bound=Values)

_OWNERS = {pair: rule.code for rule in RULES for pair in rule.owns}
_INVALIDATING = frozenset({"PF103", "PF104", "PF105", "PF106", "PF209"})


@lru_cache(1_024)
def owner(key: str, keyword: str) -> str:
    """The code of the rule that reports a schema failure of a key (a JSON Pointer) and keyword."""
    tokens = split(key)
    return _OWNERS.get(f"{tokens[-1] if tokens else ''}:{keyword}") or _OWNERS[f"*:{keyword}"]


_ITEM = expression(r"/[^/]+/[0-9]+(?=/|\Z)")
_CONTENT = frozenset({"pattern", "enum", "const", "minLength", "maxLength"})
MOST = 1_000  # items that are compared with a missing list: no record has as many, and a hostile one could have 20,000


def _misplaced_items(record: Values, violations: Sequence[Violation]) -> frozenset[str]:
    """The items of a list whose key is missing: they are in the list before it."""
    gone = [violation.key for violation in violations if violation.keyword == "required" and "items" in violation.wanted]
    items = {_item(violation.key) for violation in violations} - {""} if gone else set()
    items = {item for item in items if isinstance(record.value(parent_of(item)), list)}
    if len(items) > MOST:
        return frozenset()
    return frozenset(item for item in items for key in gone if validator.allows(record.kind, key, [record.value(item)]))


def _item(key: str) -> str:
    """The item of a top-level list that contains the value at a JSON Pointer; '' for none."""
    match = _ITEM.match(key)
    return match[0] if match else ""


def _is_one_organism(record: Values, violation: Violation) -> bool:
    """
    Whether a text stands where the 2021 dialect has its list of organisms, and is one name.

    A script of that time wrote a list of one item so, and the site reads both.
    """
    key, value = violation.key, violation.value
    if record.kind is not Kind.FIGURE_2021 or (key, violation.keyword) != ("/organisms", "type") or not isinstance(value, str):
        return False
    on_one_line = isinstance(record, Record) and record.lines_of(key) == 1
    return on_one_line and is_one_item(value) and validator.allows(record.kind, key, [value])


def prepare(record: AnyValues, synonyms: Synonyms) -> AnyValues:
    """Add to a record what its rules need: the schema violations by rule, the invalid values, and the organisms' other names."""
    record.synonyms = synonyms
    if record.data is None or record.kind not in MAPPINGS:
        return _prepared(record, ())
    return _prepared(record, validator.violations(record.kind, record.data, writing=not record.canonical))


def prepare_failing(record: AnyValues, keys: Iterable[str]) -> AnyValues:
    """The same for a record in which only the values at some JSON Pointers, in the order of the schema, fail."""
    found: list[Violation] = []
    for key in keys:
        value = record.value(key)
        of_value = validator.text_violations if type(value) is str else validator.value_violations
        found += of_value(record.kind, key, value)
    return _prepared(record, found)


def _prepared(record: AnyValues, violations: Sequence[Violation]) -> AnyValues:
    found: dict[str, list[Violation]] = {}
    invalid: set[str] = set()
    if violations:
        misplaced = _misplaced_items(record, violations)
        for violation in violations:
            if _item(violation.key) in misplaced or _is_one_organism(record, violation):
                continue  # an item of a list whose key is missing, which is reported; or one name, which needs no list
            if violation.keyword in _CONTENT and isinstance(violation.value, str) and CONTROL.search(violation.value):
                invalid.add(violation.key)  # a value with a control character cannot fit: PF010 reports it
                continue
            found.setdefault(owner(violation.key, violation.keyword), []).append(violation)
    invalid |= {violation.key for code in _INVALIDATING for violation in found.get(code, ())}
    invalid |= {fault.key for fault in record.faults if fault.key is not None}
    record.failures = {code: tuple(violations) for code, violations in found.items()}
    record.invalid = frozenset(invalid)
    record.derived.clear()
    return record
