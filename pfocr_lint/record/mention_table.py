"""Mention tables: tab-separated values without quotes, one header line, ``NA`` for a missing value."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from pfocr_lint.dataclass import dataclass
from pfocr_lint.lazy_import import expression, pathlib
from pfocr_lint.record.characters import INVISIBLE
from pfocr_lint.schema import schemas
from pfocr_lint.schema.kinds import Kind

if TYPE_CHECKING:
    from pfocr_lint.record.document import Record

SORTS = ("genes", "chemicals", "diseases")
MOST_LINES = 100_000  # enough for 1 MiB of lines with 5 or more fields; the rest is read as one line
_SPACES = expression(r"[ ]{2,}|[ ]*[\t\r\n][ \t\r\n]*")
_WORD = {"genes": "ncbigene_symbol", "chemicals": "word", "diseases": "word"}


@dataclass(frozen=True)
class Table:
    """The rows of a mention table, read from its record's text."""

    record: Record

    @cached_property
    def _stem(self) -> tuple[str, str]:
        figid, _, sort = pathlib.PurePath(self.record.path).stem.rpartition("-")
        return figid, sort

    @property
    def figid(self) -> str:
        """The figure that the table belongs to."""
        return self._stem[0]

    @property
    def sort(self) -> str:
        """``genes``, ``chemicals`` or ``diseases``."""
        return self._stem[1]

    @property
    def columns(self) -> list[str]:
        """The column names that the schema requires."""
        return list(schemas.load(Kind.TABLE)["$defs"][self.sort]["items"]["properties"])

    @property
    def lines(self) -> list[list[str]]:
        """The fields of every line, the header first; cached in the record, because several rules use them."""
        kept = self.record.derived
        if "table" not in kept:
            kept["table"] = self._lines()
        found: list[list[str]] = kept["table"]
        return found

    def _lines(self) -> list[list[str]]:
        text = self.record.text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        return [line.split("\t") for line in text.removesuffix("\n").split("\n", MOST_LINES)] if text else []

    def words(self) -> list[str]:
        """Return the words that belong in the figure's keywords: gene symbols, chemicals or diseases, in order, each once."""
        column = _WORD[self.sort]
        if not self.lines or column not in self.lines[0]:
            return []
        at = self.lines[0].index(column)
        found = spelled(line[at] for line in self.lines[1:] if len(line) > at)
        return list(dict.fromkeys(word for word in found if word not in ("NA", "") and word not in schemas.sentinels()))


def spelled(words: Iterable[str]) -> list[str]:
    """Return words in the spelling in which tables and keywords are compared and keywords written (PF306, PF307, PF309)."""
    trimmed = list(map(str.strip, words))
    whole = "\v".join(trimmed)  # one check of all words instead of one for each; it nearly always succeeds
    if whole.isascii() and "  " not in whole and "\n" not in whole and "\t" not in whole and "\r" not in whole:
        return trimmed
    return list(map(_spelled, trimmed))


def _spelled(word: str) -> str:
    return unicodedata.normalize("NFC", INVISIBLE.sub("", _SPACES.sub(" ", word)))
