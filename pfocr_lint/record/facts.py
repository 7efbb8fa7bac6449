"""
The facts of records for rules that compare records. Facts are small: those of 100,000 records fit in memory.

Texts that are only compared are stored as checksums; a rule that finds a difference opens the few records concerned. Facts are
named tuples, because processes exchange 100,000 of them as plain tuples.
"""

from __future__ import annotations

import sys
import unicodedata
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from itertools import chain, repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pfocr_lint.dataclass import dataclass, made
from pfocr_lint.record import derived
from pfocr_lint.record.binomials import binomials
from pfocr_lint.record.document import Record
from pfocr_lint.record.mention_table import Table, spelled
from pfocr_lint.record.values import Values, names_of
from pfocr_lint.schema.kinds import FIGURES, Kind

if TYPE_CHECKING:
    from pfocr_lint.record.document import Record

# The fields in which the figures of one paper must agree.
PAPER = ("papertitle", "reftext", "year", "doi", "journal_title", "journal_nlm_ta")

_PAPER = tuple(f"/{field}" for field in PAPER)


class FigureFacts(NamedTuple):
    """
    The facts of a figure: its identifiers (None where they cannot be used), its organisms, and checksums.

    ``paper`` has four bytes for each field of :data:`PAPER`, 0 for an empty field. ``keywords`` has four bytes for each keyword
    of the JSON-LD block; None if the keywords are not a list of texts, or are not compared. ``mentioned`` are names in the titles
    that may be an organism's, where organisms is ``NA`` alone.
    """

    path: str
    figid: str | None
    alias: str | None
    redirect: str | None
    pmcid: str | None
    organisms: tuple[str, ...]
    paper: bytes
    keywords: bytes | None
    mentioned: tuple[str, ...] = ()


class PageFacts(NamedTuple):
    """The facts of an organism page: its latin name."""

    path: str
    latin: str | None


class TableFacts(NamedTuple):
    """The facts of a mention table: its figure, its sort, and four bytes for each word that belongs among the keywords."""

    path: str
    figid: str
    sort: str
    words: bytes


Facts: TypeAlias = FigureFacts | PageFacts | TableFacts


@dataclass(frozen=True)
class Repository:
    """
    The facts of the records below one root, each list sorted by path.

    ``look_up`` gives the latin names of the organism pages; none where the site has none or they are not needed. Given names that
    all have a page, it may leave out others. ``fresh`` are the paths of files that the diff touches: of two records that clash,
    the fresh one is reported. ``open`` reads a record again, for what its facts do not hold. ``whole`` says that these are all
    records, not single files or those of a diff.
    """

    figures: tuple[FigureFacts, ...]
    pages: tuple[PageFacts, ...]
    tables: tuple[TableFacts, ...]
    look_up: Callable[[Set[str]], Set[str]]
    open: Callable[[str], Record]
    fresh: frozenset[str] = frozenset()
    whole: bool = False

    @property
    def paths(self) -> list[str]:
        """All files."""
        return list(map(attrgetter("path"), chain(self.figures, self.pages, self.tables)))


def facts_of(record: Values, *, keywords: bool = True) -> Facts | None:
    """
    Return the facts of a record; None if its kind is not compared, or if it cannot be read and is not a figure.

    Without ``keywords`` the checksums of the keywords are left out.
    """
    if isinstance(record, Record) and record.kind is Kind.TABLE and not record.faults:
        return _table_facts(record)
    if record.data is None:  # an unreadable figure still counts as an existing file
        is_figure = record.kind in FIGURES and record.faults
        return FigureFacts(record.path, None, None, None, None, (), b"", None) if is_figure else None
    if record.kind is Kind.ORGANISM:
        return PageFacts(record.path, record.usable("/latin"))
    if record.kind not in FIGURES:
        return None
    compared = keywords and _KEYWORDS not in record.invalid
    return _figure_facts(record, record.value(_KEYWORDS) if compared else None)


