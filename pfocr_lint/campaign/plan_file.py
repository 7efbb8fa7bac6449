"""
The file of a plan: JSON Lines, a head and one line for each edit, as ``schemas/plan.schema.json`` describes them.

A plan is hostile input: it may come with a pull request. Every line is checked when it is read, and must be written as this
module writes it, so that a person and a program read the same. Reviewers may delete lines, and change nothing else. Only an index
stays in memory.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import IO, Any, NamedTuple

from pfocr_lint.campaign.batch_order import BatchOrder
from pfocr_lint.dataclass import dataclass, field
from pfocr_lint.dates import is_date
from pfocr_lint.errors import UsageError
from pfocr_lint.lazy_import import pathlib
from pfocr_lint.quoting import quote
from pfocr_lint.record.limits import MAX_BYTES
from pfocr_lint.report.machine import dumps
from pfocr_lint.rules.catalogue import BY_CODE
from pfocr_lint.settings.model import Selection

VERSION = 1
MAX_PLAN = 1 << 31  # bytes; the plan of 100,000 records of the real database has 200 MB
MAX_LINE = 16 * MAX_BYTES  # two texts of a record, in which each character may be escaped
MAX_LINES = 5_000_000

_BLOB = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BATCH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
ORDERS = ("rule", "paper", "folder")


class PlanError(UsageError):
    """A file that is no plan, or one that must not be applied; the message is one line."""


class Line(NamedTuple):
    """
    One edit of a plan, with the fields of the file.

    Bytes ``start`` to ``end`` of the base's ``blob`` hold ``old`` and become ``new``. ``also`` are the codes of other rules whose
    fixes the edit makes too. ``values`` are objects with ``key``, ``old`` and ``new``; ``needs`` are ids.
    """

    id: int
    batch: str
    path: str
    rule: str
    also: list[str]
    safety: str
    blob: str
    start: int
    end: int
    old: str
    new: str
    values: list[dict[str, Any]]
    needs: list[int]
    message: str
    fix: str


class Flags(NamedTuple):
    """The options that decide what a plan holds: the rules, the day of the run, and what was named."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    unsafe_fixes: bool = False
    isolated: bool = False
    today: str = ""
    paths: tuple[str, ...] = (".",)

    @property
    def selection(self) -> Selection:
        """The rules as the settings take them."""
        return Selection(self.select, self.ignore, self.extend_select, origin="the plan")


class Head(NamedTuple):
    """
    The first line: who made the plan, from which commit, and how.

    ``settings`` is a digest of the settings, ``date`` the day of SOURCE_DATE_EPOCH. ``lines`` and ``digest`` are the number of
    the lines that were written, and the SHA-256 of their bytes: in a reduced plan, those of the plan that it was made from.
    """

    plan: int
    tool: str
    base: str
    date: str | None
    settings: str
    flags: dict[str, Any]
    batches: dict[str, Any]
    lines: int
    digest: str

    @property
    def chosen(self) -> Flags:
        """The options."""
        return Flags._make(tuple(value) if isinstance(value, list) else value for value in map(self.flags.get, Flags._fields))


class Entry(NamedTuple):
    """The lines of one record: where they begin, how many they are, their batches, and a digest of their bytes."""

    path: str
    blob: str
    at: int
    lines: int
    batches: tuple[str, ...]
    digest: bytes


