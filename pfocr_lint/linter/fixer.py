"""
Fixing records until nothing changes, each round verified. Pure: bytes and values in, values out.

A fix that fails its verification is a fault of this program: it is returned, and the bytes stay as they were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pfocr_lint.dataclass import dataclass, replace
from pfocr_lint.diagnostic import Diagnostic, Fix, Safety, TextEdit, apply_edits
from pfocr_lint.linter import edits
from pfocr_lint.linter.diagnostics import FIRST, diagnostic_of, diagnostics_of
from pfocr_lint.linter.edited_values import keep_tracking, track_edits
from pfocr_lint.linter.fixed import Fixed, Round, made_by, same
from pfocr_lint.linter.hits import Checked, Hit
from pfocr_lint.linter.record_check import check_again, check_record
from pfocr_lint.record.facts import facts_of
from pfocr_lint.record.limits import MAX_BYTES
from pfocr_lint.record.line_ends import in_ends_of, with_lf
from pfocr_lint.record.parser import read
from pfocr_lint.record.repair import confirmed, repaired
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import DEFAULT, Settings, on_day

ROUNDS = 10


def fix(
    path: str,
    data: bytes,
    settings: Settings = DEFAULT,
    *,
    unsafe: bool = False,
    kind: Kind | None = None,
    before: bytes | None = None,
    today: str | None = None,
    stores_lf: bool = False,
) -> Fixed:
    """
    Fix one record: apply all fixes that do not clash, again and again until nothing changes.

    No file is read or written. After a fault the bytes are the old ones. ``before`` are the bytes of an earlier version: a fix
    that would replace what was edited since is not safe. ``today`` is the day with which the ``until`` of waivers is compared,
    ``YYYY-MM-DD``; without it, no waiver ends. ``stores_lf`` says that Git stores LF for CR LF: then CR LF is no finding, and
    the fixed bytes keep it. Raises ValueError for another form of the day.
    """
    settings = on_day(settings, today)
    text = with_lf(data) if stores_lf else data
    record = read(path, text, kind)
    track_edits(record, lambda: before, read)
    fixed = fix_until_stable(check_record(record, settings), text, settings, unsafe=unsafe)
    return replace(fixed, data=in_ends_of(data, text, fixed.data))


def fix_until_stable(first: Checked, data: bytes, settings: Settings, *, unsafe: bool) -> Fixed:
    """The same for a record that is already checked; ``data`` are its bytes."""
    checked, path = first, first.record.path
    fixed: list[Diagnostic] = []
    rounds: list[Round] = []
    unstable: tuple[Diagnostic, ...] = ()
    for turn in range(ROUNDS + 1):
        step = fix_round(checked, settings, unsafe=unsafe)
        if step is None:
            new = checked.record.text.encode() if fixed else data
            left = tuple(diagnostics_of(checked))
            facts = facts_of(checked.values)
            return Fixed(new, tuple(fixed), left, checked.faults, facts, checked.waived, checked.until, tuple(rounds))
        if turn == ROUNDS:
            break
        if step.problem is not None:
            return _unfixed(first, data, f"{path}: {step.problem}")
        fixed += step.fixed
        rounds += step.rounds
        unstable, checked = step.fixed, step.after
    names = ", ".join(sorted({each.code for each in unstable}))
    return _unfixed(first, data, f"{path}: the fixes of {names} do not converge after {ROUNDS} rounds")


def _unfixed(first: Checked, data: bytes, fault: str) -> Fixed:
    left, facts = tuple(diagnostics_of(first)), facts_of(first.values)
    return Fixed(data, (), left, (*first.faults, fault), facts, first.waived, first.until)


@dataclass(frozen=True)
class Step:
    """
    Fixes that were made: in one round, or one rule after the other; the record after them, and the reason why it must not be
    written, if there is one.
    """

    rounds: tuple[Round, ...]
    after: Checked
    problem: str | None

    @property
    def fixed(self) -> tuple[Diagnostic, ...]:
        """What was fixed."""
        return tuple([each for made in self.rounds for each in made.fixed])


def fix_round(checked: Checked, settings: Settings, *, unsafe: bool) -> Step | None:
    """Apply all fixes of a checked record that do not clash, and verify them; None when there is none."""
    if not checked.offers_fixes:
        return None
    wanted = _wanted(checked, unsafe=unsafe)
    first = [each for each in wanted if each[0].rule.code in FIRST]
    step = _step(checked, first or wanted, settings)
    codes = sorted({diagnostic.code for diagnostic in step.fixed}) if step is not None and step.problem is not None else []
    # the fix of one rule may make another rule find something: one rule after the other
    done: Step | None = None
    for code in codes if len(codes) > 1 else ():
        now = checked if done is None else done.after
        alone = _step(now, [each for each in _wanted(now, unsafe=unsafe) if each[0].rule.code == code], settings)
        if alone is not None and alone.problem is None:
            done = alone if done is None else Step((*done.rounds, *alone.rounds), alone.after, None)
    return done or step


def fix_findings(checked: Checked, hits: Sequence[Hit], settings: Settings) -> Step | None:
    """Apply the fixes of some findings of a checked record in one round, unsafe ones too, and verify it; None without any."""
    wanted = [(hit, hit.finding.fix) for hit in hits if hit.finding.fix is not None]
    return _step(checked, wanted, settings) if wanted and checked.offers_fixes else None


def _wanted(checked: Checked, *, unsafe: bool) -> list[tuple[Hit, Fix]]:
    """The fixes to apply to a checked record, sorted by rule."""
    return [
        (hit, hit.finding.fix)
        for hit in sorted(checked.hits, key=lambda hit: hit.rule.code)
        if hit.finding.fix is not None and (unsafe or hit.finding.fix.safety is Safety.SAFE)
    ]


def _step(checked: Checked, wanted: list[tuple[Hit, Fix]], settings: Settings) -> Step | None:
    """Apply some fixes that do not clash, and verify them."""
    record = checked.record
    planned = edits.plan(record, [each for _, each in wanted])
    if planned.weight(record) > edits.MOST_WRITTEN:  # without fixes that are too large alone; all of the others or none
        wanted = [each for each in wanted if edits.plan(record, [each[1]]).weight(record) <= edits.MOST_WRITTEN]
        planned = edits.plan(record, [each for _, each in wanted])
        if planned.weight(record) > edits.MOST_WRITTEN:
            return None
    text = apply_edits(record.text, planned.edits)
    if not planned.taken or len(text.encode()) > MAX_BYTES:
        return None
    planned_fixes = [wanted[index] for index in planned.taken]
    new = read(record.path, text.encode(), record.kind)
    keep_tracking(record, new)
    after = check_again(checked, [hit for hit, _ in planned_fixes], new, settings)
    problem = verify(checked, after, planned_fixes, planned)
    if problem is not None:
        problem = f"a fix of {', '.join(sorted({hit.rule.code for hit, _ in planned_fixes}))} was not made: {problem}"
    fixed = [diagnostic_of(record, hit, 1, checked.open_other, made=made_by(record, each)) for hit, each in planned_fixes]
    made = Round(planned.edits, tuple(fixed), tuple([each.follows for _, each in planned_fixes]))
    return Step((made,), after, problem)


def verify(before: Checked, after: Checked, planned_fixes: Sequence[tuple[Hit, Fix]], planned: edits.Plan) -> str | None:
    """
    The reason why the new text must not be written; None when it may be.

    The text must read. Every value that was not to change is equal, each changed one is the intended one, and what was fixed is
    gone. Nothing outside the front matter changed, except by an edit of the text itself. ruamel.yaml reads each edited entry
    alike.
    """
    old, new = before.record, after.record
    if new.data is None and old.kind is not Kind.TABLE:
        return "the result cannot be read"
    left = repaired(old) if old.data is None else None
    wanted = planned.data(old) if left is None else left.record.data
    if wanted is not None and not same(wanted, new.data):
        return "the result does not read as intended"
    textual = any(isinstance(change, TextEdit) for _, each in planned_fixes for change in each.changes)
    if not textual:
        head, tail = old.text[: old.body.start], old.text[old.body.end :]
        if new.text[: new.body.start] != head or new.text[new.body.end :] != tail:
            return "text outside the front matter changed"
    # a finding is gone when the same value does not cause it again; a changed value may show the next defect
    still = Counter(hit.cause for hit in after.hits)
    were = Counter(hit.cause for hit in before.hits)
    gone = Counter(hit.cause for hit, _ in planned_fixes)
    for hit, _ in planned_fixes:
        if still[hit.cause] > max(0, were[hit.cause] - gone[hit.cause]):
            return f"{hit.rule.code} still finds {hit.finding.message}"
    for pointer in planned.written:
        if not confirmed(new, pointer):
            return f"ruamel.yaml reads {pointer} differently"
    return None
