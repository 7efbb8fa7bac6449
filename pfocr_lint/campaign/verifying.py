"""
Proves that a commit or the work tree makes edits of a plan and nothing else, and that the linter offers each of these edits.

Everything is computed anew: what changed comes from Git, the bytes that should be there from the base and the lines of the plan,
and the edits that are offered from the linter, with the settings of the base.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from pfocr_lint.campaign import record_edits
from pfocr_lint.campaign.commits import trailers
from pfocr_lint.campaign.plan_file import Entry, Line, Plan
from pfocr_lint.campaign.planning import Offered, lines_of, task_of
from pfocr_lint.campaign.record_edits import Chosen
from pfocr_lint.dataclass import dataclass, field
from pfocr_lint.diagnostic import common_start
from pfocr_lint.errors import UsageError
from pfocr_lint.linter.planned import PlannedEdit
from pfocr_lint.result import Result
from pfocr_lint.workspace.git_objects import REGULAR, contents, is_ancestor, listed, output
from pfocr_lint.workspace.git_revision import Revision, commit
from pfocr_lint.workspace.paths import below
from pfocr_lint.workspace.reading import Unreadable, load

if TYPE_CHECKING:
    from pfocr_lint.campaign.base_records import BaseRecords

AT_ONCE = 512  # records


class Changed(NamedTuple):
    """A file that differs: its modes, and its blobs ('' in the work tree)."""

    mode: str
    new_mode: str
    blob: str
    new_blob: str


@dataclass
class Proof:
    """
    What was proven. ``problems`` are lines that begin with a place; without one, the proof holds.

    ``made`` counts the edits by batch, ``rules`` by rule; ``left`` names records of these batches that people changed before.
    """

    problems: list[str] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    unsafe: int = 0
    records: int = 0
    left: list[str] = field(default_factory=list)


@dataclass
class Verification:
    """
    A plan against what changed from one commit to another, or to the work tree.

    ``offered`` gives the edits that the linter offers. ``before`` is the commit that the change begins at; ``after`` the one that
    it leads to, None for the work tree. ``allowed`` are paths beside the records that may differ: the plan itself. ``claimed``
    are the batches that the commit names, ``named`` the digests of plans.
    """

    plan: Plan
    records: BaseRecords
    before: str
    after: str | None
    offered: Offered
    allowed: frozenset[str] = frozenset()
    claimed: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    jobs: int | None = None
    _proof: Proof = field(default_factory=Proof)
    _states: dict[str, tuple[Chosen, Chosen]] = field(default_factory=dict)

    @property
    def top(self) -> str:
        """The top folder of the repository."""
        return self.records.base.top

    def run(self) -> Proof:
        """Check everything."""
        proof = self._proof
        changed = changes(self.top, self.before, self.after)
        entries = {entry.path: entry for entry in self.plan.entries()}
        for entry in entries.values():
            refusal = self.records.refusal_of(entry)
            if refusal is not None:
                proof.problems.append(f"{entry.path}: {refusal}")
        for path, each in changed.items():
            if path not in self.allowed:
                problem = _not_planned(path, each, entries)
                proof.problems += [problem] if problem is not None else []
        if self.named - {self.plan.digest}:
            proof.problems.append(f"{self.plan.file}: the commit names another plan: {', '.join(sorted(self.named))[:200]}")
        if not proof.problems:
            self._check_bytes({path: each for path, each in changed.items() if path in entries})
        if not proof.problems:
            self._check_whole()
        if not proof.problems:
            self._check_offers([entries[path] for path in sorted(self._states)])
        if not (proof.problems or proof.made):
            proof.problems.append("no edit of the plan was made")
        return proof

    def _check_bytes(self, changed: Mapping[str, Changed]) -> None:
        """Each record must have the bytes that the plan gives it, before and after."""
        proof = self._proof
        wanted = [entry for entry in self.plan.entries() if entry.path in changed]
        reading = self.plan.read(wanted)
        while part := list(islice(reading, AT_ONCE)):
            before = self._contents({entry.path: changed[entry.path].blob for entry, _ in part})
            now = self._now({entry.path: changed[entry.path].new_blob for entry, _ in part})
            bases = self._contents({entry.path: entry.blob for entry, _ in part})
            for entry, lines in part:
                base, old, new = bases[entry.path], before[entry.path], now[entry.path]
                problem = new if isinstance(new, str) else self._check_record(entry, lines, base, old, new)
                if problem is not None:
                    proof.problems.append(f"{entry.path}{problem}")

    def _check_record(self, entry: Entry, lines: Sequence[Line], base: bytes, old: bytes, new: bytes) -> str | None:
        """The problem of a record, with its place in front; None where all is as planned."""
        proof = self._proof
        try:
            had, have = record_edits.state(base, lines, old), record_edits.state(base, lines, new)
        except ValueError as error:
            return f": the plan does not fit its base: {error}"
        if had is None:
            return ": it was changed after the plan's base, so the plan does not say what it must hold"
        if have is None:
            return _first_difference(_nearest(base, lines, had, new), new)
        if not had <= have:
            return ": edits of the plan were taken back"
        self._states[entry.path] = had, have
        fresh = [line for line in lines if line.id in have and line.id not in had]
        proof.records += 1
        for line in fresh:
            proof.made[line.batch] += 1
            proof.rules.update((line.rule, *line.also))
            proof.unsafe += line.safety == "unsafe"
        return None

    def _check_whole(self) -> None:
        """The batches must be those that the commit names, and whole."""
        proof = self._proof
        if self.claimed:
            proof.problems += [
                f"{batch}: an edit of another batch than the commit names" for batch in proof.made if batch not in self.claimed
            ]
            proof.problems += [f"{batch}: the plan has no such batch" for batch in sorted(self.claimed - {*self.plan.batches})]
        batches = self.claimed & {*self.plan.batches} or set(proof.made)
        there = Revision(self.top, self.after or self.before).blobs
        reading = self.plan.read(self.plan.entries(batches))
        while part := list(islice(reading, AT_ONCE)):
            others = [entry.path for entry, _ in part if entry.path not in self._states and entry.path in there]
            datas = self._contents({path: there[path] for path in others})
            bases = self._contents({entry.path: entry.blob for entry, _ in part})
            for entry, lines in part:
                own = [line.id for line in lines if line.batch in batches]
                if entry.path in self._states:
                    had, have = self._states[entry.path]
                else:
                    data = datas.get(entry.path)
                    state = record_edits.state(bases[entry.path], lines, data) if data is not None else None
                    if state is None:
                        proof.left.append(entry.path)
                        continue
                    had = have = state
                lacking = record_edits.closed(lines, [*had, *own]) - have
                if lacking:
                    proof.problems.append(
                        f"{entry.path}: lacks {len(lacking)} edits of {', '.join(sorted(batches))[:200]}: line {min(lacking)}"
                    )

    def _check_offers(self, entries: Sequence[Entry]) -> None:
        """The linter must offer each edit on the base; so the plan may hold none that someone made up."""
        proof, flags = self._proof, self.plan.head.chosen
        if self.plan.head.settings != self.records.digest(self.records.below(flags.paths)):
            proof.problems.append(f"{self.plan.file}:1: the settings of the base are not those that the plan was made with")
            return
        results = self.offered(self.records, [entry.path for entry in entries], task_of(flags), self.jobs)
        for (entry, lines), result in zip(self.plan.read(entries), results, strict=True):
            proof.problems += result.faults
            had, have = self._states[entry.path]
            wanted = [line for line in lines if line.id in have and line.id not in had]
            for line in not_offered(entry.blob, wanted, result):
                proof.problems.append(f"{self.plan.file}: line {line.id}: the linter does not offer this edit on {entry.path}")

    def _now(self, blobs: Mapping[str, str]) -> dict[str, bytes | str]:
        """The bytes of each file after the change, by path, or what is wrong with it."""
        found: dict[str, bytes | str] = {}
        if self.after is not None:
            found.update(self._contents(blobs))
            return found
        for path in blobs:
            try:
                found[path] = load(os.path.join(self.top, path))  # noqa: PTH118
            except Unreadable as refused:  # noqa: PERF203 - the other records are still read
                found[path] = f": {refused}"
        return found

    def _contents(self, blobs: Mapping[str, str]) -> dict[str, bytes]:
        """The bytes of each file, by path. Raises UsageError where the clone lacks them."""
        found: dict[str, bytes] = {}
        for path, data in zip(blobs, contents(self.top, [*blobs.values()]) or [None] * len(blobs), strict=True):
            if data is None:
                raise UsageError(f"this clone lacks a version of {path}; fetch it first")
            found[path] = data
        return found


def verification(
    plan: Plan, records: BaseRecords, revision: str | None, own_files: Sequence[str], jobs: int | None, offered: Offered
) -> Verification:
    """
    How to check a commit against its first parent, or the work tree against the base of the plan.

    ``own_files`` are those of the command, which may be in the repository. Raises UsageError and RevisionError.
    """
    top, base = records.base.top, records.base.commit
    allowed = {below(os.path.realpath(file), os.path.realpath(top)) for file in own_files}
    if revision is None:
        return Verification(plan, records, base, None, offered, frozenset(allowed), jobs=jobs)
    after = commit(top, revision, "--revision").commit
    parents = output(top, "rev-list", "--parents", "-n", "1", after).decode().split()[1:]
    if not parents:
        raise UsageError(f"--revision: {after[:12]} has no parent in this clone; fetch more of it")
    if not is_ancestor(top, base, parents[0]):
        raise UsageError(f"{plan.file}: its base {base[:12]} does not come before the parent of {after[:12]}")
    message = output(top, "show", "-s", "--format=%B", after).decode("utf-8", "replace")
    claimed = trailers(message, "PFOCR-Batch")
    named = trailers(message, "PFOCR-Plan")
    return Verification(plan, records, parents[0], after, offered, frozenset(allowed), claimed, named, jobs)


def _not_planned(path: str, each: Changed, entries: Mapping[str, Entry]) -> str | None:
    if each.mode == "000000":
        return f"{path}: it is new, and not in the plan"
    if each.new_mode == "000000":
        return f"{path}: it was deleted"
    if each.mode != each.new_mode or each.mode not in REGULAR:
        return f"{path}: its mode changed from {each.mode} to {each.new_mode}"
    return None if path in entries else f"{path}: it changed, and is not in the plan"


def not_offered(blob: str, lines: Sequence[Line], result: Result) -> Iterator[Line]:
    """The lines of a record that are not among those which the linter's result would give."""
    known: dict[tuple[object, ...], list[Line]] = {}
    edits: tuple[PlannedEdit, ...] = result.planned
    for each in lines_of(result, blob, 1, [""] * len(edits)):
        known.setdefault(_said(each), []).append(each)
    first: int | None = None
    for line in lines:
        same = known.get(_said(line))
        own = same.pop(0) if same else None
        moved = 0 if own is None else line.id - own.id
        first = moved if first is None else first
        if own is None or moved != first or line.needs != [moved + other for other in own.needs]:
            yield line


