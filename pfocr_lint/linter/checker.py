"""
Judging records, each alone and all together. Pure: bytes and values in, values out.

A rule that raises is a fault of this program, not of the record: it is returned beside what the others found.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pfocr_lint.linter import prefilter
from pfocr_lint.linter.diagnostics import diagnostics_of
from pfocr_lint.linter.edited_values import Load, watch
from pfocr_lint.record.parser import read
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import DEFAULT, Settings

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Diagnostic
    from pfocr_lint.record.document import Record
from pfocr_lint.linter.examination import examine, run_rule
from pfocr_lint.linter.hits import Examined, by_place


class InternalFault(Exception):  # noqa: N818 - the contract's word
    """A rule raised, or a fix failed its verification."""


def check(
    path: str, data: bytes, settings: Settings = DEFAULT, kind: Kind | None = None, *, before: bytes | None = None
) -> list[Diagnostic]:
    """
    What is wrong with one record.

    ``path`` is only a name: no file is touched. ``kind`` says what the record is where its path and text do not; ``before`` is
    the record in an earlier version: a fix that would replace what was edited since is not safe. Raises InternalFault when a
    rule raised.
    """
    look = prefilter.look(path, data, settings, kind)
    examined = examined_of(path, data, settings, kind, look, lambda: before)
    if examined is None:
        return []
    if examined.faults:
        raise InternalFault(examined.faults[0])
    return diagnostics_of(examined)


def examined_of(
    path: str,
    data: bytes,
    settings: Settings,
    kind: Kind | None,
    look: prefilter.Look | None,
    before: Load,
    *,
    fixes: Callable[[str], bool] = lambda _: False,
) -> Examined | None:
    """
    What the rules find in one record; None when the prefilter has found nothing.

    This is the one place that chooses between the two paths. ``look`` is the prefilter's answer for the record, None for "not
    sure". ``fixes`` says whether fixes of a safety (as a rule declares its own) will be made: what is written must come from the
    reference path. ``before`` gives the bytes of the earlier version that edits are compared with.
    """
    if look is not None and not look.suspects:
        return None
    if look is not None and look.record is not None and not any(fixes(rule.fix) for rule in look.suspects):
        watch(look.record, before, read)
        return _explained(look, look.record, data, settings)
    record = read(path, data, kind)
    watch(record, before, read)
    return examine(record, settings, None if look is None else look.suspects)


def _explained(look: prefilter.Look, record: Record, data: bytes, settings: Settings) -> Examined:
    """Run the rules that find something in a record of the pipeline's own form once more, with the text, for the places."""
    prefilter.with_text(record, data)
    levels, faults = settings.rules_for(record.path), list[str]()
    hits = [hit for rule in look.suspects for hit in run_rule(rule, record, levels, faults)]
    return Examined(record, tuple(sorted(hits, key=by_place)), tuple(faults))
