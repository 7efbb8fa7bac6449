"""What the page shows of each record beside its findings: year of the paper, journal, organisms and waivers."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from pfocr_lint.linter.listed_waivers import Listed, listed_waivers
from pfocr_lint.record import fast_parser
from pfocr_lint.record.parser import read
from pfocr_lint.record.values import names_of
from pfocr_lint.schema.kinds import FIGURES, Kind

# The three fields as the pipeline writes them, each on lines of its own; a record in any other form is parsed.
_YEAR = re.compile(rb"^year: '([0-9]{4})'\n(?=[a-z])", re.MULTILINE)
_JOURNAL = re.compile(
    rb"^journal_title: (\.na\.character|[A-Z][A-Za-z]{3,}(?:[ ,.&()-]{1,2}[A-Za-z]+)*\)?)\n(?=[a-z])", re.MULTILINE
)
_ORGANISMS = re.compile(rb"^organisms:\n((?:- (?:NA|[A-Z][a-z]+(?: [a-z]+)+)\n)+)(?=[a-z])", re.MULTILINE)


class Card(NamedTuple):
    """A record: texts are '' where they are not known, ``is_figure`` says that the record is one."""

    is_figure: bool
    year: str = ""
    journal: str = ""
    organisms: tuple[str, ...] = ()
    waivers: tuple[Listed, ...] = ()


def card(path: str, data: bytes, kind: Kind | None) -> Card:
    """The card of a record. One that YAML cannot read has the texts of its entries in the pipeline's own form, or none."""
    waivers = tuple(listed_waivers(path, data, kind) or ())
    if kind is not None and kind not in FIGURES:
        return Card(is_figure=False, waivers=waivers)
    found = [expression.findall(data) for expression in (_YEAR, _JOURNAL, _ORGANISMS)]
    if all(len(each) == 1 for each in found):
        year, journal, organisms = (each[0].decode() for each in found)
        names = tuple(line.removeprefix("- ") for line in organisms.splitlines())
        return Card(is_figure=True, year=year, journal=_text(journal), organisms=names, waivers=waivers)
    values = fast_parser.read(data)
    if values is None:  # in another form
        record = read(path, data, kind)
        if record.kind not in FIGURES:
            return Card(is_figure=False, waivers=waivers)
        values = record.data or {}
    names = tuple(dict.fromkeys(names_of(values.get("organisms"))))
    year, journal = _text(values.get("year")), _text(values.get("journal_title"))
    return Card(is_figure=True, year=year, journal=journal, organisms=names, waivers=waivers)


def _text(value: Any) -> str:
    """A value as text; '' for what is none, as R's missing text."""
    return value.strip() if isinstance(value, str) and value != ".na.character" else ""
