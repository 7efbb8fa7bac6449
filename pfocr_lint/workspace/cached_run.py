"""The cache in one run: which of the run's records are known, and what is known of them."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from pfocr_lint.workspace.cache import Cache, Compared, Row
from pfocr_lint.workspace.git_line_ends import is_as_before
from pfocr_lint.workspace.stamps import NONE_KNOWN, as_bytes, stamp_of, stamps_of

if TYPE_CHECKING:
    from pfocr_lint.record.facts import Facts
    from pfocr_lint.result import Result


class CachedRun:
    """
    The cache in one run. Records are numbered in the order of ``keys`` and ``paths``.

    ``today`` is the day of the run (``YYYY-MM-DD``): a record with a waiver that has ended since is not known. ``fixes`` says
    whether a record with such offers (see cache.Row) will be fixed: it is checked again. ``unchanged`` says for each record
    whether it is known and need not be read.
    """

    def __init__(
        self,
        cache: Cache,
        keys: Sequence[str],
        paths: Sequence[str],
        fixes: Callable[[str], bool] = lambda _: False,
        today: str | None = None,
    ) -> None:
        self._cache, self._keys, self._paths = cache, keys, paths
        self._stamps = stamps_of(paths)
        now, known = as_bytes(self._stamps), cache.stamps
        whole = list(keys) == cache.keys
        places = {} if whole else {key: place for place, key in enumerate(cache.keys)}
        self._places: list[int | None] = list(range(len(keys))) if whole else list(map(places.get, keys))
        redone = {letter for letter in "-nus" if fixes(letter)}
        if redone:
            offers = cache.offers
            self._places = [None if place is None or offers[place] in redone else place for place in self._places]
        ended = {place for place, until in cache.untils.items() if today is not None and until < today}
        if ended:
            self._places = [None if place in ended else place for place in self._places]
        ends = cache.line_ends
        if ends.strip(b"\0"):  # Git's index or settings may be others now, beside the same file
            self._places = [
                place if place is None or is_as_before(path, ends[place]) else None
                for place, path in zip(self._places, paths, strict=True)
            ]
        nothing = as_bytes(array("q", NONE_KNOWN))
        self.unchanged = [
            place is not None and stamp_of(now, number) == stamp_of(known, place) != nothing
            for number, place in enumerate(self._places)
        ]
        shown = "\0".join(paths).encode("utf-8", "surrogatepass")
        self._name = f"{len(shown)} {zlib.crc32(shown)}"
        self._as_compared = whole and cache.compared == self._name
        self._same: set[int] = set()
        self._rows: dict[int, Row] = {}

    @property
    def is_as_before(self) -> bool:
        """Whether the same records are unchanged, and what their comparison found is known."""
        return self._as_compared and all(self.unchanged)

    @property
    def is_silent(self) -> bool:
        """Whether, in addition, nothing was found in them."""
        cache = self._cache
        return self.is_as_before and not cache.found_by_comparison and not cache.offers.strip("-") and not cache.has_waived

    @property
    def found_by_comparison(self) -> dict[str, Compared] | None:
        """What the comparison found, by path; None unless all records have the bytes that were compared."""
        if not (self._as_compared and len(self._same) == len(self._keys)):
            return None
        return {self._paths[place]: each for place, each in self._cache.found_by_comparison.items()}

    def digest(self, number: int) -> bytes:
        """The hash that a record's bytes had; empty where none is known."""
        place = self._places[number]
        return b"" if place is None else self._cache.digest(place)

    def same(self, number: int) -> Result | None:
        """Note that a known record has the same bytes, and return what was found in it; None for nothing."""
        self._same.add(number)
        place = self._places[number]
        return None if place is None else self._cache.found(place, self._paths[number])

    def add(self, number: int, row: Row, *, rewritten: bool = False) -> None:
        """Note a record that was checked; ``rewritten`` says that its file is another than at the start."""
        self._rows[number] = row
        if rewritten:
            at = len(NONE_KNOWN) * number
            self._stamps[at : at + len(NONE_KNOWN)] = array("q", NONE_KNOWN)

    def facts(self, number: int) -> Facts | None:
        """The facts of a record that is known."""
        place = self._places[number]
        return None if place is None else self._cache.facts(place, self._paths[number])

    def keep(self, late: Mapping[str, Compared] | None) -> None:
        """Write the cache; ``late`` is what the comparison found, by path, None where it is not to be kept."""
        stamps = self._cache.settled(self._stamps)
        if self._as_compared and len(self._same) == len(self._keys):
            self._cache.restamp(stamps)
        elif 2 * len(self._keys) >= len(self._cache.keys):
            numbers = sorted({*self._same, *self._rows})
            complete = late is not None and len(numbers) == len(self._keys)
            found = {self._keys[number]: late[path] for number, path in enumerate(self._paths) if path in late} if late else {}
            self._cache.write(
                [self._keys[number] for number in numbers],
                b"".join([stamp_of(stamps, number) for number in numbers]),
                [self._rows[number] if number in self._rows else self._row(number) for number in numbers],
                self._name if complete else None,
                found if complete else {},
            )

    def _row(self, number: int) -> Row:
        place = self._places[number]
        assert place is not None
        return self._cache.row(place, self._paths[number])
