"""PF9: the linter's own; the comments by which a record waives a rule for itself."""

from __future__ import annotations

from collections.abc import Iterator

from pfocr_lint.diagnostic import Finding, Fix, Span, TextEdit
from pfocr_lint.quoting import quote, shorten
from pfocr_lint.record.document import Record
from pfocr_lint.rules.declaration import DECLARED, Bad, Good, Trigger, nearest, rule
from pfocr_lint.rules.waiver_comments import Waiver, waivers
from pfocr_lint.schema.kinds import MAPPINGS

_HINTS = 50  # names that are compared with those of all rules


def _without(record: Record, waiver: Waiver, dead: set[Span]) -> Fix:
    """Take names out of a waiver, or the whole comment when none is left."""
    text = record.text
    kept = [name for name, span in waiver.names if span not in dead]
    if kept:
        start, end = waiver.names[0][1].start, waiver.names[-1][1].end
        return Fix("take the name out", (TextEdit(start, end, ", ".join(kept)),))
    start = text.rfind("\n", 0, waiver.span.start) + 1
    if waiver.alone:
        return Fix("remove the comment", (TextEdit(start, text.find("\n", waiver.span.end) + 1, ""),))
    line = text[start : waiver.span.start].rstrip(" ")
    return Fix("remove the comment", (TextEdit(start + len(line), waiver.span.end, ""),))


@rule(
    "PF901",
    severity="warning",
    fix="safe",
    kinds=MAPPINGS,
    trigger=Trigger.FORM,
    waivable=False,
    bad=[
        Bad(text=("year: '2022'", "# pfocr-lint: ignore[PF210] printed later\nyear: '2022'"),
            message="nothing to waive", fixed={}),
        Bad(text=("year: '2022'", "year: '2022' # pfocr-lint: ignore[PF210] printed later"),
            message="nothing to waive", fixed={}),
        Bad(text=("year: '2022'", "year: 2022 # pfocr-lint: ignore[PF105, PF210] a number"), message="PF210",
            fixed="year: 2022 # pfocr-lint: ignore[PF105] a number"),
    ],
    good=[Good(text=("year: '2022'", "year: '2021' # pfocr-lint: ignore[PF210] printed in 2022"))],
)  # fmt: skip
def unused_waiver(record: Record) -> Iterator[Finding]:
    """
    A waiver waives nothing.

    The comment `# pfocr-lint: ignore[PF210] the reason` waives rules for the value on its line or the one below; for a text
    of several lines, write it above the line of its key. Either the waived finding has been fixed, or the rule cannot be
    waived inside a file (PF0, PF305). If the rule reports another line of the record, the waiver is in the wrong place, and
    stays. This is not reported for rules that compare records (PF4): their findings depend on which other records are read.
    For a waiver whose last day has passed, PF903 is reported instead.
    """
    for waiver, unused in record.unused_waivers:
        dead = {span for _, span, _ in unused}
        names = ", ".join(name for name, _, _ in unused)
        message = f"the waiver of {names} has nothing to waive"
        fix: Fix | None = _without(record, waiver, dead)
        elsewhere = [f"{name} is reported at line {line}" for name, _, line in unused if line]
        if elsewhere:  # it stands in the wrong place: the reason in it is not to be lost
            message, fix = f"{message} here; {' and '.join(elsewhere)}, and a waiver stands directly above", None
        yield Finding(None, message, at=waiver.span, fix=fix)


