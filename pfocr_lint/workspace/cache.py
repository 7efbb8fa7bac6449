"""
The cache of clean records: for each the hash of its bytes, its size and times, and its facts.

A record with the same size, times and inode is not opened; one with the same hash, as in a fresh clone, is not checked. Facts are
kept so that the rules that compare records stay right when other records change.

One file holds one state of a repository for one set of rules, schemas and settings: a line of JSON, then columns, each with its
length and checksum. It is data, never executed. It is written to a second file and renamed; a file that is broken, of another
program or cannot be written is ignored. A run over fewer than half of the known records leaves the file as it is, one over more
replaces it, so it is as large as the repository needs: about 300 bytes a record.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import sys
import time
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from pfocr_lint.lazy_import import expression, hashlib, pathlib
from pfocr_lint.record.facts import Facts, FigureFacts, PageFacts, TableFacts
from pfocr_lint.schema.schemas import folder as schemas
from pfocr_lint.version import __version__

if TYPE_CHECKING:
    from pfocr_lint.settings.model import Settings

KEPT = 20  # files in a folder: of other repositories, settings and versions
# For fewer records, reading and writing the cache takes longer than it saves.
WORTH_A_CACHE = 300
# A file that was written so shortly before it was read may change again without a new time or size.
RACY = 2_000_000_000
_MAGIC = "pfocr-lint cache 1"
_NONE, _AND = "\1", "\2"  # stand for None, and between organisms
_CONTROL = expression("[\0-\2]")
_OURS = expression(r"[0-9a-f]{32}\.cache(?:\.[0-9]+)?")  # the names of our files
_LIBRARIES = ("ftfy-", "jsonschema-", "pyyaml-")


class Row(NamedTuple):
    """A clean record: the SHA-256 of its bytes, empty where it must not be kept, and its facts."""

    digest: bytes
    facts: Facts | None


# A stamp identifies an unchanged file: its size in bytes, mtime and ctime in nanoseconds, and its inode.
STAMP = 4  # numbers,
_WIDTH = 8 * STAMP  # and bytes
_NONE_KNOWN = (-1, -1, -1, -1)


def stamps_of(paths: Iterable[str]) -> array[int]:
    """The stamps of some files, one after the other; -1 four times for a link, whose stamp does not change with its target."""
    found = array("q")
    for path in paths:
        try:
            status = os.lstat(path)
            regular = stat.S_ISREG(status.st_mode)
        except (OSError, ValueError):
            regular = False
        found.extend((status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino) if regular else _NONE_KNOWN)
    return found


@cache
def _program() -> str:
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
    root = os.path.relpath(settings.root, base) if settings.root is not None else None
    ruled = (
        sorted(settings.enabled.items()), settings.per_file_ignores, settings.exclude, settings.organisms,
        sorted(settings.synonyms.items()), settings.waivers, root,
    )  # fmt: skip
    return hashlib.sha256(f"{_program()} {ruled} {home} {keywords}".encode()).hexdigest()[:32]


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
    """The clean records of an earlier run, by key: a record's path below the repository's folder."""

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
    def silent(self) -> bool:
        """Whether the comparison of exactly these records found nothing."""
        return self._head.get("silent") is True

    def digest(self, place: int) -> bytes:
        """The hash of a record's bytes; empty where none is known."""
        return self._blobs["digests"][32 * place : 32 * place + 32]

    @cached_property
    def _columns(self) -> tuple[bytes, list[str], bytes, array[int], bytes]:
        return (
            self._blobs["sorts"], _split(self._blobs["texts"]), self._blobs["papers"],
            _numbers(self._blobs["ends"]), self._blobs["sums"],
        )  # fmt: skip

    def facts(self, place: int, path: str) -> Facts | None:
        """The facts of a known record."""
        sorts, texts, papers, ends, sums = self._columns
        sort = sorts[place : place + 1]
        a, b, c, d = [None if text == _NONE else text for text in texts[5 * place : 5 * place + 4]]
        rest = sums[ends[place - 1] if place else 0 : ends[place]]
        if sort in b"Ff":  # the small letter: without keywords
            names = tuple(map(sys.intern, filter(None, texts[5 * place + 4].split(_AND))))
            return FigureFacts(path, a, b, c, d, names, papers[24 * place : 24 * place + 24], rest if sort == b"F" else None)
        if sort == b"P":
            return PageFacts(path, a)
        return TableFacts(path, a or "", b or "", rest) if sort == b"T" else None

    def settled(self, now: array[int]) -> bytes:
        """Stamps to keep: without those of files that may be written again without a new stamp."""
        latest = self._started - RACY
        kept = now[:]
        for number, times in enumerate(zip(now[1::STAMP], now[2::STAMP], strict=True)):
            if max(times) >= latest:
                kept[STAMP * number : STAMP * number + STAMP] = array("q", _NONE_KNOWN)
        return _bytes(kept)

    def restamp(self, stamps: bytes, *, silent: bool) -> None:
        """Write the same records with other stamps, if anything changed."""
        if stamps != self.stamps or silent != self.silent:
            self._write({**self._blobs, "stamps": stamps}, silent=silent)

    def write(self, keys: Sequence[str], stamps: bytes, rows: Iterable[Row], *, silent: bool) -> None:
        """Replace the known records by these."""
        self._write(_encoded(keys, stamps, rows), silent=silent)

    def _write(self, blobs: Mapping[str, bytes], *, silent: bool) -> None:
        columns = [(name, len(blob), zlib.crc32(blob)) for name, blob in blobs.items()]
        head = json.dumps({"is": _MAGIC, "key": self._key, "silent": silent, "columns": columns}).encode()
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


