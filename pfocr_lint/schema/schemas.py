"""The JSON Schemas of the record kinds: finding them, and what they define for a key."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pfocr_lint.lazy_import import pathlib
from pfocr_lint.pointer import join, split
from pfocr_lint.schema.kinds import MAPPINGS, Kind

# The first that fails at a value is the cause; the others follow from it.
CAUSES = (
    "null", "sentinel", "scalar", "type", "const", "enum", "minLength", "maxLength", "pattern", "minimum", "maximum",
)  # fmt: skip


def folder() -> pathlib.Path:
    """Where the schemas are: inside an installed wheel, or beside the package in a checkout."""
    return pathlib.Path(_folder())


def _folder() -> str:
    package = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120 - pathlib takes 8 ms to import
    inside = f"{package}/schemas"
    return inside if os.path.isdir(inside) else f"{os.path.dirname(package)}/schemas"  # noqa: PTH112, PTH120


@cache
def load(kind: Kind) -> dict[str, Any]:
    """The schema of a record kind."""
    with open(f"{_folder()}/{kind.value}.schema.json", encoding="utf-8") as file:  # noqa: PTH123
        schema: dict[str, Any] = json.load(file)
    return schema


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


def order(schema: Mapping[str, Any], present: Mapping[str, Any]) -> list[str]:
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
            elif keyword in ("required", "uniqueItems", "minItems", "maxItems", *CAUSES) or keyword == "additionalProperties":
                yield key, keyword
            elif keyword == "properties":
                for name, below in schema["properties"].items():
                    yield from walk(below, join(key, name))
            elif keyword == "items":
                yield from walk(schema["items"], f"{key}/*")

    for kind in sorted(MAPPINGS):
        yield from walk(load(kind), "")
