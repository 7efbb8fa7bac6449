r"""
What earlier runs found clean: the hash of every such record's bytes, its size and times, and its facts.

A record whose size, times and inode are as they were need not be opened; one whose bytes have the same hash, as in a fresh
clone, need not be judged. Facts are kept so that the rules that compare records stay right when other records change.

One file holds one state of a repository for one set of rules, schemas and settings: a line of JSON, then columns, each with its
length and checksum. It is data and nothing else, written beside itself and renamed; a file that is broken, foreign or cannot
be written is as good as none. A run over less than half of the records that it knows leaves it as it is, one over more
replaces it, so it is as large as the repository: about 300 bytes a record.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import time
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, NamedTuple

from pfocr_lint import __version__
from pfocr_lint.facts import Facts, FigureFacts, PageFacts, TableFacts
from pfocr_lint.ondemand import hashlib, pathlib
from pfocr_lint.schema import folder as schemas
from pfocr_lint.settings import Settings

KEPT = 20  # files in a folder: of other repositories, settings and versions
# Reading and writing the cache costs more than it spares for fewer records.
WORTH_A_CACHE = 300
# A file written so shortly before it was read may be written again without another time or size to show for it.
RACY = 2_000_000_000
_MAGIC = "pfocr-lint cache 1"
_NONE, _AND = "\1", "\2"  # stand for None, and between organisms
_CONTROL = re.compile("[\0-\2]")
_LIBRARIES = ("ftfy-", "jsonschema-", "pyyaml-")


class Stamp(NamedTuple):
    """What tells a file that is as it was: its size in bytes, its times in nanoseconds, and its inode."""

    size: int
    changed: int
    status_changed: int
    inode: int


NO_STAMP = Stamp(-1, -1, -1, -1)


class Row(NamedTuple):
    """A clean record: what it looked like, where that is to be kept (see :func:`seen`), and its facts."""

    seen: bytes
    facts: Facts | None


class Same(NamedTuple):
    """A record that is known to be clean: its row, and its stamp where that is new."""

    place: int
    stamp: Stamp | None


def stamp(status: os.stat_result) -> Stamp:
    """The stamp of a file."""
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def seen(digest: bytes, now: Stamp) -> bytes:
    """A record's SHA-256 and its stamp, in 64 bytes: of a hundred thousand, as values they took 30 MB more."""
    return digest + _bytes(array("q", now))


def stamp_of(path: str) -> Stamp:
    """The stamp of a file, of a link its own; NO_STAMP where there is none."""
    try:
        return stamp(os.lstat(path))
    except (OSError, ValueError):
        return NO_STAMP


@cache
def _program() -> str:
    """What decides which records are clean, beside the settings: this program, its schemas, and the libraries it asks."""
    whole = hashlib.sha256(f"{__version__} {sys.version}".encode())
    package = pathlib.Path(__file__).parent
    for path in sorted([*package.rglob("*.py"), *schemas().glob("*.json")]):
        whole.update(path.read_bytes())
    for folder in sys.path:
        found = sorted(path.name for path in pathlib.Path(folder).glob("*.dist-info") if path.name.lower().startswith(_LIBRARIES))
        whole.update(" ".join(found).encode())
    return whole.hexdigest()


def key_of(settings: Settings, base: str, home: str) -> str:
    """The name of the cache that holds for some settings of the records below a folder; ``home`` tells it from others."""
    root = os.path.relpath(settings.root, base) if settings.root is not None else None
    ruled = (
        sorted(settings.enabled.items()), settings.per_file_ignores, settings.exclude, settings.organisms,
        sorted(settings.synonyms.items()), root,
    )  # fmt: skip
    return hashlib.sha256(f"{_program()} {ruled} {home}".encode()).hexdigest()[:32]