def _figure_facts(record: Values, keywords: Any) -> FigureFacts:
    usable, organisms = record.usable, names_of(record.value("/organisms")) if "/organisms" not in record.invalid else []
    titles = [usable(f"/{key}") or "" for key in _TITLES] if organisms == _NONE else ()
    return FigureFacts(
        path=record.path,
        figid=usable("/figid"),
        alias=(None if record.agrees else derived.alias(record)) or usable("/figid_alias"),
        redirect=usable("/redirect_from"),
        pmcid=usable("/pmcid"),
        organisms=tuple(map(sys.intern, organisms)),
        paper=checksums([usable(key) or "" for key in _PAPER]),
        keywords=checksums(spelled(keywords)) if isinstance(keywords, list) and {*map(type, keywords)} <= {str} else None,
        mentioned=binomials(*titles),
    )


_KEYWORDS = "/schema-jsonld/keywords"
_NONE = ["NA"]  # of organisms: none is known
_TITLES = ("figtitle", "papertitle")
# The fields from which facts are computed, as keys of a template's places.
_IDENTIFIERS = ("figid", "figid_alias", "redirect_from", "pmcid")
KEYS = (*_IDENTIFIERS, "organisms", "schema-jsonld/keywords", "figtitle", *PAPER)


def usable_value(key: str, value: Any, *, is_invalid: bool) -> Any:
    """Return what counts of a value that fails its schema, in the column of one of the :data:`KEYS`."""
    if key == "organisms":
        return [] if is_invalid else names_of(value)
    if key == "schema-jsonld/keywords":
        return value if isinstance(value, list) and {*map(type, value)} <= {str} else None
    text = value if isinstance(value, str) and not is_invalid else None
    return text if key in _IDENTIFIERS else text or ""


def sound_facts(paths: Sequence[str], columns: Sequence[Sequence[Any]], *, keywords: bool = True) -> Iterator[FigureFacts]:
    """
    Yield the facts of figures whose fields agree, from the columns of :data:`KEYS`, in which :func:`usable_value` is applied.

    Without ``keywords`` the checksums of the keywords are left out, which halves the time.
    """
    figids, aliases, redirects, pmcids, organisms, words, figtitles, *papers = columns
    names = [tuple(map(sys.intern, each)) for each in organisms]
    whole, width = checksums(chain.from_iterable(zip(*papers, strict=True))), 4 * len(papers)
    sums = [whole[at : at + width] for at in range(0, len(whole), width)]
    theirs = (None if each is None else checksums(spelled(each)) for each in words) if keywords else repeat(None)
    titles = zip(organisms, figtitles, papers[0], strict=True)
    mentioned = [binomials(figtitle, papertitle) if each == _NONE else () for each, figtitle, papertitle in titles]
    return made(FigureFacts, paths, figids, aliases, redirects, pmcids, names, sums, theirs, mentioned)


def _table_facts(record: Record) -> TableFacts:
    table = Table(record)
    return TableFacts(record.path, table.figid, table.sort, checksums(table.words()))


def checksums(texts: Iterable[str]) -> bytes:
    """Return the CRC-32 of each text, four bytes each; 0 for an empty text."""
    given = list(texts)
    whole = "\n".join(given)
    if whole.count("\n") == len(given) - 1:  # true for most records; encoding all texts at once takes a third of the time
        return array("I", map(zlib.crc32, whole.encode("utf-8", "surrogatepass").split(b"\n"))).tobytes()
    return array("I", [zlib.crc32(text.encode("utf-8", "surrogatepass")) for text in given]).tobytes()


def numbers(sums: bytes) -> array[int]:
    """Return the checksums in a fact as numbers."""
    return array("I", sums)


def folded(path: str) -> str:
    """Return a path as file systems that ignore case compare it."""
    return unicodedata.normalize("NFC", path.casefold())