@dataclass
class Plan:
    """
    A plan that was read and checked.

    ``digest`` is the SHA-256 of the file's bytes. ``batches`` are in the order in which they can be applied, each with its number
    of lines.
    """

    file: str
    head: Head
    digest: str
    reduced: bool
    batches: dict[str, int] = field(default_factory=dict)
    _paths: list[str] = field(default_factory=list)
    _blobs: list[str] = field(default_factory=list)
    _at: array[int] = field(default_factory=lambda: array("q"))
    _counts: array[int] = field(default_factory=lambda: array("q"))
    _named: list[tuple[str, ...]] = field(default_factory=list)
    _digests: list[bytes] = field(default_factory=list)

    @property
    def lines(self) -> int:
        """How many lines are left."""
        return sum(self._counts)

    @property
    def parent(self) -> str | None:
        """The digest of the lines of the plan that this one was reduced from; None for a plan as it was made."""
        return self.head.digest if self.reduced else None

    def entries(self, batches: Iterable[str] | None = None) -> Iterator[Entry]:
        """The records with lines, in the order of their paths; only those with lines of some batches."""
        wanted = None if batches is None else set(batches)
        for each in zip(self._paths, self._blobs, self._at, self._counts, self._named, self._digests, strict=True):
            if wanted is None or not wanted.isdisjoint(each[4]):
                yield Entry(*each)

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, list[Line]]]:
        """Each record with its lines. Raises PlanError when the file is another than when it was loaded."""
        with _opened(self.file) as source:
            for entry in entries:
                source.seek(entry.at)
                data = list(islice((line for line in iter(partial(source.readline, MAX_LINE), b"") if line.strip()), entry.lines))
                if _digest(data) != entry.digest:
                    raise PlanError(f"{self.file}: the file changed while it was read")
                lines = [Line(**json.loads(line)) for line in data]  # as it was checked when it was loaded
                yield entry, lines

    def add(self, lines: list[Line], at: int, digest: bytes, known: dict[tuple[str, ...], tuple[str, ...]]) -> None:
        """Add the lines of one record to the index."""
        batches = tuple(dict.fromkeys(line.batch for line in lines))
        self._paths.append(lines[0].path)
        self._blobs.append(lines[0].blob)
        self._at.append(at)
        self._counts.append(len(lines))
        self._digests.append(digest)
        self._named.append(known.setdefault(batches, batches))
        for line in lines:
            self.batches[line.batch] = self.batches.get(line.batch, 0) + 1


def written(value: Line | Head) -> bytes:
    """A line of the file."""
    return dumps(value._asdict()).encode() + b"\n"


def load(file: str) -> Plan:
    """Read and check a plan. Raises PlanError."""
    digest, body = hashlib.sha256(), hashlib.sha256()
    with _opened(file) as source:
        if os.fstat(source.fileno()).st_size > MAX_PLAN:
            raise PlanError(f"{file}: it is larger than {MAX_PLAN:,} bytes")
        first = source.readline(MAX_LINE + 1)
        digest.update(first)
        plan = Plan(file, _head(file, first), "", reduced=False)
        order = BatchOrder()
        pending, datas, at, number, count = list[Line](), list[bytes](), 0, 1, 0
        known: dict[tuple[str, ...], tuple[str, ...]] = {}
        while True:
            here = source.tell()
            data = source.readline(MAX_LINE + 1)
            digest.update(data)
            body.update(data)
            number += 1
            if data and not data.strip():
                continue
            line = _checked(file, data, number) if data else None
            if pending and (line is None or line.path != pending[0].path):
                plan.add(pending, at, _digest(datas), known)
                order.add(pending)
                if line is not None and line.path <= pending[0].path:
                    raise PlanError(f"{file}:{number}: the lines of {quote(line.path)} are not where the plan had them")
                pending, datas = [], []
            if line is None:
                break
            if pending:
                _check_order(file, pending[-1], line, number)
            else:
                at = here
            pending.append(line)
            datas.append(data)
            count += 1
            if count > MAX_LINES:
                raise PlanError(f"{file}: it has more than {MAX_LINES:,} lines")
    plan.digest = f"sha256:{digest.hexdigest()}"
    plan.reduced = plan.head.digest != f"sha256:{body.hexdigest()}"
    try:
        plan.batches = {batch: plan.batches[batch] for batch in order.sorted(plan.batches)}
    except ValueError as error:
        raise PlanError(f"{file}: {error}") from None
    return plan


def _digest(lines: Iterable[bytes]) -> bytes:
    return hashlib.blake2b(b"".join(lines), digest_size=16).digest()


