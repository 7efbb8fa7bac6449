"""
The diagnostics of many records as bytes: so they cross from process to process, and are kept in memory and in the cache.

A block is compressed JSON, no pickle: texts and numbers, nothing that is executed. Bodies that many diagnostics share are written
once. A hundred thousand records of the real database have 350,000 diagnostics, which take 1 GB as objects and 20 MB as blocks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple, overload

from pfocr_lint.dataclass import made
from pfocr_lint.diagnostic import Body, Diagnostic, Edit, OfferedFix, Place, RelatedPlace, Safety, Severity, SourceLine, Span
from pfocr_lint.lazy_import import zlib

_SEVERITIES = {each.value: each for each in Severity}
_SAFETIES = {each.value: each for each in Safety}


RECORDS = 512  # at most, in a block


class Block(NamedTuple):
    """The diagnostics of some records, and the number of these records."""

    data: bytes
    records: int


def pack(records: Sequence[Sequence[Diagnostic]]) -> Block:
    """Return the diagnostics of some records as a block; without their paths, and without the changes of applied fixes."""
    bodies: dict[int, int] = {}
    written: list[list[Any]] = []
    diagnostics = [diagnostic for record in records for diagnostic in record]
    for diagnostic in diagnostics:
        if id(diagnostic.body) not in bodies:
            bodies[id(diagnostic.body)] = len(written)
            written.append(_written(diagnostic.body))
    columns = [
        written,
        list(map(len, records)),
        [bodies[id(each.body)] for each in diagnostics],
        [each.fingerprint for each in diagnostics],
        [each.offset for each in diagnostics],
        [each.lines for each in diagnostics],
        [record[0].identity if record else "" for record in records],
    ]
    return Block(zlib.compress(json.dumps(columns, separators=(",", ":")).encode(), 1), len(records))


def _written(body: Body) -> list[Any]:
    fix = body.fix
    return [
        body.code, body.name, body.severity.value, body.message, *body.span, *body.place, body.key,
        fix and [fix.safety.value, fix.message, fix.edits, fix.places], body.related, body.source, body.match, body.members,
    ]  # fmt: skip


def _read(parts: list[Any]) -> Body:
    code, name, severity, message, start, end, *place, key, offered, related, source, match, members = parts
    fix = None
    if offered is not None:
        safety, says, edits, places = offered
        fix = OfferedFix(_SAFETIES[safety], says, tuple(Edit(*edit) for edit in edits), tuple(Place(*place) for place in places))
    return Body(
        code, name, _SEVERITIES[severity], message, Span(start, end), Place(*place), key, fix,
        tuple(RelatedPlace(*each) for each in related), tuple(SourceLine(*each) for each in source), match, tuple(members),
    )  # fmt: skip


@lru_cache(2)  # records are read in order
def _unpacked(block: bytes) -> list[list[Diagnostic]]:
    written, lengths, numbers, fingerprints, offsets, lines, identities = json.loads(zlib.decompress(block))
    bodies = list(map(_read, written))
    of_records = [name for name, length in zip(identities, lengths, strict=True) for _ in range(length)]
    nowhere, nothing = [""] * len(numbers), [()] * len(numbers)
    found = made(Diagnostic, map(bodies.__getitem__, numbers), nowhere, fingerprints, offsets, lines, of_records, nothing)
    return [list(islice(found, length)) for length in lengths]


def offers(diagnostics: Sequence[Diagnostic]) -> str:
    """The fixes that diagnostics offer: ``s`` at least a safe one, ``u`` an unsafe one, ``n`` none; '' without a diagnostic."""
    safeties = {each.body.fix.safety for each in diagnostics if each.body.fix is not None}
    return "s" if Safety.SAFE in safeties else "u" if safeties else "n" if diagnostics else ""


class Packed(Sequence[Diagnostic]):
    """The diagnostics of one record in a block, and which fixes they offer (see :func:`offers`)."""

    __slots__ = ("block", "number", "offers", "path")

    def __init__(self, block: Block, number: int, path: str, offers: str) -> None:
        self.block, self.number, self.path, self.offers = block, number, path, offers

    def _all(self) -> list[Diagnostic]:
        path = self.path
        return [
            Diagnostic(body, path, fingerprint, offset, lines, identity)
            for body, _, fingerprint, offset, lines, identity, _ in _unpacked(self.block.data)[self.number]
        ]

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._all())

    def __bool__(self) -> bool:
        return True  # a record without diagnostics is in no block

    def __len__(self) -> int:
        return len(_unpacked(self.block.data)[self.number])

    @overload
    def __getitem__(self, index: int) -> Diagnostic: ...
    @overload
    def __getitem__(self, index: slice) -> list[Diagnostic]: ...
    def __getitem__(self, index: int | slice) -> Diagnostic | list[Diagnostic]:
        return self._all()[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash((self.path, self.number))