class CachedRun:
    """The cache in one run: which of the run's records are known, and which are clean now."""

    def __init__(self, cache: Cache, keys: Sequence[str], paths: Sequence[str]) -> None:
        self._cache, self._keys, self._paths = cache, keys, paths
        self._stamps = stamps_of(paths)
        now, known = _bytes(self._stamps), cache.stamps
        whole = list(keys) == cache.keys
        places = {} if whole else {key: place for place, key in enumerate(cache.keys)}
        self._places: list[int | None] = list(range(len(keys))) if whole else list(map(places.get, keys))
        nothing = _bytes(array("q", _NONE_KNOWN))
        self.unchanged = [
            place is not None and _of(now, number) == _of(known, place) != nothing for number, place in enumerate(self._places)
        ]
        self.silent = cache.silent and whole and all(self.unchanged)
        self._clean: dict[int, Row | None] = {}

    def digest(self, number: int) -> bytes:
        """The hash that a record's bytes had; empty where none is known."""
        place = self._places[number]
        return b"" if place is None else self._cache.digest(place)

    def add(self, number: int, row: Row | None) -> None:
        """Note a clean record; None for one that is known and unchanged."""
        self._clean[number] = row

    def facts(self, number: int) -> Facts | None:
        """The facts of a record that is known."""
        place = self._places[number]
        return None if place is None else self._cache.facts(place, self._paths[number])

    @property
    def as_silent_as_before(self) -> bool:
        """Whether the same records have the same bytes, and their comparison found nothing."""
        return self._cache.silent and self._is_as_before

    @property
    def _is_as_before(self) -> bool:
        return len(self._clean) == len(self._keys) == len(self._cache.keys) and not any(self._clean.values())

    def keep(self, *, silent: bool) -> None:
        """Write the cache; ``silent`` says that no record and no comparison had a finding."""
        stamps = self._cache.settled(self._stamps)
        if self._is_as_before and list(self._keys) == self._cache.keys:
            self._cache.restamp(stamps, silent=silent)
        elif 2 * len(self._keys) >= len(self._cache.keys):
            clean = sorted(self._clean)
            self._cache.write(
                [self._keys[number] for number in clean],
                b"".join([_of(stamps, number) for number in clean]),
                (self._clean[number] or Row(self.digest(number), self.facts(number)) for number in clean),
                silent=silent and len(clean) == len(self._keys),
            )


def _encoded(keys: Sequence[str], stamps: bytes, rows: Iterable[Row]) -> dict[str, bytes]:
    """The columns of some rows. A record whose texts hold a separator is left out."""
    kept, digests, known, sorts, texts, papers, ends, sums = [], [], [], [], [], [], array("q"), []
    end = 0
    for number, (key, (digest, facts)) in enumerate(zip(keys, rows, strict=True)):
        sort, fields, paper, rest = _parts(facts)
        if not digest or _CONTROL.search("".join((key, *(field for field in fields if field)))) or "" in fields[4:]:
            continue
        kept.append(key)
        digests.append(digest)
        known.append(_of(stamps, number))
        sorts.append(sort)
        whole = [_NONE if field is None else field for field in fields[:4]]
        texts += [*whole, *[_NONE] * (4 - len(whole)), _AND.join(str(name) for name in fields[4:])]
        papers.append(paper.ljust(24, b"\0"))
        sums.append(rest)
        end += len(rest)
        ends.append(end)
    return {
        "keys": _join(kept), "digests": b"".join(digests), "stamps": b"".join(known), "sorts": b"".join(sorts),
        "texts": _join(texts), "papers": b"".join(papers), "ends": _bytes(ends), "sums": b"".join(sums),
    }  # fmt: skip


def _parts(facts: Facts | None) -> tuple[bytes, tuple[str | None, ...], bytes, bytes]:
    """Facts as the columns hold them: a letter for their sort, texts, the checksums of the paper, and other checksums."""
    if isinstance(facts, FigureFacts):
        sort = b"f" if facts.keywords is None else b"F"
        texts = (facts.figid, facts.alias, facts.redirect, facts.pmcid, *facts.organisms)
        return sort, texts, facts.paper, facts.keywords or b""
    if isinstance(facts, PageFacts):
        return b"P", (facts.latin,), b"", b""
    return (b"T", (facts.figid, facts.sort), b"", facts.words) if isinstance(facts, TableFacts) else (b"-", (), b"", b"")


def _of(stamps: bytes, number: int) -> bytes:
    """One of the stamps."""
    return stamps[_WIDTH * number : _WIDTH * number + _WIDTH]


def _join(texts: Iterable[str]) -> bytes:
    return "".join(f"{text}\0" for text in texts).encode("utf-8", "surrogatepass")


def _split(data: bytes) -> list[str]:
    return data.decode("utf-8", "surrogatepass").split("\0")[:-1]


def _bytes(numbers: array[int]) -> bytes:
    """Little endian, whatever the machine."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def _numbers(data: bytes) -> array[int]:
    numbers = array("q")
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