def _opened(file: str) -> IO[bytes]:
    try:
        return pathlib.Path(file).open("rb")
    except (OSError, ValueError) as error:
        raise PlanError(f"{file}: it cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _check_order(file: str, before: Line, line: Line, number: int) -> None:
    if line.id <= before.id or line.start < before.end:
        raise PlanError(f"{file}:{number}: the lines of {quote(line.path)} are not in their order")
    if line.blob != before.blob:
        raise PlanError(f"{file}:{number}: two versions of {quote(line.path)} in one plan")


def _checked(file: str, data: bytes, number: int) -> Line:
    """One line of the file. Raises PlanError for one that is wrong, or written in another way."""
    try:
        return _line(data, number)
    except PlanError as error:
        raise PlanError(f"{file}:{error}") from None


def _parsed(data: bytes, number: int) -> dict[str, Any]:
    """The object of a line, which is written as :func:`written` does. Raises PlanError."""
    if len(data) > MAX_LINE:
        raise PlanError(f"{number}: a line of more than {MAX_LINE:,} bytes")
    try:
        text = data.decode().rstrip("\r\n")
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise PlanError(f"{number}: not a line of JSON in UTF-8") from None
    if not isinstance(found, dict) or dumps(found) != text:
        raise PlanError(f"{number}: not written as a plan is; delete lines, and change nothing else")
    return found


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 53


def is_text(value: Any) -> bool:
    """Whether a value is a text that UTF-8 can write."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_matched(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_list(test: Callable[[Any], bool], most: int = MAX_BYTES) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and len(value) <= most and all(map(test, value))


def _is_value(value: Any) -> bool:
    return isinstance(value, dict) and list(value) == ["key", "old", "new"] and is_text(value["key"])


def _is_rule(value: Any) -> bool:
    return isinstance(value, str) and value in BY_CODE


_FIELDS: dict[str, Callable[[Any], bool]] = {
    "id": lambda value: _is_count(value) and value > 0,
    "batch": _is_matched(_BATCH),
    "path": is_text,
    "rule": _is_rule,
    "also": _is_list(_is_rule),
    "safety": lambda value: value in ("safe", "unsafe"),
    "blob": _is_matched(_BLOB),
    "start": _is_count,
    "end": _is_count,
    "old": is_text,
    "new": is_text,
    "values": _is_list(_is_value),
    "needs": _is_list(_is_count),
    "message": is_text,
    "fix": is_text,
}

_HEAD: dict[str, Callable[[Any], bool]] = {
    "plan": lambda value: value == VERSION and type(value) is int,
    "tool": is_text,
    "base": _is_matched(_BLOB),
    "date": lambda value: value is None or (isinstance(value, str) and is_date(value)),
    "settings": _is_matched(_DIGEST),
    "flags": lambda value: isinstance(value, dict) and _wrong(value, _FLAGS) is None,
    "batches": lambda value: isinstance(value, dict) and _wrong(value, _BATCHES) is None,
    "lines": _is_count,
    "digest": _is_matched(_DIGEST),
}
_FLAGS: dict[str, Callable[[Any], bool]] = {
    "select": lambda value: value is None or _is_list(is_text)(value),
    "ignore": _is_list(is_text),
    "extend_select": _is_list(is_text),
    "unsafe_fixes": lambda value: isinstance(value, bool),
    "isolated": lambda value: isinstance(value, bool),
    "today": lambda value: isinstance(value, str) and is_date(value),
    "paths": _is_list(is_text),
}
_BATCHES: dict[str, Callable[[Any], bool]] = {
    "by": lambda value: value in ORDERS,
    "files": lambda value: _is_count(value) and value > 0,
    "lines": lambda value: _is_count(value) and value > 0,
}


def _wrong(found: dict[str, Any], fields: dict[str, Callable[[Any], bool]]) -> str | None:
    """The first field that is missing, unknown, or has a wrong value."""
    if found.keys() != fields.keys():
        return next(iter(sorted({*found} ^ {*fields})))
    return next((name for name, test in fields.items() if not test(found[name])), None)


def _line(data: bytes, number: int) -> Line:
    found = _parsed(data, number)
    wrong = _wrong(found, _FIELDS)
    if wrong is not None:
        raise PlanError(f"{number}: the field {quote(wrong)} is missing, unknown or has a wrong value")
    line = Line(**found)
    if line.end - line.start != len(line.old.encode()):
        raise PlanError(f"{number}: the old text does not have the length that 'start' and 'end' give")
    return line


def _head(file: str, data: bytes) -> Head:
    try:
        found = _parsed(data, 1)
    except PlanError:
        raise PlanError(f"{file}: not a plan; pfocr-lint plan -o FILE writes one") from None
    if "plan" in found and found["plan"] != VERSION:
        raise PlanError(f"{file}: a plan of version {quote(found['plan'])}, want {VERSION}")
    wrong = _wrong(found, _HEAD)
    if wrong is not None:
        raise PlanError(f"{file}: its first line lacks {quote(wrong)}, or has a wrong value there")
    return Head(**found)
