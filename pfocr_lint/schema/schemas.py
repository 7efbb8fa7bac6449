"""Loads the JSON Schemas of the record kinds, and finds their definition of a key."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pfocr_lint.lazy_import import pathlib
from pfocr_lint.pointer import join, split
from pfocr_lint.schema.kinds import MAPPINGS, Kind

# If several fail at a value, the first in this order is the cause.
CAUSES = (
    "null", "sentinel", "scalar", "type", "const", "enum", "minLength", "maxLength", "pattern", "minimum", "maximum",
)  # fmt: skip


def folder() -> pathlib.Path:
    """Return the folder of the schemas: inside the package in a wheel, beside the package in a checkout."""
    return pathlib.Path(_folder())


def _folder() -> str:
    package = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120 - pathlib takes 8 ms to import
    inside = f"{package}/schemas"
    return inside if os.path.isdir(inside) else f"{os.path.dirname(package)}/schemas"  # noqa: PTH112, PTH120


@cache
def load(kind: Kind) -> dict[str, Any]:
    """Return the schema of a record kind."""
    with open(f"{_folder()}/{kind.value}.schema.json", encoding="utf-8") as file:  # noqa: PTH123
        schema: dict[str, Any] = json.load(file)
    return schema


@cache
def sentinels() -> frozenset[str]:
    """Return the strings that R writes for a missing value."""
    text = load(Kind.FIGURE)["properties"]["papertitle"]
    return frozenset(text["not"]["enum"])


def at(kind: Kind, pointer: str) -> dict[str, Any] | None:
    """Return the schema of the value at a JSON Pointer; None if the format does not define the value."""
    schema: dict[str, Any] | None = load(kind)
    for token in split(pointer):
        if schema is None:
            return None
        schema = schema.get("items") if token.isdecimal() and "items" in schema else schema.get("properties", {}).get(token)
    return schema


def order(schema: Mapping[str, Any], present: Mapping[str, Any]) -> list[str]:
    """
    Return the keys of a mapping in the format's order.

    Records of June 2023 have organisms_ner before redirect_from; such records keep that order.
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
    """Return the values of a clean record of a kind: the first example in its schema."""
    record: dict[str, Any] = json.loads(json.dumps(load(kind)["examples"][0]))
    return record


def pairs() -> Iterator[tuple[str, str]]:
    """Yield every (key, keyword) that can fail in the schemas of records; the key of a list item ends in ``*``."""

    def nested(schema: dict[str, Any], key: str) -> Iterator[tuple[str, str]]:
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
                    yield from nested(below, join(key, name))
            elif keyword == "items":
                yield from nested(schema["items"], f"{key}/*")

    for kind in sorted(MAPPINGS):
        yield from nested(load(kind), "")
