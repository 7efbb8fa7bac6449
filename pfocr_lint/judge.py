"""
The fast judge: whether values fit the schema of their kind, and not a word about why not.

jsonschema decides what valid means, and explains; it takes 200 microseconds for a record, and 59 milliseconds to be
imported. Here the few keywords that the schemas use become functions, once. A schema with any other keyword has no fast
judge, and its records go to jsonschema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias

from pfocr_lint import schema
from pfocr_lint.record import Kind, Violation

Judge: TypeAlias = Callable[[Any], bool]

SILENT = frozenset({"$schema", "$id", "$comment", "title", "description", "examples", "default"})
_KNOWN = {
    "string": frozenset({"not", "minLength", "maxLength", "pattern", "const", "enum"}),
    "number": frozenset({"minimum", "maximum"}),
    "array": frozenset({"items", "minItems", "maxItems", "uniqueItems"}),
    "object": frozenset({"properties", "required", "additionalProperties"}),
}


class Unknown(Exception):  # noqa: N818 - not an error: jsonschema knows more
    """A schema uses a keyword that the fast judge does not know."""


def fits(kind: Kind, values: Any) -> bool:
    """Whether values fit the schema of their kind for certain; False also means "not sure"."""
    return of_kind(kind)(values)


@cache
def of_kind(kind: Kind) -> Judge:
    """The judge of a kind's values; one that is never sure where the schema asks for more than it knows."""
    try:
        return build(schema.load(kind))
    except Unknown:
        return lambda _: False


def allows(kind: Kind, pointer: str, value: Any) -> bool:
    """Whether the format allows a value at a JSON Pointer."""
    part = schema.at(kind, pointer)
    return part is not None and (part_fits(part, value) or schema.allows(kind, pointer, value))


_built: dict[int, Judge] = {}  # by the identity of a schema's part: the schemas stay


def part_fits(part: Mapping[str, Any], value: Any) -> bool:
    """Whether a value fits a part of a schema for certain; False also means "not sure"."""
    if id(part) not in _built:
        try:
            _built[id(part)] = build(part)
        except Unknown:
            _built[id(part)] = lambda _: False
    return _built[id(part)](value)


def violations(kind: Kind, data: dict[str, Any]) -> list[Violation]:
    """How the values fail the schema of their kind. jsonschema is spared the values that fit it for certain."""
    return [] if fits(kind, data) else schema.violations(kind, data, part_fits)


def build(part: Mapping[str, Any]) -> Judge:
    """The judge of a schema. Raises Unknown."""
    sort = part.get("type")
    keywords = part.keys() - SILENT - {"type"}
    if sort is None and not keywords:
        return lambda _: True
    if not isinstance(sort, str) or not keywords <= _KNOWN.get(sort, frozenset()):
        raise Unknown
    return {"string": _text, "number": _number, "array": _list, "object": _mapping}[sort](part)


def refused(part: Mapping[str, Any]) -> frozenset[str]:
    """The texts that ``not`` keeps out."""
    kept_out = part.get("not", {"enum": []})
    if kept_out.keys() != {"enum"} or not all(isinstance(text, str) for text in kept_out["enum"]):
        raise Unknown
    return frozenset(kept_out["enum"])


def _text(part: Mapping[str, Any]) -> Judge:
    out = refused(part)
    allowed = [part["const"]] if "const" in part else part.get("enum")
    if allowed is not None:
        if not all(isinstance(text, str) for text in allowed) or part.keys() & {"pattern", "minLength", "maxLength"}:
            raise Unknown
        wanted = frozenset(allowed) - out
        return lambda value: type(value) is str and value in wanted
    least, most = part.get("minLength", 0), part.get("maxLength", 1 << 60)
    if "pattern" not in part:
        longest = max(map(len, out), default=0)  # long texts need not be hashed
        return lambda value: type(value) is str and least <= len(value) <= most and (len(value) > longest or value not in out)
    match = re.compile(part["pattern"]).fullmatch
    if part.keys() & {"minLength", "maxLength"} or any(map(match, out)):
        raise Unknown
    return lambda value: type(value) is str and match(value) is not None


def _number(part: Mapping[str, Any]) -> Judge:
    least, most = part.get("minimum", float("-inf")), part.get("maximum", float("inf"))
    return lambda value: type(value) in (int, float) and least <= value <= most


def _list(part: Mapping[str, Any]) -> Judge:
    below = part.get("items")
    least, most, unique = part.get("minItems", 0), part.get("maxItems", 1 << 60), part.get("uniqueItems", False)
    if below is None or (unique and below.get("type") != "string"):
        raise Unknown
    item = build(below)
    if _are_words(below):
        fit = words(part)  # one look at the set is five times faster than one at each item
        return lambda value: type(value) is list and not set(map(type, value)) - {str} and fit(value)
    return lambda value: (
        type(value) is list
        and least <= len(value) <= most
        and all(map(item, value))
        and not (unique and len(set(value)) < len(value))
    )


def _are_words(items: Mapping[str, Any]) -> bool:
    """Whether nothing is asked of the items of a list but that they are texts, perhaps not empty, and some texts not."""
    asked = items.keys() - SILENT - {"type", "not", "minLength"}
    return items.get("type") == "string" and not asked and items.get("minLength", 0) < 2


def words(part: Mapping[str, Any], unwanted: frozenset[str] = frozenset()) -> Judge:
    """The judge of a list that is known to be one of texts; ``unwanted`` are texts that it refuses too. Raises Unknown."""
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


def _mapping(part: Mapping[str, Any]) -> Judge:
    judges = {name: build(below) for name, below in part.get("properties", {}).items()}
    required, closed = frozenset(part.get("required", ())), part.get("additionalProperties", True) is False
    if part.get("additionalProperties", True) not in (True, False):
        raise Unknown

    def of_mapping(value: Any) -> bool:
        if type(value) is not dict or not required <= value.keys() or (closed and not value.keys() <= judges.keys()):
            return False
        return all(judges[name](item) for name, item in value.items() if name in judges)

    return of_mapping
