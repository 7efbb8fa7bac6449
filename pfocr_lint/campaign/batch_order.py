"""The order in which the batches of a plan can be applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol


class Needing(Protocol):
    """A line of a plan: its number, its batch, and the numbers of those that it needs."""

    @property
    def id(self) -> int: ...
    @property
    def batch(self) -> str: ...
    @property
    def needs(self) -> Sequence[int]: ...


class BatchOrder:
    """The order in which batches can be applied: a batch whose lines need those of another comes after it."""

    def __init__(self) -> None:
        self._after: dict[str, set[str]] = {}

    def add(self, lines: Sequence[Needing]) -> None:
        """Note the batches of one record."""
        batches = {line.id: line.batch for line in lines}
        for line in lines:
            for other in line.needs:
                if batches.get(other, line.batch) != line.batch:
                    self._after.setdefault(line.batch, set()).add(batches[other])

    def sorted(self, batches: Iterable[str]) -> Iterator[str]:
        """All batches; those that need no other keep their order. Raises ValueError where some need one another."""
        waiting = dict.fromkeys(batches)
        while waiting:
            ready = [batch for batch in waiting if not any(other in waiting for other in self._after.get(batch, ()))]
            if not ready:
                raise ValueError(f"the batches {', '.join(list(waiting)[:5])} need one another")
            for batch in ready:
                del waiting[batch]
            yield from ready
