"""The JSON Schemas of the record kinds: finding them, judging values by them, and what else they tell of a key."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from pfocr_lint.diagnostic import join, split
from pfocr_lint.ondemand import OnDemand, pathlib
from pfocr_lint.record import MAPPINGS, Kind, Violation
from pfocr_lint.scalars import Implicit

if TYPE_CHECKING:
    import jsonschema
    from jsonschema.exceptions import ValidationError
else:
    jsonschema = OnDemand("jsonschema")

# The first that fails at a value is the cause; the others follow from it.
_CAUSES = (
    "null", "sentinel", "scalar", "type", "const", "enum", "minLength", "maxLength", "pattern", "minimum", "maximum",
)  # fmt: skip


def folder() -> pathlib.Path:
    """Where the schemas are: inside an installed wheel, or beside the package in a checkout."""
    return pathlib.Path(_folder())


def _folder() -> str:
    package = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120 - pathlib takes 8 ms to import
    inside = f"{package}/schemas"
    return inside if os.path.isdir(inside) else f"{os.path.dirname(package)}/schemas"  # noqa: PTH112, PTH120


@cache
def load(kind: Kind) -> dict[str, Any]:
    """The schema of a record kind."""
    with open(f"{_folder()}/{kind.value}.schema.json", encoding="utf-8") as file:  # noqa: PTH123
        schema: dict[str, Any] = json.load(file)
    return schema


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[ValidationError]:
    # Python's $ also matches before a final newline, that of other validators does not.
    if isinstance(value, str) and not re.fullmatch(pattern, value):
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")


def _unique(_: Any, wanted: bool, value: Any, __: Any) -> Iterator[ValidationError]:
    # jsonschema compares every item with every other as soon as they cannot be sorted.
    if wanted and isinstance(value, list):
        plain = [(type(item), item) for item in value if not isinstance(item, (dict, list))]
        if len(set(plain)) < len(plain):
            yield jsonschema.ValidationError(f"{value!r} has non-unique elements")


@cache
def _class() -> Any:
    return jsonschema.validators.extend(  # type: ignore[no-untyped-call]
        jsonschema.Draft202012Validator, {"pattern": _pattern, "uniqueItems": _unique}
    )


@cache
def _validator(kind: Kind) -> Any:
    return _class()(load(kind))


Fits: TypeAlias = Callable[[Mapping[str, Any], Any], bool]


def violations(kind: Kind, data: dict[str, Any], fits: Fits = lambda *_: False) -> list[Violation]:
    """
    How the values fail the schema of their kind: one cause per value, in the order of the schema.

    A value of which ``fits`` knows that it fits its part of the schema is not looked at.

    Beside the keywords of JSON Schema a violation may have three finer ones: ``null`` (nothing is there), ``sentinel``
    (a leaked missing value) and ``scalar`` (bool, number or date where a string belongs).
    """
    found: dict[tuple[str, str], Violation] = {}
    causes: dict[str, Violation] = {}
    for error in () if fits(load(kind), data) else _errors(_validator(kind), load(kind), data, fits):
        key = "".join(join("", token) for token in error.absolute_path)
        if error.validator in ("required", "additionalProperties"):
            for violation in _keys(key, error):
                found[violation.key, violation.keyword] = violation
            continue
        keyword = _keyword(error)
        violation = Violation(key, keyword, error.validator_value, error.instance)
        if keyword not in _CAUSES:
            found[key, keyword] = violation
        elif key not in causes or _CAUSES.index(keyword) < _CAUSES.index(causes[key].keyword):
            causes[key] = violation
    for key, violation in causes.items():
        found[key, violation.keyword] = violation
    return list(found.values())


def _errors(validator: Any, part: Mapping[str, Any], value: Any, fits: Fits) -> Iterator[ValidationError]:
    """What jsonschema says of a value that may not fit, or where it can be left to the values below, of those of them."""
    below: list[tuple[int | str, Mapping[str, Any]]] = []
    if part.get("type") == "object" and isinstance(value, dict):
        below = [(name, each) for name, each in part["properties"].items() if name in value and not fits(each, value[name])]
    elif part.get("type") == "array" and isinstance(value, list) and "items" in part:
        below = [(number, part["items"]) for number, item in enumerate(value) if not fits(part["items"], item)]
    if id(part) not in _alone:
        _alone[id(part)] = validator.evolve(schema=_without_values(part))
    for error in _alone[id(part)].iter_errors(value):
        error.schema = part
        yield error
    for token, each in below:
        for error in _errors(validator, each, value[token], fits):
            error.relative_path.appendleft(token)
            yield error


_alone: dict[int, Any] = {}  # validators of a schema's parts without what they say of the values below; the parts stay


def _without_values(part: Mapping[str, Any]) -> Mapping[str, Any]:
    if part.get("type") == "object":
        return {**part, "properties": dict.fromkeys(part["properties"], True)}
    return {key: each for key, each in part.items() if key != "items"}


def _keys(parent: str, error: ValidationError) -> Iterator[Violation]:
    schema, instance = error.schema, error.instance
    assert isinstance(schema, dict)
    assert isinstance(instance, dict)
    if error.validator == "required":
        for name in order(schema, instance):
            if name in schema["required"] and name not in instance:
                yield Violation(join(parent, name), "required", schema["properties"][name], instance)
    else:
        for name in instance:
            if name not in schema["properties"]:
                yield Violation(join(parent, name), "additionalProperties", list(schema["properties"]), instance)


def _keyword(error: ValidationError) -> str:
    value = error.instance
    if error.validator == "type":
        if value is None:
            return "null"
        if (isinstance(value, str) and value in sentinels()) or getattr(value, "kind", None) == "missing value":
            return "sentinel"
        if error.validator_value == "string" and isinstance(value, (bool, int, float, Implicit)):
            return "scalar"
    return "sentinel" if error.validator == "not" else str(error.validator)


@cache
def sentinels() -> frozenset[str]:
    """The strings in which R leaks a missing value."""
    text = load(Kind.FIGURE)["properties"]["papertitle"]
    return frozenset(text["not"]["enum"])


def at(kind: Kind, pointer: str) -> dict[str, Any] | None:
    """The schema of the value at a JSON Pointer; None where the format knows no such value."""
    schema: dict[str, Any] | None = load(kind)
    for token in split(pointer):
        if schema is None:
            return None
        schema = schema.get("items") if token.isdecimal() and "items" in schema else schema.get("properties", {}).get(token)
    return schema


def allows(kind: Kind, pointer: str, value: Any) -> bool:
    """Whether the format allows a value at a JSON Pointer."""
    schema = at(kind, pointer)
    return schema is not None and bool(_validator(kind).evolve(schema=schema).is_valid(value))


def order(schema: dict[str, Any], present: dict[str, Any]) -> list[str]:
    """
    The keys of a mapping in the format's order.

    In records of June 2023 organisms_ner stands before redirect_from; a record that does so keeps that order.
    """
    keys = list(schema["properties"])
    here = list(present)
    if "organisms_ner" in present and "organisms_ner" in keys:
        after = here[here.index("organisms_ner") + 1 :]
        if "organisms" not in after and "pmcid" not in after:
            keys.remove("organisms_ner")
            keys.insert(keys.index("redirect_from"), "organisms_ner")
    return keys


def example(kind: Kind) -> dict[str, Any]:
    """A clean record of a kind, as the schema shows it."""
    record: dict[str, Any] = json.loads(json.dumps(load(kind)["examples"][0]))
    return record


def pairs() -> Iterator[tuple[str, str]]:
    """Every (key, keyword) that can fail in a schema of records; a list item's key ends in ``*``."""

    def walk(schema: dict[str, Any], key: str) -> Iterator[tuple[str, str]]:
        for keyword in schema:
            if keyword == "type":
                yield key, "null"
                yield key, "sentinel"
                yield key, "type"
                if schema["type"] == "string":
                    yield key, "scalar"
            elif keyword == "not":
                yield key, "sentinel"
            elif keyword in ("required", "uniqueItems", "minItems", "maxItems", *_CAUSES) or keyword == "additionalProperties":
                yield key, keyword
            elif keyword == "properties":
                for name, below in schema["properties"].items():
                    yield from walk(below, join(key, name))
            elif keyword == "items":
                yield from walk(schema["items"], f"{key}/*")

    for kind in sorted(MAPPINGS):
        yield from walk(load(kind), "")
