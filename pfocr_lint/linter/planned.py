"""
The edits of a fixed record as edits of the text before the first round, each with the others that it needs. Pure.

A fix of a later round is found in a text that earlier fixes changed. Here its edits get their place in the first text: where they
touch text that an earlier fix wrote, both become one edit. An edit needs another one if the same fix makes both, if its value
follows from the other's (see derived.SOURCES), or if it was found only after the other was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pfocr_lint.diagnostic import Diagnostic, Edit, Safety, apply_edits
from pfocr_lint.linter.diagnostics import FIRST
from pfocr_lint.pointer import entry_of
from pfocr_lint.record.derived import SOURCES
from pfocr_lint.report.fixes import plain_value

if TYPE_CHECKING:
    from pfocr_lint.linter.fixed import Round


class PlannedEdit(NamedTuple):
    """
    An edit of a record: its bytes ``start`` (included) to ``end`` (excluded) hold ``old``, and become ``new``.

    ``rule`` is the code of the first fix that needs the edit, ``also`` those of the others; ``message`` and ``about`` are the
    messages of the finding and of the fix. It is unsafe if one of its fixes is. ``values`` are the values that the fixes
    change: JSON Pointer, old and new value. ``needs`` are the numbers of the record's edits without which it must not be made.
    """

    start: int
    end: int
    old: str
    new: str
    rule: str
    also: tuple[str, ...]
    safety: str
    message: str
    about: str
    values: tuple[tuple[str, Any, Any], ...]
    needs: tuple[int, ...]


class _Fix(NamedTuple):
    """A fix: the round in which it was made, its diagnostic, and the pointers that it follows."""

    turn: int
    diagnostic: Diagnostic
    follows: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple([change.key for change in self.diagnostic.made if change.key is not None])


class _Part(NamedTuple):
    """An edit of the first text, and the numbers of the fixes that it makes, in their order."""

    start: int
    end: int
    text: str
    fixes: tuple[int, ...]


def planned_edits(text: str, rounds: Sequence[Round]) -> tuple[PlannedEdit, ...]:
    """The edits of all rounds in the first text, sorted; they do not overlap."""
    fixes, parts = list[_Fix](), list[_Part]()
    for turn, made in enumerate(rounds):
        first = len(fixes)
        fixes += [_Fix(turn, each, follows) for each, follows in zip(made.fixed, made.follows, strict=True)]
        owned = _owned(made, first)
        if not turn:
            parts = [_Part(*edit, owners) for edit, owners in owned]
        for edit, owners in reversed(owned) if turn else ():  # from the last to the first: so the places of the others stay
            parts = _with_edit(text, parts, edit, owners)
    if len(rounds) > 1:
        parts = [each for each in parts if text[each.start : each.end] != each.text]
    needs = _needs(parts, fixes)
    offsets = _byte_offsets(text, parts)
    return tuple([
        _planned(text, part, [fixes[number] for number in part.fixes], offsets, tuple(sorted(needed)))
        for part, needed in zip(parts, needs, strict=True)
    ])  # fmt: skip


def _owned(made: Round, first: int) -> list[tuple[Edit, tuple[int, ...]]]:
    """Each edit of a round with the numbers of its fixes."""
    own = [(edit, number) for number, each in enumerate(made.fixed, first) for edit in (each.fix.edits if each.fix else ())]
    exact: dict[Edit, list[int]] = {}
    for edit, number in own:
        exact.setdefault(edit, []).append(number)
    found = []
    for edit in made.edits:
        owners = exact.get(edit)
        if owners is None:  # a block that is written for several fixes
            inside = [number for other, number in own if edit.start <= other.start and other.end <= edit.end]
            near = [number for other, number in own if other.start <= edit.end and edit.start <= other.end]
            owners = inside or near or list(range(first, first + len(made.fixed)))
        elif len(owners) > 1 and edit.start == edit.end:
            owners = [exact[edit].pop(0)] if len(exact[edit]) > 1 else owners
        found.append((edit, tuple(dict.fromkeys(owners))))
    return found


def _with_edit(text: str, parts: list[_Part], edit: Edit, owners: tuple[int, ...]) -> list[_Part]:
    """The parts with an edit of the text that they make; those that it touches and it become one."""
    kept, touched = list[_Part](), list[_Part]()
    start, end = edit.start, edit.end
    moved = before = 0  # how much longer the text is, up to a part, and up to the edit
    low, high = start, end
    for part in parts:
        at = part.start + moved
        stop = at + len(part.text)
        longer = len(part.text) - (part.end - part.start)
        moved += longer
        if (at <= end and start <= stop) if at == stop or start == end else (at < end and start < stop):
            touched.append(part)
            low, high = min(low, at), max(high, stop)
        else:
            kept.append(part)
            before += longer if stop <= start else 0
    first = low - before
    last = high - before - sum(len(part.text) - (part.end - part.start) for part in touched)
    now = apply_edits(text[:last], [Edit(part.start, part.end, part.text) for part in touched])[first:]
    new = now[: start - low] + edit.text + now[end - low :]
    fixes = {*owners, *(number for part in touched for number in part.fixes)}
    return sorted([*kept, _Part(first, last, new, tuple(sorted(fixes)))], key=lambda part: (part.start, part.end))


def _needs(parts: Sequence[_Part], fixes: Sequence[_Fix]) -> list[set[int]]:
    """For each part the numbers of those that it needs."""
    needs: list[set[int]] = [set() for _ in parts]
    of_fix: dict[int, list[int]] = {}
    for number, part in enumerate(parts):
        for fix in part.fixes:
            of_fix.setdefault(fix, []).append(number)
    for numbers in of_fix.values():  # the edits of one fix: each needs the one before it, the first the last
        for number, other in zip(numbers, [numbers[-1], *numbers[:-1]], strict=True):
            needs[number].add(other)
    by_key: dict[str, set[int]] = {}
    for fix, each in enumerate(fixes):
        for key in each.keys:
            by_key.setdefault(key, set()).update(of_fix.get(fix, ()))
    first = {number for fix, each in enumerate(fixes) if each.diagnostic.code in FIRST for number in of_fix.get(fix, ())}
    for fix, numbers in of_fix.items():
        each = fixes[fix]
        sources = {*each.follows, *(source for key in each.keys for source in SOURCES.get(key, ()))}
        found = {other for source in sources for other in by_key.get(source, ())}
        if each.turn:
            found |= first | _earlier(each, sources, fix, fixes, of_fix)
        for number in numbers:
            needs[number] |= found
    for number, needed in enumerate(needs):
        needed.discard(number)
    return needs


def _earlier(each: _Fix, sources: set[str], own: int, fixes: Sequence[_Fix], of_fix: dict[int, list[int]]) -> set[int]:
    """The parts of earlier rounds for the same entry or the values that it follows from; all of them if there are none."""
    before = [number for number in range(own) if fixes[number].turn < each.turn and fixes[number].diagnostic.code not in FIRST]
    about = {entry_of(key) for key in (*each.keys, *sources)}
    related = [number for number in before if about & {entry_of(key) for key in fixes[number].keys}]
    return {part for number in related or before for part in of_fix.get(number, ())}


def _byte_offsets(text: str, parts: Sequence[_Part]) -> dict[int, int]:
    """Code point -> byte for the ends of all parts."""
    places = sorted({at for part in parts for at in (part.start, part.end)})
    if text.isascii():
        return dict(zip(places, places, strict=True))
    pieces = [len(text[at:to].encode()) for at, to in zip([0, *places], places, strict=False)]
    return dict(zip(places, accumulate(pieces), strict=True))


def _planned(text: str, part: _Part, fixes: Sequence[_Fix], offsets: dict[int, int], needs: tuple[int, ...]) -> PlannedEdit:
    first = fixes[0].diagnostic
    codes = list(dict.fromkeys(each.diagnostic.code for each in fixes))
    unsafe = any(each.diagnostic.fix is not None and each.diagnostic.fix.safety is Safety.UNSAFE for each in fixes)
    values: dict[str, tuple[Any, Any]] = {}
    for each in fixes:
        for change in each.diagnostic.made:
            if change.key is not None:
                old = values[change.key][0] if change.key in values else plain_value(change.old)
                values[change.key] = old, plain_value(change.new)
    return PlannedEdit(
        offsets[part.start],
        offsets[part.end],
        text[part.start : part.end],
        part.text,
        codes[0],
        tuple(codes[1:]),
        (Safety.UNSAFE if unsafe else Safety.SAFE).value,
        first.message,
        first.fix.message if first.fix is not None else "",
        tuple([(key, *change) for key, change in values.items()]),
        needs,
    )


class Replacement(Protocol):
    """An edit of bytes: those from ``start`` to ``end`` hold ``old``, and become ``new``."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def old(self) -> str: ...
    @property
    def new(self) -> str: ...


def made(data: bytes, edits: Sequence[Replacement]) -> bytes:
    """The bytes of a record after some of its edits, which are sorted. Raises ValueError where it does not hold the old text."""
    parts, at = list[bytes](), 0
    for edit in edits:
        if not at <= edit.start <= edit.end or data[edit.start : edit.end] != edit.old.encode():
            raise ValueError(f"bytes {edit.start:,} to {edit.end:,} do not hold the old text")
        parts += [data[at : edit.start], edit.new.encode()]
        at = edit.end
    return b"".join([*parts, data[at:]])