def default_folder() -> str:
    """
    Where caches are kept when nothing else is said: the user's folder for such things.

    Never in the repository: a stranger's pull request could bring a cache along that calls its records clean.
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
        head = json.loads(first)
        if head["is"] != _MAGIC or head["key"] != self._key:
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
    def _places(self) -> dict[str, int]:
        return {key: place for place, key in enumerate(self.keys)}

    @cached_property
    def stamps(self) -> array[int]:
        """The stamps of the records, four numbers each."""
        return _numbers(self._blobs.get("stamps", b""))

    @property
    def silent(self) -> bool:
        """Whether the comparison of exactly these records found nothing."""
        return self._head.get("silent") is True

    def places(self, keys: Sequence[str], now: array[int]) -> list[int | None]:
        """For each key the row of the record, where its stamp, four numbers in ``now``, says that it is unchanged."""
        known, find = self.stamps, self._places.get
        found: list[int | None] = []
        for number, key in enumerate(keys):
            place = find(key)
            same = place is not None and known[4 * place : 4 * place + 4] == now[4 * number : 4 * number + 4]
            found.append(place if same and now[4 * number] >= 0 else None)
        return found

    def place(self, key: str) -> int | None:
        """The row of a record; None for one that is not known."""
        return self._places.get(key)

    def digest(self, place: int) -> bytes:
        """The hash of a record's bytes."""
        return self._blobs["digests"][32 * place : 32 * place + 32]

    @cached_property
    def _columns(self) -> tuple[bytes, list[str], bytes, array[int], bytes]:
        return (
            self._blobs["sorts"], _split(self._blobs["texts"]), self._blobs["papers"],
            _numbers(self._blobs["ends"]), self._blobs["sums"],
        )  # fmt: skip

    def facts(self, place: int, path: str) -> Facts | None:
        """The facts of a record, which is at ``path`` now."""
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

    def update(self, rows: Mapping[str, Row | Same], read: int, *, silent: bool) -> None:
        """
        Keep what a run found: its clean records by key. It read ``read`` records in all.

        ``silent`` says that the comparison of these, and there were no others, found nothing.
        """
        same = [row for row in rows.values() if isinstance(row, Same)]
        fresh = [row for row in same if row.stamp is not None]
        unchanged = len(same) == len(rows) == len(self.keys)
        if (unchanged and not fresh and silent == self.silent) or 2 * read < len(self.keys):
            return
        if unchanged:
            stamps = self.stamps
            for row in fresh:
                stamps[4 * row.place : 4 * row.place + 4] = array("q", self._settled(row.stamp or NO_STAMP))
            self._write({**self._blobs, "stamps": _bytes(stamps)}, silent=silent)
        else:
            self._write(_encoded({key: self._row(row) for key, row in rows.items()}), silent=silent)

    def _row(self, row: Row | Same) -> Row:
        if isinstance(row, Row):
            return Row(seen(row.seen[:32], self._settled(Stamp(*_numbers(row.seen[32:])))), row.facts)
        old = Stamp(*self.stamps[4 * row.place : 4 * row.place + 4])
        now = old if row.stamp is None else self._settled(row.stamp)
        return Row(seen(self.digest(row.place), now), self.facts(row.place, ""))

    def _settled(self, now: Stamp) -> Stamp:
        return now if max(now.changed, now.status_changed) < self._started - RACY else NO_STAMP

    def _write(self, blobs: Mapping[str, bytes], *, silent: bool) -> None:
        columns = [(name, len(blob), zlib.crc32(blob)) for name, blob in blobs.items()]
        head = json.dumps({"is": _MAGIC, "key": self._key, "silent": silent, "columns": columns})
        beside = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with beside.open("wb") as file:
                    file.writelines([head.encode(), b"\n", *blobs.values()])
                beside.replace(self.file)
            finally:
                beside.unlink(missing_ok=True)
            for old in sorted(self.file.parent.glob("*.cache*"), key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
                old.unlink()


class Run:
    """One run's use of a cache: which of its records are known, and what it found of the others."""

    def __init__(self, cache: Cache, keys: Sequence[str], paths: Sequence[str]) -> None:
        self._cache, self._keys, self._paths = cache, keys, paths
        now = array("q")
        for path in paths:
            now.extend(stamp_of(path))
        whole = now == cache.stamps and list(keys) == cache.keys
        self.places: list[int | None] = list(range(len(keys))) if whole else cache.places(keys, now)
        self.silent = whole and cache.silent and NO_STAMP[0] not in now[::4]
        self._rows: dict[str, Row | Same] = {}

    def digest(self, number: int) -> bytes:
        """The hash that a record had; empty where none is known."""
        place = self._cache.place(self._keys[number])
        return b"" if place is None else self._cache.digest(place)

    def same(self, number: int, now: Stamp | None = None) -> Same:
        """A record that is as it was: by its stamp, or by its bytes, and then with a new stamp."""
        place = self.places[number] if now is None else self._cache.place(self._keys[number])
        assert place is not None
        return Same(place, now)

    def take(self, number: int, row: Row | Same) -> None:
        """Note a clean record."""
        self._rows[self._keys[number]] = row

    def facts(self, number: int, row: Same) -> Facts | None:
        """The facts of a record that is as it was."""
        return self._cache.facts(row.place, self._paths[number])

    @property
    def as_silent_as_before(self) -> bool:
        """Whether the same records are there with the same bytes, and their comparison has found nothing."""
        same = sum(isinstance(row, Same) for row in self._rows.values())
        return self._cache.silent and same == len(self._cache.keys) == len(self._keys)

    def keep(self, *, silent: bool) -> None:
        """Write the cache; ``silent`` says that nothing was found, neither in a record nor in their comparison."""
        self._cache.update(self._rows, len(self._keys), silent=silent and len(self._rows) == len(self._keys))


def _encoded(rows: Mapping[str, Row]) -> dict[str, bytes]:
    """The columns of some rows. A record whose texts hold what separates them is left out."""
    keys, digests, stamps, sorts, texts, papers, ends, sums = [], [], [], [], [], [], array("q"), []
    end = 0
    for key, (what, facts) in rows.items():
        sort, fields, paper, rest = _parts(facts)
        if _CONTROL.search("".join((key, *(field for field in fields if field)))) or "" in fields[4:]:
            continue
        keys.append(key)
        digests.append(what[:32])
        stamps.append(what[32:])
        sorts.append(sort)
        whole = [_NONE if field is None else field for field in fields[:4]]
        texts += [*whole, *[_NONE] * (4 - len(whole)), _AND.join(str(name) for name in fields[4:])]
        papers.append(paper.ljust(24, b"\0"))
        sums.append(rest)
        end += len(rest)
        ends.append(end)
    return {
        "keys": _join(keys), "digests": b"".join(digests), "stamps": b"".join(stamps), "sorts": b"".join(sorts),
        "texts": _join(texts), "papers": b"".join(papers), "ends": _bytes(ends), "sums": b"".join(sums),
    }  # fmt: skip


def _parts(facts: Facts | None) -> tuple[bytes, tuple[str | None, ...], bytes, bytes]:
    """Facts as the columns have them: a letter for their sort, texts, the checksums of the paper, and other checksums."""
    if isinstance(facts, FigureFacts):
        sort = b"f" if facts.keywords is None else b"F"
        texts = (facts.figid, facts.alias, facts.redirect, facts.pmcid, *facts.organisms)
        return sort, texts, facts.paper, facts.keywords or b""
    if isinstance(facts, PageFacts):
        return b"P", (facts.latin,), b"", b""
    return (b"T", (facts.figid, facts.sort), b"", facts.words) if isinstance(facts, TableFacts) else (b"-", (), b"", b"")


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