def _said(line: Line) -> tuple[object, ...]:
    """What a line holds beside its numbers, as text: so 1, 1.0 and true are three values."""
    return tuple(map(repr, line._replace(id=0, batch="", needs=[])))


def _nearest(base: bytes, lines: Sequence[Line], had: Chosen, new: bytes) -> bytes:
    """The content that the plan gives a record, of those that it may give the one that agrees longest."""
    possible = [record_edits.result(base, lines, each) for each in (*record_edits.states(lines), had)]
    return max(possible, key=lambda data: common_start(data, new))


def _first_difference(wanted: bytes, new: bytes) -> str:
    at = common_start(wanted, new)
    line = new.count(b"\n", 0, at) + 1
    return f":{line}: from byte {at:,} on it does not hold what the plan gives it"


def changes(top: str, before: str, after: str | None) -> dict[str, Changed]:
    """The files that differ between a commit and another one, or the work tree with its new files."""
    args = ("--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none")
    end = [before, "--"] if after is None else ["-r", before, after, "--"]
    fields = output(top, "diff" if after is None else "diff-tree", *args, *end).split(b"\0")
    found = {}
    for about, name in zip(fields[0::2], fields[1::2], strict=False):
        mode, new_mode, blob, new_blob, _ = about.decode().removeprefix(":").split(" ")
        found[os.fsdecode(name)] = Changed(mode, new_mode, blob, new_blob)
    if after is None:
        for name in listed(top, "ls-files", "-z", "--others", "--exclude-standard"):
            found[os.fsdecode(name)] = Changed("000000", "100644", "", "")
    return found
