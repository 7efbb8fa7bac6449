"""
The cache of checked records: for each the hash of its bytes, its size and times, its facts, and what was found in it.

A record with the same size, times and inode is not opened; one with the same hash, as in a fresh clone, is not checked. Facts are
kept so that the rules that compare records stay right when other records change. What the comparison found is kept for the next
run over the same records.

One file holds one state of a repository for one set of rules, schemas and settings: a line of JSON, then columns, each with its
length and checksum. It is data, never executed. It is written to a second file and renamed; a file that is broken, of another
program or cannot be written is ignored. A run over fewer than half of the known records leaves the file as it is, one over more
replaces it, so it is as large as the repository needs: about 300 bytes a clean record, and 500 one of the real database.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from pfocr_lint.lazy_import import expression, hashlib, pathlib
from pfocr_lint.packed import RECORDS, Block, Packed, pack
from pfocr_lint.record.facts import Facts, FigureFacts, PageFacts, TableFacts
from pfocr_lint.result import Result
from pfocr_lint.schema.schemas import folder as schemas
from pfocr_lint.version import __version__
from pfocr_lint.workspace.paths import relative
from pfocr_lint.workspace.stamps import NONE_KNOWN, STAMP, as_bytes, as_numbers, stamp_of

if TYPE_CHECKING:
    from pfocr_lint.settings.model import Settings

KEPT = 20  # files in a folder: of other repositories, settings and versions
# For fewer records, reading and writing the cache takes longer than it saves.
WORTH_A_CACHE = 300
# A file that was written so shortly before it was read may change again without a new time or size.
RACY = 2_000_000_000
_MAGIC = "pfocr-lint cache 2"
_NONE, _AND = "\1", "\2"  # stand for None, and between organisms
_TEXTS = 6  # columns of texts: four single ones, the organisms, and the names in the titles
_CONTROL = expression("[\0-\2]")
_OURS = expression(r"[0-9a-f]{32}\.cache(?:\.[0-9]+)?")  # the names of our files
_LIBRARIES = ("ftfy-", "jsonschema-", "pyyaml-")


class Row(NamedTuple):
    """
    A record: the SHA-256 of its bytes, empty where it must not be kept, its facts, and what was found in it.

    ``left`` are its diagnostics, ``waived`` the codes of the waived findings. ``until`` is the last day (``YYYY-MM-DD``) on which
    the waivers waive the same; None for ever.
    """

    digest: bytes
    facts: Facts | None
    left: Packed | None = None
    waived: tuple[str, ...] = ()
    until: str | None = None


class Compared(NamedTuple):
    """What the comparison of records found in one: its diagnostics, and the codes of the waived findings."""

    left: Packed | None
    waived: tuple[str, ...]


@cache
def program() -> str:
    """A hash of what decides which records are clean, except the settings: this program, its schemas, and its libraries."""
    whole = hashlib.sha256(f"{__version__} {sys.version}".encode())
    package = pathlib.Path(__file__).parent.parent
    for path in sorted([*package.rglob("*.py"), *schemas().glob("*.json")]):
        whole.update(path.read_bytes())
    for folder in sys.path:
        found = sorted(path.name for path in pathlib.Path(folder).glob("*.dist-info") if path.name.lower().startswith(_LIBRARIES))
        whole.update(" ".join(found).encode())
    return whole.hexdigest()


def key_of(settings: Settings, base: str, home: str, *, keywords: bool = True) -> str:
    """
    The name of the cache for some settings and the records below a folder.

    ``home`` distinguishes repositories in one cache folder; ``keywords`` says that the figures' facts hold checksums of keywords.
    """
    root = relative(settings.root, base) if settings.root is not None else None
    ruled = (
        sorted(settings.enabled.items()), settings.per_file_ignores, settings.exclude, settings.organisms,
        sorted(settings.synonyms.items()), settings.waivers, root,
    )  # fmt: skip
    return hashlib.sha256(f"{program()} {ruled} {home} {keywords}".encode()).hexdigest()[:32]


def default_folder() -> str:
    """
    The user's cache folder.

    The cache is never in the repository: a pull request could bring one that calls its records clean.
    """
    home = pathlib.Path("~").expanduser()
    if sys.platform == "win32":
        return str(pathlib.Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local", "pfocr-lint", "Cache"))
    if sys.platform == "darwin":
        return str(home / "Library" / "Caches" / "pfocr-lint")
    return str(pathlib.Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache", "pfocr-lint"))


class Cache:
    """The records of an earlier run, by key: a record's path below the repository's folder."""

    def __init__(self, folder: str, key: str) -> None:
        self.file = pathlib.Path(folder, f"{key}.cache")
        self._key = key
        self._started = time.time_ns()
        self._head: dict[str, Any] = {}
        self._blobs: dict[str, bytes] = {}
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            self._read()

    def _read(self) -> None:
        data = memoryview(self.file.read_bytes())
        first = bytes(data[: 1 << 12]).partition(b"\n")[0]
        checksum, _, line = first.partition(b" ")
        head = json.loads(line)
        if head["is"] != _MAGIC or head["key"] != self._key or int(checksum) != zlib.crc32(line):
            return
        at, blobs = len(first) + 1, {}
        for name, length, checksum in head["columns"]:
            blobs[name] = bytes(data[at : at + length])
            if len(blobs[name]) != length or zlib.crc32(blobs[name]) != checksum:
                return
            at += length
        self._blobs, self._head = blobs, head

    @cached_property
    def keys(self) -> list[str]:
        """The keys of the records, in the order of their rows."""
        return _split(self._blobs.get("keys", b""))

    @cached_property
    def stamps(self) -> bytes:
        """The stamps of the records, in 32 bytes each."""
        return self._blobs.get("stamps", b"")

    @property
    def compared(self) -> str | None:
        """A name for exactly these records, as they were shown, whose comparison is kept; None where there is none."""
        found = self._head.get("compared")
        return found if isinstance(found, str) else None

    @cached_property
    def found_by_comparison(self) -> dict[int, Compared]:
        """What the comparison of exactly these records found, by the place of the record."""
        places, waived = as_numbers(self._blobs.get("late", b"")), _split(self._blobs.get("late_waived", b""))
        return {
            place: Compared(self._packed(block, number, "", "u"), _codes(codes))
            for (place, block, number), codes in zip(zip(*[iter(places)] * 3, strict=True), waived, strict=True)
        }

    @cached_property
    def untils(self) -> dict[int, str]:
        """The last day on which a record's waivers waive the same, for the records whose waivers end."""
        return {place: until for place, until in enumerate(_split(self._blobs.get("untils", b""))) if until}

    @cached_property
    def offers(self) -> str:
        """For each record a letter: the fixes that its diagnostics offer (see packed.offers), ``-`` without a diagnostic."""
        return self._blobs.get("offers", b"").decode()

    @property
    def has_waived(self) -> bool:
        """Whether a record has waived findings."""
        return bool(self._blobs.get("waived", b"").strip(b"\0"))

    @cached_property
    def _blocks(self) -> list[Block]:
        ends, records = as_numbers(self._blobs["block_ends"]), as_numbers(self._blobs["block_records"])
        whole = self._blobs["blocks"]
        return [Block(whole[a:b], n) for a, b, n in zip([0, *ends], ends, records, strict=False)]

    def _packed(self, block: int, number: int, path: str, offers: str) -> Packed | None:
        return Packed(self._blocks[block], number, path, offers) if block >= 0 else None

    @cached_property
    def _found(self) -> tuple[array[int], list[str]]:
        return as_numbers(self._blobs["found"]), _split(self._blobs["waived"])

    def row(self, place: int, path: str) -> Row:
        """A known record."""
        return Row(self.digest(place), self.facts(place, path), *self._of(place, path), self.untils.get(place))

    def found(self, place: int, path: str) -> Result | None:
        """What was found in a known record; None for nothing."""
        left, waived = self._of(place, path)
        return None if left is None and not waived else Result(path, left or (), waived=waived)

    def _of(self, place: int, path: str) -> tuple[Packed | None, tuple[str, ...]]:
        numbers, waived = self._found
        left = self._packed(numbers[2 * place], numbers[2 * place + 1], path, self.offers[place])
        return left, _codes(waived[place])

    @cached_property
    def line_ends(self) -> bytes:
        """For each record a byte: on which answer of Git its result depends (see git_line_ends.digest_of)."""
        return self._blobs.get("digests", b"")[31::32]

    def digest(self, place: int) -> bytes:
        """What identifies a record's result; empty where none is known."""
        return self._blobs["digests"][32 * place : 32 * place + 32]

    @cached_property
    def _columns(self) -> tuple[bytes, list[str], bytes, array[int], bytes]:
        return (
            self._blobs["sorts"], _split(self._blobs["texts"]), self._blobs["papers"],
            as_numbers(self._blobs["ends"]), self._blobs["sums"],
        )  # fmt: skip

    def facts(self, place: int, path: str) -> Facts | None:
        """The facts of a known record."""
        sorts, texts, papers, ends, sums = self._columns
        sort = sorts[place : place + 1]
        a, b, c, d, *lists = [None if text == _NONE else text for text in texts[_TEXTS * place : _TEXTS * (place + 1)]]
        rest = sums[ends[place - 1] if place else 0 : ends[place]]
        if sort in b"Ff":  # the small letter: without keywords
            names, mentioned = (tuple(map(sys.intern, filter(None, (each or "").split(_AND)))) for each in lists)
            sums = papers[24 * place : 24 * place + 24]
            return FigureFacts(path, a, b, c, d, names, sums, rest if sort == b"F" else None, mentioned)
        if sort == b"P":
            return PageFacts(path, a)
        return TableFacts(path, a or "", b or "", rest) if sort == b"T" else None

    def settled(self, now: array[int]) -> bytes:
        """Stamps to keep: without those of files that may be written again without a new stamp."""
        latest = self._started - RACY
        kept = now[:]
        for number, times in enumerate(zip(now[1::STAMP], now[2::STAMP], strict=True)):
            if max(times) >= latest:
                kept[STAMP * number : STAMP * number + STAMP] = array("q", NONE_KNOWN)
        return as_bytes(kept)

    def restamp(self, stamps: bytes) -> None:
        """Write the same records with other stamps, if these changed."""
        if stamps != self.stamps:
            self._write({**self._blobs, "stamps": stamps}, self.compared)

    def write(
        self, keys: Sequence[str], stamps: bytes, rows: Iterable[Row], compared: str | None, late: Mapping[str, Compared]
    ) -> None:
        """Replace the known records by these, and what their comparison found, by key (only where ``compared`` names it)."""
        blobs, kept_all = _encoded(keys, stamps, rows, late)
        self._write(blobs, compared if kept_all else None)

    def _write(self, blobs: Mapping[str, bytes], compared: str | None) -> None:
        columns = [(name, len(blob), zlib.crc32(blob)) for name, blob in blobs.items()]
        head = json.dumps({"is": _MAGIC, "key": self._key, "compared": compared, "columns": columns}).encode()
        beside = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with beside.open("wb") as file:
                    file.writelines([b"%d %s\n" % (zlib.crc32(head), head), *blobs.values()])
                beside.replace(self.file)
            finally:
                beside.unlink(missing_ok=True)
            ours = [path for path in self.file.parent.iterdir() if _OURS.fullmatch(path.name)]
            for old in sorted(ours, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
                old.unlink()


class _Blocks:
    """The blocks that the rows to be kept refer to."""

    def __init__(self) -> None:
        self._places: dict[Block, int] = {}

    def place(self, left: Packed | None) -> tuple[int, int]:
        """The block's number and the record's in it; -1 twice for none."""
        if left is None:
            return -1, -1
        return self._places.setdefault(left.block, len(self._places)), left.number

    def columns(self) -> dict[str, bytes]:
        ends = array("q", accumulate(len(block.data) for block in self._places))
        return {
            "blocks": b"".join(block.data for block in self._places), "block_ends": as_bytes(ends),
            "block_records": as_bytes(array("q", [block.records for block in self._places])),
        }  # fmt: skip


def _encoded(
    keys: Sequence[str], stamps: bytes, rows: Iterable[Row], late: Mapping[str, Compared]
) -> tuple[dict[str, bytes], bool]:
    """The columns of some rows, and whether all are in them: a record whose texts hold a separator is left out."""
    kept, digests, known, sorts, texts, papers, ends, sums = [], [], [], [], [], [], array("q"), []
    found, waived, untils, offers, blocks = array("q"), [], [], [], _Blocks()
    end = 0
    for number, (key, row) in enumerate(zip(keys, compacted(rows), strict=True)):
        facts = row.facts
        sort, fields, paper, rest = _parts(facts)
        names, mentioned = (facts.organisms, facts.mentioned) if isinstance(facts, FigureFacts) else ((), ())
        whole = "".join((key, *(field for field in fields if field), *names, *mentioned))
        if not row.digest or _CONTROL.search(whole) or "" in names:
            continue
        kept.append(key)
        digests.append(row.digest)
        known.append(stamp_of(stamps, number))
        sorts.append(sort)
        single = [_NONE if field is None else field for field in fields]
        texts += [*single, *[_NONE] * (_TEXTS - 2 - len(single)), _AND.join(names), _AND.join(mentioned)]
        papers.append(paper.ljust(24, b"\0"))
        sums.append(rest)
        end += len(rest)
        ends.append(end)
        found.extend(blocks.place(row.left))
        waived.append(_AND.join(row.waived))
        untils.append(row.until or "")
        offers.append("-" if row.left is None else row.left.offers)
    places = {key: place for place, key in enumerate(kept)} if late else {}
    lates = {places[key]: each for key, each in late.items() if key in places}
    columns = {
        "keys": _join(kept), "digests": b"".join(digests), "stamps": b"".join(known), "sorts": b"".join(sorts),
        "texts": _join(texts), "papers": b"".join(papers), "ends": as_bytes(ends), "sums": b"".join(sums),
        "found": as_bytes(found), "waived": _join(waived), "untils": _join(untils), "offers": "".join(offers).encode(),
        "late": as_bytes(array("q", [n for place, each in lates.items() for n in (place, *blocks.place(each.left))])),
        "late_waived": _join(_AND.join(each.waived) for each in lates.values()),
    }  # fmt: skip
    return {**columns, **blocks.columns()}, len(kept) == len(keys)


def compacted(rows: Iterable[Row]) -> list[Row]:
    """The rows; with new blocks, where less than half of what the old ones hold is still wanted."""
    given = list(rows)
    blocks = {row.left.block: row.left.block.records for row in given if row.left is not None}
    with_left = [(number, row.left) for number, row in enumerate(given) if row.left is not None]
    if sum(blocks.values()) <= 2 * len(with_left) + RECORDS:
        return given
    for at in range(0, len(with_left), RECORDS):
        part = with_left[at : at + RECORDS]
        block = pack([left for _, left in part])
        for place, (number, left) in enumerate(part):
            given[number] = given[number]._replace(left=Packed(block, place, "", left.offers))
    return given


def _codes(joined: str) -> tuple[str, ...]:
    return tuple(joined.split(_AND)) if joined else ()


def _parts(facts: Facts | None) -> tuple[bytes, tuple[str | None, ...], bytes, bytes]:
    """Facts as the columns hold them: a letter for their sort, texts, the checksums of the paper, and other checksums."""
    if isinstance(facts, FigureFacts):
        sort = b"f" if facts.keywords is None else b"F"
        texts = (facts.figid, facts.alias, facts.redirect, facts.pmcid)
        return sort, texts, facts.paper, facts.keywords or b""
    if isinstance(facts, PageFacts):
        return b"P", (facts.latin,), b"", b""
    return (b"T", (facts.figid, facts.sort), b"", facts.words) if isinstance(facts, TableFacts) else (b"-", (), b"", b"")


def _join(texts: Iterable[str]) -> bytes:
    return "".join(f"{text}\0" for text in texts).encode("utf-8", "surrogatepass")


def _split(data: bytes) -> list[str]:
    return data.decode("utf-8", "surrogatepass").split("\0")[:-1]
