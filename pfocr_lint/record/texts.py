"""The texts of a figure that a reader sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pfocr_lint.record import derived
from pfocr_lint.record.document import strings
from pfocr_lint.record.values import Values

DESCRIPTION = "/schema-jsonld/description"

KEYWORDS = "/schema-jsonld/keywords/"

TEXTS = ("figtitle", "caption", "papertitle", "reftext")  # beside the strings of the JSON-LD block

TITLES = ("/figtitle", "/papertitle")

PROSE = ("/caption", DESCRIPTION)


def texts(record: Values, *keys: str) -> Iterator[tuple[str, str]]:
    """
    The valid texts of a record, with their JSON Pointers; only those of ``keys``, if any are given.

    The description is left out while it is a true copy of the caption, and where it is to become one (PF206).
    """
    if len(keys) == 1 and keys[0] != DESCRIPTION:  # asked of every record
        text = record.usable(keys[0])
        if text:
            yield keys[0], text
        return
    if keys:
        yield from _judgeable(record, [(key, record.value(key)) for key in keys])
        return
    if "texts" not in record.derived:  # half a dozen rules ask for them
        below = [(key, record.value(key)) for key in map("/{}".format, TEXTS)]
        below += strings("/schema-jsonld", record.value("/schema-jsonld"))
        record.derived["texts"] = list(_judgeable(record, below))
    yield from record.derived["texts"]


def _judgeable(record: Values, below: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    for key, text in below:
        wanted = isinstance(text, str) and text and key not in record.invalid
        if wanted and not (key == DESCRIPTION and derived.is_copied(record)):
            yield key, text


def joined(record: Values) -> str:
    """The texts of :func:`texts`, and perhaps more, each between two line breaks: where triggers are searched."""
    data = record.data or {}
    found: list[Any] = ["", *map(data.get, TEXTS)]
    below: list[Any] = [data.get("schema-jsonld")]
    for value in below:  # which grows
        if type(value) is dict:
            below += value.values()
        elif type(value) is list:
            found += value
        elif value != found[2]:  # the caption: the description is a true copy of it
            found.append(value)
    found.append("")
    try:
        return "\n".join(found)
    except TypeError:  # something is no text
        return "\n".join([text for _, text in strings("", found)])