@rule(
    "PF902",
    severity="warning",
    kinds=MAPPINGS,
    trigger=Trigger.FORM,
    waivable=False,
    bad=[
        Bad(
            text=("year: '2022'", "year: '2022' # pfocr-lint: ignore[PF2100] why"),
            message="no rule 'PF2100'; did you mean 'PF210'?",
        ),
        Bad(text=("year: '2022'", "year: '2022' # pfocr-lint: ignore[PF2] why"), message="name each by its full code"),
        Bad(text=("year: '2022'", "year: '2022' # checked # pfocr-lint: ignore PF210"), message="ignore[PF210] the reason"),
        Bad(text=("year: '2022'", "# PFOCR-lint: ignore[PF210] checked\nyear: '2022'"), message="ignore[PF210] the reason"),
        Bad(text=("year: '2022'", "year: '2021' # pfocr-lint: ignore[PF210]"), message="a reason is missing"),
        Bad(text=("year: '2022'", "year: '2022' # pfocr-lint: ignore[PF210; until=June] why"), message="is no date"),
    ],
    good=[
        Good(text=("year: '2022'", "year: '2021' # pfocr-lint: ignore[year-differs-from-reference] printed in 2022")),
        Good(text=("year: '2022'", "# pfocr-lint: ignore[PF210; until=2027-06-30; owner=ana] to be clarified\nyear: '2021'")),
        Good(text=("year: '2022'", "year: '2022' # see the pfocr-lint page")),
    ],
)
def unknown_rule_in_waiver(record: Record) -> Iterator[Finding]:
    """
    A waiver is not written as it should be: its rule, a part of it, its reason or its marker.

    It begins with `# pfocr-lint: ignore[`, in small letters, and names each rule by its full code or its name, several
    separated by commas. Behind a `;` it may hold a date and an owner: `ignore[PF210; until=2027-06-30; owner=ana]`. The
    reason follows the brackets. A comment that is only nearly a waiver, and one with an unknown part, waives nothing; one
    without a reason does.
    """
    dead = {span for _, unused in record.unused_waivers for _, span, _ in unused}
    dead |= {span for waiver, _, _ in record.ended_waivers for _, span in waiver.names}
    hints = _HINTS
    for waiver in waivers(record):
        if waiver.wrong:
            yield Finding(None, waiver.wrong, at=waiver.span)
        holding = 0
        for name, span in waiver.names:
            if any(name in (rule.code, rule.name) for rule in DECLARED):
                holding += span not in dead
            elif any(rule.code.startswith(name) for rule in DECLARED):
                yield Finding(None, f"{quote(name)} means several rules; name each by its full code", at=span)
            else:
                hints -= 1
                near = nearest(name) if hints >= 0 else None
                yield Finding(None, f"there is no rule {quote(name)}{f'; did you mean {quote(near)}?' if near else ''}", at=span)
        if holding and not waiver.reason:
            yield Finding(None, f"a reason is missing behind {quote(waiver.form)}", at=waiver.span)
        if waiver.doubled:
            example = "one comment holds two waivers; name all rules in the first, as in 'ignore[PF210, PF301]'"
            yield Finding(None, example, at=waiver.span)


@rule(
    "PF903",
    severity="warning",
    kinds=MAPPINGS,
    trigger=Trigger.FORM,
    waivable=False,
    bad=[
        Bad(
            text=("year: '2022'", "# pfocr-lint: ignore[PF210; until=2025-06-30; owner=ana] to be clarified\nyear: '2021'"),
            message="the waiver of PF210 ended on 2025-06-30; correct the value, or write a later day (owner: ana)",
            also=("PF210",),
        ),
        Bad(
            text=("year: '2022'", "year: '2022' # pfocr-lint: ignore[PF210; until=2025-06-30] to be clarified"),
            message="the waiver of PF210 ended on 2025-06-30 and has nothing to waive; remove it",
        ),
    ],
    good=[Good(text=("year: '2022'", "# pfocr-lint: ignore[PF210; until=2027-06-30] to be clarified\nyear: '2021'"))],
)
def expired_waiver(record: Record) -> Iterator[Finding]:
    """
    The last day of a waiver has passed.

    A waiver may hold its last day: `ignore[PF210; until=2027-06-30]`. From the next day on it waives nothing, and what it
    waived is reported again. Correct the value and remove the comment; or, if the reason still holds, write a later day. A
    person once decided against the rule, so `--fix` leaves the value; with `--unsafe-fixes` it is fixed.
    """
    for waiver, names, unused in record.ended_waivers:
        message = f"the waiver of {', '.join(names)} ended on {waiver.until}"
        message += " and has nothing to waive; remove it" if unused else "; correct the value, or write a later day"
        owner = f" (owner: {shorten(waiver.owner)})" if waiver.owner is not None else ""
        yield Finding(None, message + owner, at=waiver.span)
