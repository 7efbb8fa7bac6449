"""
Applies a plan to the work tree, and takes it back: record by record, each written as a whole or not at all.

What a record must hold is computed anew from the base and the lines of the plan. So after a kill at any place the same command
goes on, and nothing is done twice.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from pfocr_lint.campaign import record_edits
from pfocr_lint.campaign.outcomes import Outcome
from pfocr_lint.campaign.plan_file import Entry, Line, Plan, PlanError
from pfocr_lint.campaign.undoing import undo_in_edited
from pfocr_lint.quoting import quote
from pfocr_lint.workspace.atomic_write import Changed, Write, tidy, unwritable, write_all
from pfocr_lint.workspace.git_objects import contents
from pfocr_lint.workspace.reading import Unreadable, load
from pfocr_lint.workspace.source import kind_by_path

if TYPE_CHECKING:
    from pfocr_lint.campaign.base_records import BaseRecords

AT_ONCE = 128  # records


class Target(NamedTuple):
    """What a record should hold: its bytes, the lines that are made or taken back for it, and what is left, each as a line."""

    data: bytes
    lines: Sequence[Line]
    left: tuple[str, ...] = ()


# What a record should hold, from its path, its base, its lines, its bytes, and the batches concerned. Raises Unreadable.
Change = Callable[[str, bytes, Sequence[Line], bytes, frozenset[str]], Target]


def applied(_: str, base: bytes, lines: Sequence[Line], now: bytes, batches: frozenset[str]) -> Target:
    """A record with the lines of some batches. Raises Unreadable for one that changed since, or is not what the plan says."""
    try:
        have = record_edits.state(base, lines, now)
        if have is None:
            raise Unreadable("it changed since the plan")
        asked = [line for line in lines if line.batch in batches and line.id not in have]
        target = record_edits.closed(lines, [*have, *(line.id for line in asked)])
        data = record_edits.result(base, lines, target)
    except ValueError as error:
        raise Unreadable(f"it is not what the plan says: {error}") from None
    left = [_needing(line, lines) for line in asked if line.id not in target]
    return Target(data, [line for line in asked if line.id in target], tuple(left))


def _needing(line: Line, lines: Sequence[Line]) -> str:
    known = {each.id: each.batch for each in lines}
    others = [f"{each} ({known[each]})" if each in known else f"{each}, which was deleted from the plan" for each in line.needs]
    return f"line {line.id} ({line.rule}) is left out: it needs {' and '.join(others[:3])}{' …' if others[3:] else ''}"


def undone(path: str, base: bytes, lines: Sequence[Line], now: bytes, batches: frozenset[str]) -> Target:
    """A record without the lines of some batches. Raises Unreadable."""
    try:
        have = record_edits.state(base, lines, now)
        asked = [line.id for line in lines if line.batch in batches]
        if have is None:
            found = undo_in_edited(path, kind_by_path(f"/{path}"), base, lines, now, asked)
            data, gone = found.data, found.lines
            left = tuple(f"line {line.id} ({line.rule}{_of(line)}) stays: {why}" for line, why in found.kept)
        else:
            target = record_edits.closed(lines, [each for each in have if each not in asked])
            data, gone, left = record_edits.result(base, lines, target), have - target, ()
    except ValueError as error:
        raise Unreadable(f"it is not what the plan says: {error}") from None
    more = [line for line in lines if line.id in gone and line.batch not in batches]
    left += tuple(f"line {line.id} ({line.rule}, {line.batch}) is taken back too: it needs another one" for line in more)
    return Target(data, [line for line in lines if line.id in gone], left)


def _of(line: Line) -> str:
    return f", {', '.join(each['key'] for each in line.values[:3])}" if line.values else ""


class WorkTree(NamedTuple):
    """The records of a plan in the work tree; ``heads`` are the blobs of the checked-out commit, None without commits."""

    plan: Plan
    records: BaseRecords
    heads: Mapping[str, str] | None = None

    def change(self, change: Change, batches: Sequence[str]) -> Iterator[Outcome]:
        """Change the records with lines in some batches, and yield what came of each. Raises PlanError."""
        wanted = frozenset(batches)
        lines = self.plan.read(self.plan.entries(wanted))
        folders: set[str] = set()
        try:
            while part := list(islice(lines, AT_ONCE)):
                folders.update(os.path.dirname(self._whole(entry.path)) for entry, _ in part)  # noqa: PTH120
                yield from self._change_together(part, change, wanted)
        finally:
            for folder in folders:
                with contextlib.suppress(OSError):
                    tidy(folder)

    def _whole(self, path: str) -> str:
        return os.path.join(self.records.base.top, path)  # noqa: PTH118

    def _change_together(
        self, part: Sequence[tuple[Entry, list[Line]]], change: Change, batches: frozenset[str]
    ) -> Iterator[Outcome]:
        outcomes, now = list[Outcome | None](), dict[int, bytes]()
        for number, (entry, _) in enumerate(part):
            outcomes.append(None)
            try:
                self._check(entry)
                now[number] = load(self._whole(entry.path))
            except Unreadable as refused:
                outcomes[number] = Outcome(entry.path, left=(str(refused),))
        known = self._known(part, now)
        writes = dict[int, Write]()
        for number, (base, before) in known.items():
            entry, lines = part[number]
            try:
                outcome, target = self._outcome(entry, lines, base, before, now[number], change, batches)
            except Unreadable as refused:
                outcomes[number] = Outcome(entry.path, left=(str(refused),))
                continue
            outcomes[number] = outcome
            if target != now[number]:
                writes[number] = Write(self._whole(entry.path), now[number], target)
        for number, error in zip(writes, write_all(list(writes.values())), strict=True):
            path = part[number][0].path
            if isinstance(error, Changed):
                outcomes[number] = Outcome(path, left=(unwritable("", error).removeprefix(": "),))
            elif error is not None:
                outcomes[number] = Outcome(path, left=(f"it could not be written: {error.strerror}",))
        yield from filter(None, outcomes)

    def _check(self, entry: Entry) -> None:
        """Refuse what is no record of the base and the work tree. Raises Unreadable."""
        refusal = self.records.refusal_of(entry)
        if refusal is not None:
            raise Unreadable(f"it is refused: {refusal}")
        at = self.records.base.top
        for name in entry.path.split("/"):
            at = os.path.join(at, name)  # noqa: PTH118
            try:
                mode = os.lstat(at).st_mode
            except OSError as error:
                raise Unreadable("there is no such file" if isinstance(error, FileNotFoundError) else str(error)) from None
            if stat.S_ISLNK(mode):
                raise Unreadable("it is refused: it is a link, or below one")

    def _known(self, part: Sequence[tuple[Entry, list[Line]]], now: Mapping[int, bytes]) -> dict[int, tuple[bytes, bytes]]:
        """For each record the bytes of the base, and those that are changed: the commit's, or without commits the file's own."""
        needed: list[str] = []
        own = {number: record_edits.blob_of(data, part[number][0].blob) for number, data in now.items()}
        for number in now:
            entry = part[number][0]
            head = self.heads.get(entry.path) if self.heads is not None else None
            needed += [each for each in (entry.blob, head) if each is not None and each != own[number]]
        wanted = list(dict.fromkeys(needed))
        found = dict(zip(wanted, contents(self.records.base.top, wanted) or [], strict=False)) if wanted else {}
        known = {}
        for number, data in now.items():
            entry = part[number][0]
            blobs = {**found, own[number]: data}
            base = blobs.get(entry.blob)
            before = data if self.heads is None else blobs.get(self.heads.get(entry.path, ""))
            if base is None:
                raise PlanError(f"this clone lacks the base of {quote(entry.path)}; fetch it first")
            known[number] = base, data if before is None else before
        return known

    def _outcome(
        self,
        entry: Entry,
        lines: Sequence[Line],
        base: bytes,
        before: bytes,
        now: bytes,
        change: Change,
        batches: frozenset[str],
    ) -> tuple[Outcome, bytes]:
        """What came of a record, and what its file should hold. Raises Unreadable."""
        if self.heads is not None and entry.path not in self.heads:
            raise Unreadable("it is not in the checked-out commit")
        target = change(entry.path, base, lines, before, batches)
        wanted = now if target.data == before else target.data  # the file may have a later batch that is not committed yet
        if now not in (before, wanted):
            raise Unreadable("it has changes that are not committed")
        own = [line for line in lines if line.batch in batches]
        codes = tuple(code for line in target.lines for code in (line.rule, *line.also))
        fresh = now != target.data or self.heads is not None
        done = len(target.lines) if fresh else 0
        outcome = Outcome(entry.path, done, len(own) - done - len(target.left), target.left, codes)
        return outcome._replace(written=target.data if target.data != before else None), wanted
