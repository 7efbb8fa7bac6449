"""The texts of a figure that readers of the site see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pfocr_lint.record import derived
from pfocr_lint.record.document import strings
from pfocr_lint.record.values import Values
from pfocr_lint.schema.kinds import Kind

DESCRIPTION = "/schema-jsonld/description"

KEYWORDS = "/schema-jsonld/keywords/"

TEXTS = ("figtitle", "caption", "papertitle", "reftext")  # in addition to the strings of the JSON-LD block

NAMES = ("journal_title", "journal_nlm_ta", "publisher_name", "keywords")  # texts too, but no prose

FIGURE_TITLES = ("/figtitle", "/figure_title")

TITLES = (*FIGURE_TITLES, "/papertitle", "/article_title")

PROSE = ("/caption", DESCRIPTION)

# Which texts of a fetched figure these are; it has no others that the site shows.
_FETCHED = {"/figtitle": "/figure_title", "/caption": "/caption", "/papertitle": "/article_title"}


def texts(record: Values, *keys: str) -> Iterator[tuple[str, str]]:
    """
    Yield the valid texts of a record with their JSON Pointers; only those at ``keys``, if given.

    The description is left out if it is a copy of the caption, or should become one (PF206). A fetched figure has its own names
    for the same texts.
    """
    if record.kind is Kind.FETCHED:
        keys = tuple(_FETCHED[key] for key in keys or _FETCHED if key in _FETCHED)
    if len(keys) == 1 and keys[0] != DESCRIPTION:  # a fast path: rules call it for every record
        text = record.usable(keys[0])
        if text:
            yield keys[0], text
        return
    if keys:
        yield from _checkable(record, [(key, record.value(key)) for key in keys])
        return
    if "texts" not in record.derived:  # cached, because six rules or so use them
        below = [(key, record.value(key)) for key in map("/{}".format, TEXTS)]
        below += strings("/schema-jsonld", record.value("/schema-jsonld"))
        record.derived["texts"] = list(_checkable(record, below))
    yield from record.derived["texts"]


def _checkable(record: Values, below: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    for key, text in below:
        wanted = isinstance(text, str) and text and key not in record.invalid
        if wanted and not (key == DESCRIPTION and derived.is_copied(record)):
            yield key, text


_MORE = (*NAMES, "figure_title", "article_title")


def joined(record: Values) -> str:
    """
    Return the texts of :func:`texts` and those of :data:`NAMES`, and possibly more, each between two line breaks.

    Triggers are searched in this text.
    """
    data = record.data or {}
    found: list[Any] = ["", *map(data.get, TEXTS), *(data[name] for name in _MORE if name in data)]
    below: list[Any] = [data.get("schema-jsonld")]
    for value in below:  # the list grows during the loop
        if type(value) is dict:
            below += value.values()
        elif type(value) is list:
            found += value
        elif value != found[2]:  # found[2] is the caption; a description that is its exact copy is left out
            found.append(value)
    found.append("")
    try:
        return "\n".join(found)
    except TypeError:  # a value is not text
        return "\n".join([text for _, text in strings("", found)])
