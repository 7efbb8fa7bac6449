"""
Compiles the schemas to functions that check values, and that find the keywords which fail.

jsonschema is the reference for validity, and also validates the result of a fix. It takes 200 microseconds for a record. Its
import takes 45 milliseconds, half of a run over one invalid record. This module compiles the few keywords that the schemas use,
once. A schema with any other keyword is not compiled, and jsonschema validates its records.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from pfocr_lint.schema import schemas
from pfocr_lint.schema.keywords import mismatches, repeats

if TYPE_CHECKING:
    from pfocr_lint.schema.kinds import Kind

Validator: TypeAlias = Callable[[Any], bool]

SILENT = frozenset({"$schema", "$id", "$comment", "title", "description", "examples", "default"})
_KNOWN = {
    "string": frozenset({"not", "minLength", "maxLength", "pattern", "const", "enum"}),
    "number": frozenset({"minimum", "maximum"}),
    "array": frozenset({"items", "minItems", "maxItems", "uniqueItems"}),
    "object": frozenset({"properties", "required", "additionalProperties"}),
}
_TYPES: dict[str, tuple[type, ...]] = {"string": (str,), "number": (int, float), "array": (list,), "object": (dict,)}
# For each keyword that ``build`` supports: a function of a value and a part of a schema, true if the value fails the keyword.
_FAILS: dict[str, Callable[[Any, Mapping[str, Any]], bool]] = {
    "type": lambda value, part: not isinstance(value, _TYPES[part["type"]]) or isinstance(value, bool),
    "not": lambda value, part: isinstance(value, str) and value in part["not"]["enum"],
    "const": lambda value, part: value != part["const"],
    "enum": lambda value, part: value not in part["enum"],
    "pattern": lambda value, part: mismatches(value, part["pattern"]),
    "minLength": lambda value, part: isinstance(value, str) and len(value) < part["minLength"],
    "maxLength": lambda value, part: isinstance(value, str) and len(value) > part["maxLength"],
    "minimum": lambda value, part: type(value) in _TYPES["number"] and value < part["minimum"],
    "maximum": lambda value, part: type(value) in _TYPES["number"] and value > part["maximum"],
    "minItems": lambda value, part: isinstance(value, list) and len(value) < part["minItems"],
    "maxItems": lambda value, part: isinstance(value, list) and len(value) > part["maxItems"],
    "uniqueItems": lambda value, part: repeats(value, part["uniqueItems"]),
    "required": lambda value, part: isinstance(value, dict) and not set(part["required"]) <= value.keys(),
    "additionalProperties": lambda value, part: (
        isinstance(value, dict) and part["additionalProperties"] is False and not value.keys() <= part["properties"].keys()
    ),
}


class Unknown(Exception):  # noqa: N818 - not an error: jsonschema supports the keyword
    """A schema uses a keyword that is not compiled."""


def fits(kind: Kind, values: Any) -> bool:
    """Return whether values certainly conform to the schema of their kind; False also means "not sure"."""
    return part_fits(schemas.load(kind), values)


_built: dict[int, Validator | None] = {}  # by the identity of a schema's part, as loaded schemas are never freed


def validator_of(part: Mapping[str, Any]) -> Validator | None:
    """Return the compiled validator of a part of a schema, certain in both answers; None if a keyword is not supported."""
    if id(part) not in _built:
        try:
            _built[id(part)] = build(part)
        except Unknown:
            _built[id(part)] = None
    return _built[id(part)]


def part_fits(part: Mapping[str, Any], value: Any) -> bool:
    """Return whether a value certainly conforms to a part of a schema; False also means "not sure"."""
    fit = validator_of(part)
    return fit is not None and fit(value)


def failing(part: Mapping[str, Any], value: Any) -> list[str] | None:
    """Return the keywords that fail at a value itself, not below it; None if a keyword is not supported."""
    if validator_of(part) is None:
        return None
    return [keyword for keyword in part if keyword in _FAILS and _FAILS[keyword](value, part)]


def build(part: Mapping[str, Any]) -> Validator:
    """Compile a part of a schema. Raises Unknown."""
    sort = part.get("type")
    keywords = part.keys() - SILENT - {"type"}
    if sort is None and not keywords:
        return lambda _: True
    if not isinstance(sort, str) or not keywords <= _KNOWN.get(sort, frozenset()):
        raise Unknown
    return {"string": _text, "number": _number, "array": _list, "object": _mapping}[sort](part)


def refused(part: Mapping[str, Any]) -> frozenset[str]:
    """Return the texts that ``not`` excludes. Raises Unknown."""
    kept_out = part.get("not", {"enum": []})
    if kept_out.keys() != {"enum"} or not all(isinstance(text, str) for text in kept_out["enum"]):
        raise Unknown
    return frozenset(kept_out["enum"])


def _text(part: Mapping[str, Any]) -> Validator:
    out = refused(part)
    allowed = [part["const"]] if "const" in part else part.get("enum")
    if allowed is not None:
        if not all(isinstance(text, str) for text in allowed) or part.keys() & {"pattern", "minLength", "maxLength"}:
            raise Unknown
        wanted = frozenset(allowed) - out
        return lambda value: type(value) is str and value in wanted
    least, most = part.get("minLength", 0), part.get("maxLength", 1 << 60)
    if "pattern" not in part:
        longest = max(map(len, out), default=0)  # texts longer than all excluded ones need no hash
        return lambda value: type(value) is str and least <= len(value) <= most and (len(value) > longest or value not in out)
    match = re.compile(part["pattern"]).fullmatch
    if part.keys() & {"minLength", "maxLength"} or any(map(match, out)):
        raise Unknown
    return lambda value: type(value) is str and match(value) is not None


def _number(part: Mapping[str, Any]) -> Validator:
    least, most = part.get("minimum", float("-inf")), part.get("maximum", float("inf"))
    return lambda value: type(value) in (int, float) and least <= value <= most


def _list(part: Mapping[str, Any]) -> Validator:
    below = part.get("items")
    least, most, unique = part.get("minItems", 0), part.get("maxItems", 1 << 60), part.get("uniqueItems", False)
    if below is None or (unique and below.get("type") != "string"):
        raise Unknown
    item = build(below)
    if _are_words(below):
        fit = words(part)  # one check of the set takes a fifth of the time of a check of each item
        return lambda value: type(value) is list and not set(map(type, value)) - {str} and fit(value)
    return lambda value: (
        type(value) is list
        and least <= len(value) <= most
        and all(map(item, value))
        and not (unique and len(set(value)) < len(value))
    )


def _are_words(items: Mapping[str, Any]) -> bool:
    """Return whether a schema only requires that items are texts, possibly not empty and not certain texts."""
    keywords = items.keys() - SILENT - {"type", "not", "minLength"}
    return items.get("type") == "string" and not keywords and items.get("minLength", 0) < 2


def words(part: Mapping[str, Any], unwanted: frozenset[str] = frozenset()) -> Validator:
    """Compile the schema of a list of texts; the validator also refuses the texts in ``unwanted``. Raises Unknown."""
    below = part["items"]
    if not _are_words(below):
        fits = build(part)
        return lambda items: unwanted.isdisjoint(items) and fits(items)
    unwanted |= refused(below) | ({""} if "minLength" in below else set())
    least, most, unique = part.get("minItems", 0), part.get("maxItems", 1 << 60), part.get("uniqueItems", False)

    def of_words(items: Any) -> bool:
        different = set(items)
        number = len(items)
        return least <= number <= most and unwanted.isdisjoint(different) and not (unique and len(different) < number)

    return of_words


def _mapping(part: Mapping[str, Any]) -> Validator:
    validators = {name: build(below) for name, below in part.get("properties", {}).items()}
    required, closed = frozenset(part.get("required", ())), part.get("additionalProperties", True) is False
    if part.get("additionalProperties", True) not in (True, False):
        raise Unknown

    def of_mapping(value: Any) -> bool:
        if type(value) is not dict or not required <= value.keys() or (closed and not value.keys() <= validators.keys()):
            return False
        return all(validators[name](item) for name, item in value.items() if name in validators)

    return of_mapping
