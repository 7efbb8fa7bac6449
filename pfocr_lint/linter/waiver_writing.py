"""
Writes the comments that waive the findings of one rule in a record, verified as a fix is. Pure: values in, values out.

Each comment stands on a line of its own above the entry of its finding. A waiver of another rule that stands there stays, with
its own reason and last day: both comments count for the entry below them.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from pfocr_lint.dataclass import dataclass, replace
from pfocr_lint.diagnostic import Edit, apply_edits
from pfocr_lint.linter.fixed import same
from pfocr_lint.linter.hits import Checked, span_of
from pfocr_lint.linter.record_check import check_record
from pfocr_lint.linter.waiving import line_below, waive
from pfocr_lint.record.limits import MAX_BYTES
from pfocr_lint.record.parser import read
from pfocr_lint.rules.waiver_comments import waivers
from pfocr_lint.schema.kinds import Kind

if TYPE_CHECKING:
    from pfocr_lint.linter.hits import Hit
    from pfocr_lint.record.document import Record
    from pfocr_lint.settings.model import Settings


@dataclass(frozen=True)
class Written:
    """
    A record with its new comments: the text, and for each comment its line (from 1) and the number of findings that it waives.

    ``problem`` says why the record must be left as it is; None when it may be written.
    """

    text: str
    comments: tuple[tuple[int, int], ...] = ()
    problem: str | None = None


def write_waivers(checked: Checked, code: str, comment: str, settings: Settings, *, only: Hit | None = None) -> Written:
    """
    Waive the findings of a rule in a checked record by a comment, ``# pfocr-lint: ignore[…] reason``, above each place.

    ``checked`` may come from the check of the record or from the comparison of records. With ``only``, one of its findings, the
    comment stands above that place alone; it waives what the rule finds there.
    """
    record = checked.record
    if record.kind is Kind.TABLE:
        return Written(record.text, problem="a mention table holds no comments; use per-file-ignores in the settings")
    if record.data is None:
        return Written(record.text, problem="YAML cannot read it; correct that first (PF005)")
    if record.has_lone_cr:
        return Written(record.text, problem="its lines do not all end in LF; correct that first (PF009)")
    places = Counter(line_below(record, hit) for hit in checked.hits if hit.rule.code == code)
    left = 0
    if only is not None:
        left, line = places.total(), line_below(record, only)
        places = Counter({line: places[line]})
        left -= places.total()
    lines = record.text.split("\n")
    edits, found = [], []
    for number, line in enumerate(sorted(places)):
        at = sum(map(len, lines[: line - 1])) + line - 1
        end = "\r\n" if lines[line - 2].endswith("\r") else "\n"
        indent = re.match(" *", lines[line - 1])
        edits.append(Edit(at, at, f"{indent[0] if indent is not None else ''}{comment}{end}"))
        found.append((line + number, places[line]))
    written = Written(apply_edits(record.text, edits), tuple(found))
    return replace(written, problem=_problem(checked, code, comment, written, settings, left))


def _problem(checked: Checked, code: str, comment: str, written: Written, settings: Settings, left: int = 0) -> str | None:
    """
    The reason why the new text must not be written; None when it may be.

    Only the comments were added; every value is equal; the findings are waived but for ``left`` elsewhere, and no rule finds
    anything else.
    """
    old, data = checked.record, written.text.encode()
    added = {line for line, _ in written.comments}
    lines = list(enumerate(written.text.split("\n"), 1))
    kept = [line for number, line in lines if number not in added]
    if kept != old.text.split("\n") or any(line.strip() != comment for number, line in lines if number in added):
        return "something else than comments would be added"
    if len(data) > MAX_BYTES:
        return "the comments would make it too large"
    new = read(old.path, data, old.kind)
    if new.data is None or not same(old.data, new.data):
        return "with the comment above its finding it would have other values"
    before, after = check_record(old, settings), check_record(new, settings)
    if sum(each.rule.code == code for each in (*after.hits, *_compared(checked, new, code, settings))) > left:
        return f"{code} would still be reported with the comment above its finding"
    more = Counter(each.rule.code for each in after.hits) - Counter(each.rule.code for each in before.hits)
    return f"with the comment, {', '.join(sorted(more))} would be reported" if more else None


def _compared(checked: Checked, new: Record, code: str, settings: Settings) -> list[Hit]:
    """The findings of the comparison of records that the new text does not waive."""
    found = [hit for hit in checked.hits if hit.rule.code == code and hit.rule.only_compares]
    moved = [replace(hit, span=span_of(new, hit.finding)) for hit in found]
    return waive(new, waivers(new), moved, settings.rules_for(new.path), settings.today)[0]
