"""
Parses and validates most figures with one match, many records at once.

The fast parser (:mod:`pfocr_lint.record.fast_parser`) reads any keys. This parser expects the schema's keys in the schema's
order. Each record is matched alone by the expression of its kind (:mod:`pfocr_lint.record.column_template`). Then the groups of
the matches are read by columns. This takes a fifth of the time of parsing followed by validation. Like the fast parser, it
returns the values or "not sure". A value that does not fit its schema is read too, and its column is named.

The expression checks only the shape of a free text. Afterwards this module searches the text for a ``:`` or ``#`` that gives it
another meaning in YAML, which costs almost nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pfocr_lint.record import fast_parser
from pfocr_lint.record.column_template import SHORT, Slot, Text, Words, of_kind
from pfocr_lint.record.fast_parser import NUMBER_LIKE, WORDS, Unsure
from pfocr_lint.schema import schemas

if TYPE_CHECKING:
    from pfocr_lint.schema.compiled import Validator
    from pfocr_lint.schema.kinds import Kind

# The first characters of a quoted text and of values that may be numbers.
_PERHAPS_OTHER = frozenset("'+.0123456789")
_NUMBER = re.compile(rf"{NUMBER_LIKE}\n")
_MANY = 10_000
_UNSURE = "null"  # a text that is unsure at any place


class Table(NamedTuple):
    """
    Records in the pipeline's own form, one row for each.

    ``numbers`` are the indices of the records in the given sequence. ``columns`` are the columns of the template, with None for a
    missing key. A record fits its schema but for the values in the columns ``failing`` of its row. ``non_ascii`` contains all
    their characters outside ASCII, and possibly others.
    """

    numbers: list[int]
    columns: list[list[Any]]
    failing: dict[int, list[int]]
    non_ascii: str


class _Doubts(NamedTuple):
    """Rows whose value is unsure, and rows whose value does not fit its schema, each with the column."""

    unsure: set[int]
    failing: dict[int, list[int]]

    def fails(self, row: int, place: int) -> None:
        self.failing.setdefault(row, []).append(place)


def values(kind: Kind, table: Table, row: int) -> dict[str, Any]:
    """Return the values of a row as a mapping."""
    template = of_kind(kind)
    return _values(template.slots, [column[row] for column in table.columns]) if template is not None else {}


def _values(slots: tuple[Slot, ...], row: Sequence[Any]) -> dict[str, Any]:
    found = ((key, _values(below, row) if below else row[place]) for key, place, below in slots)
    return {key: value for key, value in found if value is not None}


def read(kind: Kind, datas: Sequence[bytes]) -> Table:
    """Return the records of ``datas`` that the column parser can read with certainty."""
    template, (bodies, non_ascii) = of_kind(kind), fast_parser.bodies(datas)
    if template is None:
        return Table([], [], {}, non_ascii)
    match = template.expression.fullmatch
    matches = [(number, found) for number, text in enumerate(bodies) if text is not None and (found := match(text)) is not None]
    rows = [found.group(*template.sources) for _, found in matches]
    columns: list[list[Any]] = list(map(list, zip(*rows, strict=True))) or [[] for _ in template.sources]
    for place, constant in template.constants.items():
        columns[place] = [constant] * len(rows)
    doubts = _Doubts(set(), {})
    for text in template.texts:
        columns[text.place] = _read_texts(columns[text.place], text, doubts)
    at = len(template.places)
    for words in template.lists:
        _read_lists(columns[words.place], columns[at], words, doubts)
        at += 1
    for place, fits in template.others:
        _read_others(columns[place], columns[at], fits, place, doubts)
        at += 1
    for place, fits in template.numbers:
        _read_numbers(columns[place], fits, place, doubts)
    del columns[len(template.places) :]
    numbers, failing = [number for number, _ in matches], doubts.failing
    if doubts.unsure:
        sure = [row for row in range(len(rows)) if row not in doubts.unsure]
        failing = {new: failing[row] for new, row in enumerate(sure) if row in failing}
        numbers, columns = [numbers[row] for row in sure], [[column[row] for row in sure] for column in columns]
    return Table(numbers, columns, failing, non_ascii)


def _read_texts(sources: list[Any], text: Text, doubts: _Doubts) -> list[Any]:
    """Return the texts of the sources."""
    if None in sources:
        given = [row for row, source in enumerate(sources) if source is not None]
        among = _Doubts(set(), {})
        read = dict(zip(given, _read_texts([sources[row] for row in given], text, among), strict=True))
        doubts.unsure.update(given[at] for at in among.unsure)
        for at in among.failing:
            doubts.fails(given[at], text.place)
        return [read.get(row) for row in range(len(sources))]
    whole = "\n".join(sources)
    if text.fold in whole:
        sources = [source.replace(text.fold, " ") if "\n" in source else source for source in sources]
    if ":" in whole or "#" in whole or not _PERHAPS_OTHER.isdisjoint([source[0] for source in sources]):
        sources = [_text(each) if each[0] in _PERHAPS_OTHER or ":" in each or "#" in each else each for each in sources]
    short = [each for each in sources if len(each) < SHORT]
    if not WORDS.isdisjoint(short):
        doubts.unsure.update(row for row, each in enumerate(sources) if each in WORDS)
    fits = text.fits or _is_given
    if not (schemas.sentinels().isdisjoint(short) if text.fits is None else all(map(fits, sources))):
        for row, each in enumerate(sources):
            if not fits(each):
                doubts.fails(row, text.place)
    return sources


def _is_given(text: str) -> bool:
    return text not in schemas.sentinels()


def _read_others(sources: list[Any], others: list[Any], fits: Validator, place: int, doubts: _Doubts) -> None:
    """Put texts where values of another form belong into the column."""
    for row, raw in enumerate(others):
        if raw is not None:
            sources[row] = text = _text(raw) if raw[0] in _PERHAPS_OTHER or ":" in raw or "#" in raw else raw
            if text in WORDS:
                doubts.unsure.add(row)
            elif not fits(text):
                doubts.fails(row, place)


def _read_lists(sources: list[Any], others: list[Any], words: Words, doubts: _Doubts) -> None:
    """Replace each source by its list."""
    place, dash, items, fits, words_fit, known = words
    for row, raw in enumerate(sources):
        if raw is not None and len(raw) < SHORT and raw in known:
            sources[row] = known[raw]
        # Most items are one line that begins with a letter and has no space at either end. A character that cannot begin a
        # word precedes "A" in ASCII, or does not occur in such a source (see _NO_WORD).
        elif (
            raw is not None
            and raw.count("\n") == len(found := raw.split(dash)[1:])
            and min(found) >= "A"
            and " \n" not in raw
            and raw[-1] != " "
        ):
            sources[row] = found
            if not words_fit(found):
                if not WORDS.isdisjoint(found):
                    doubts.unsure.add(row)
                doubts.fails(row, place)
            elif len(raw) < SHORT and len(known) < _MANY:
                known[raw] = found
        elif (other := raw or others[row]) is not None:
            sources[row] = read = _list(other, dash, items)
            if read is None:
                doubts.unsure.add(row)
            elif not fits(read):
                if set(map(type, read)) - {str}:
                    doubts.unsure.add(row)
                doubts.fails(row, place)


def _read_numbers(sources: list[Any], fits: Validator, place: int, doubts: _Doubts) -> None:
    """Replace each source by its number."""
    for row, raw in enumerate(sources):
        if raw is not None:
            sources[row] = number = float(raw) if "." in raw else int(raw)
            if not fits(number):
                doubts.fails(row, place)


def _text(raw: str) -> str:
    """Return the text of an unfolded plain or single-quoted source; an unsure text if YAML may not read it as text."""
    if raw[0] == "'":
        if raw[-1] != "'" or len(raw) == 1 or "'" in (inside := raw[1:-1]).replace("''", ""):
            return _UNSURE
        return inside.replace("''", "'")
    if (
        (":" in raw and (": " in raw or raw[-1] == ":"))
        or ("#" in raw and " #" in raw)
        or (raw[0] in _PERHAPS_OTHER and _NUMBER.match(f"{raw}\n"))
    ):
        return _UNSURE
    return raw


def _list(raw: str, dash: str, items: re.Pattern[str]) -> list[Any] | None:
    """Return the list of a source that begins at the line break before its first dash; None if it is not such a list."""
    if raw == " []":
        return []
    if not items.fullmatch(raw):
        return None
    indent = dash[:-2]
    try:
        return fast_parser.items(raw[len(indent) :].replace(indent, "\n") + "\n", len(indent) // 2 + 2)
    except Unsure:
        return None
