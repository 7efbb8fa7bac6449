"""
Fixes for records in the pipeline's own form, made and verified entry by entry.

The edits of a fix are those of its diagnostic, which are known for an entry's text (see entry_diagnostics). A fixed record is
read and checked by the prefilter, many together, and PyYAML and ruamel.yaml read each edited entry. Whatever is not plain, and
each verification that fails, is left to the reference path (pfocr_lint.linter.fixer), which begins again with the record as it
was.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import yaml

from pfocr_lint.diagnostic import DropItem, Safety, SetValue, apply_edits
from pfocr_lint.linter import edits
from pfocr_lint.linter.changes import changed
from pfocr_lint.linter.entry_diagnostics import Located, located, numbered_diagnostics
from pfocr_lint.linter.fixed import Fixed, Round, made_by, same
from pfocr_lint.linter.hits import MOST, cause_of
from pfocr_lint.linter.prefilter import with_text
from pfocr_lint.pointer import parent_of
from pfocr_lint.record.document import untyped
from pfocr_lint.record.positions import compose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfocr_lint.diagnostic import Edit
    from pfocr_lint.linter.prefilter import QuickCheck
    from pfocr_lint.record.document import Record
    from pfocr_lint.settings.model import Settings


class Attempt(NamedTuple):
    """
    A record with fixes that are made and not yet verified: ``edits`` make them, ``data`` are the bytes after them, ``found`` are
    all its findings.
    """

    record: Record
    found: list[Located]
    fixing: list[Located]
    edits: list[Edit]
    data: bytes


def attempt(quick: QuickCheck, data: bytes, settings: Settings, *, unsafe: bool) -> Attempt | None:
    """Make the fixes of a record that was checked; None where the reference path has to."""
    if quick.record is None:
        return None
    record = with_text(quick.record, data)
    found = located(record, quick.found, settings.rules_for(record.path))
    if len(found) > MOST or any(each.finding.fix is not None and not _is_plain(each) for each in found):
        return None
    fixing = sorted(_to_fix(found, unsafe=unsafe), key=lambda each: each.rule.code)
    wanted = sorted(edit for each in fixing if (fix := each.diagnostic.fix) is not None for edit in fix.edits)
    if not wanted or any(one.end > other.start or one.start == other.start for one, other in pairwise(wanted)):
        return None
    changes = _changes(fixing)
    if _empties_a_list(record, changes) or sum(len(edit.text) for edit in wanted) > edits.MOST_WRITTEN:
        return None
    return Attempt(record, found, fixing, wanted, apply_edits(record.text, wanted).encode())


def _is_plain(each: Located) -> bool:
    """Whether a fix only sets values and drops items, and does not depend on what a person edited."""
    fix = each.finding.fix
    return (
        fix is not None
        and each.diagnostic.body.fix is not None
        and not fix.follows
        and all(isinstance(change, (SetValue, DropItem)) for change in fix.changes)
    )


def _to_fix(found: Sequence[Located], *, unsafe: bool) -> list[Located]:
    return [each for each in found if (fix := each.diagnostic.body.fix) is not None and (unsafe or fix.safety is Safety.SAFE)]


def _empties_a_list(record: Record, changes: Sequence[SetValue | DropItem]) -> bool:
    dropped = Counter(parent_of(change.key) for change in changes if isinstance(change, DropItem))
    return any(len(record.value(parent)) <= number for parent, number in dropped.items())


def verified(tried: Attempt, after: QuickCheck | None, settings: Settings, *, unsafe: bool) -> Fixed | None:
    """
    The fixed record; None where the reference path has to fix it.

    ``after`` is the quick check of the new bytes. The same must hold as in fixer.verify: every value is the intended one, what
    was fixed is gone, and two readers agree on each edited entry. And nothing must be left to fix in a further round.
    """
    if after is None or after.record is None:
        return None
    record, new = tried.record, with_text(after.record, tried.data)
    changes = _changes(tried.fixing)
    if not same(changed(record, changes), new.data):
        return None
    levels = settings.rules_for(record.path)
    left = located(new, after.found, levels)
    if _to_fix(left, unsafe=unsafe) or not _are_gone(tried, new, left):
        return None
    for change in changes:
        lines = new.slices.lines_of(change.key) if new.slices is not None else None
        if lines is None or not _confirmed(new.text[lines.start : lines.end]):
            return None
    fixed = [
        each.diagnostic._replace(made=made_by(record, fix)) for each in tried.fixing if (fix := each.finding.fix) is not None
    ]
    made = Round(tuple(tried.edits), tuple(fixed), ((),) * len(fixed))  # a fix that follows from another value is not made here
    return Fixed(tried.data, made.fixed, numbered_diagnostics(left), facts=after.facts, rounds=(made,))


def _changes(fixing: Sequence[Located]) -> list[SetValue | DropItem]:
    fixes = [fix for each in fixing if (fix := each.finding.fix) is not None]
    return [change for fix in fixes for change in fix.changes if isinstance(change, (SetValue, DropItem))]


def _are_gone(tried: Attempt, new: Record, left: Sequence[Located]) -> bool:
    """Whether no finding that was fixed is left: the same value does not cause it again."""
    codes = {each.rule.code for each in tried.fixing}
    still = Counter(cause_of(new, rule, finding) for rule, finding, _ in left if rule.code in codes)
    if not still:
        return True
    were = Counter(cause_of(tried.record, rule, finding) for rule, finding, _ in tried.found)
    gone = Counter(cause_of(tried.record, rule, finding) for rule, finding, _ in tried.fixing)
    return all(still[cause] <= max(0, were[cause] - gone[cause]) for cause in gone)


@lru_cache(4_096)  # the same few entries are written in most records
def _confirmed(lines: str) -> bool:
    """Whether PyYAML and ruamel.yaml find the same untyped text in the lines of an entry."""
    from pfocr_lint.record import round_trip  # ruamel.yaml, which only a fix needs

    try:
        node = compose(lines)
    except yaml.YAMLError:
        return False
    return node is not None and bool(round_trip.untyped(lines) == untyped(node))
