"""
Judging records, each alone and all together. Pure: bytes and values in, values out.

A rule that raises is a fault of this program, not of the record: it is returned beside what the others found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from pfocr_lint.dataclass import replace
from pfocr_lint.linter import prefilter
from pfocr_lint.linter.diagnostics import diagnostics_of
from pfocr_lint.linter.edited_values import watch
from pfocr_lint.linter.hits import Examined, Hit, by_place, hit_of, span_of
from pfocr_lint.linter.ownership import prepare
from pfocr_lint.linter.waiving import waive
from pfocr_lint.record.parser import read
from pfocr_lint.rules.catalogue import BY_CODE, RULES
from pfocr_lint.rules.waiver_comments import waivers
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import DEFAULT, Settings

if TYPE_CHECKING:
    from pfocr_lint.diagnostic import Diagnostic, Severity
    from pfocr_lint.record.document import Record
    from pfocr_lint.rules.declaration import Rule

# Of a table, whose text is then not what the file holds.
_UNREAD = frozenset({"PF001", "PF002", "PF008"})

_PATIENT = frozenset({"PF901", "PF902"})


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
    if look is not None and not look.suspects:
        return []
    record = look.record if look is not None and look.record is not None else read(path, data, kind)
    watch(record, lambda: before, read)
    examined = explain(look, data, settings) if look is not None else examine(record, settings)
    if examined.faults:
        raise InternalFault(examined.faults[0])
    return diagnostics_of(examined)


def explain(look: prefilter.Look, data: bytes, settings: Settings = DEFAULT) -> Examined:
    """Let the rules that find something in a record of the pipeline's own form say what, and where."""
    if look.record is None:
        raise ValueError("nothing was found in it")
    record, faults = prefilter.with_text(look.record, data), list[str]()
    levels = settings.rules_for(record.path)
    hits = [hit for rule in look.suspects for hit in _run(rule, record, levels, faults)]
    return Examined(record, tuple(sorted(hits, key=by_place)), tuple(faults))


def examine(record: Record, settings: Settings = DEFAULT, suspects: Iterable[Rule] | None = None) -> Examined:
    """Run the rules that are on for the record's path; ``suspects`` alone where the others are known to find nothing."""
    rules = RULES if suspects is None else suspects
    levels = settings.rules_for(record.path)
    prepare(record, settings.synonyms)
    faults: list[str] = []
    hits = [hit for rule in _applicable(record, rules) if rule.code not in _PATIENT for hit in _run(rule, record, levels, faults)]
    known = waivers(record) if settings.waivers else ()
    waived: tuple[str, ...] = ()
    if known:
        hits, waived = waive(record, known, hits, levels)
        for code in sorted(_PATIENT):
            hits += _run(BY_CODE[code], record, levels, faults)
    record.found = len(hits)
    return Examined(record, tuple(sorted(hits, key=by_place)), tuple(faults), waived)


def examine_again(before: Examined, fixed: Collection[Hit], record: Record, settings: Settings) -> Examined:
    """What is found in a record after some hits were fixed; what a comparison found beside them is still there."""
    after = examine(record, settings)
    if before.again is None:
        return after
    kept = [hit for hit in before.hits if hit.rule.compare is not None and not hit.rule.pages_only and hit not in fixed]
    moved = [replace(hit, span=span_of(record, hit.finding)) for hit in kept]
    hits = sorted([*after.hits, *before.again(record), *moved], key=by_place)
    return replace(after, hits=tuple(hits), open_other=before.open_other, again=before.again)


def _applicable(record: Record, rules: Iterable[Rule]) -> Iterator[Rule]:
    """The rules for the record's kind; of an unreadable one only those that say why it is."""
    codes = {fault.code for fault in record.faults}
    blocked = codes if record.data is None and (record.kind is not Kind.TABLE or codes & _UNREAD) else None
    for rule in rules:
        if rule.code in blocked if blocked is not None else record.kind in rule.kinds:
            yield rule


def _run(rule: Rule, record: Record, levels: Mapping[str, Severity], faults: list[str]) -> list[Hit]:
    level = levels.get(rule.code)
    if level is None:
        return []
    try:
        return [hit_of(record, rule, level, finding) for finding in rule.check(record)]
    except Exception as error:  # noqa: BLE001 - whatever a rule does wrong, the others still speak
        faults.append(f"{record.path}: rule {rule.code} failed: {type(error).__name__}: {error}")
        return []
