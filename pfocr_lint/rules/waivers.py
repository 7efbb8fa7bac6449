"""PF9: the linter's own; the comments by which a record waives a rule for itself."""

from __future__ import annotations

from collections.abc import Iterator

from pfocr_lint.diagnostic import Finding, Fix, Span, TextEdit, quote
from pfocr_lint.ondemand import expression
from pfocr_lint.record import MAPPINGS, WAIVER, Record
from pfocr_lint.rule import DECLARED, Bad, Cue, Good, rule
from pfocr_lint.values import dataclass

_WAIVER = expression(rf"#\s*(?:{WAIVER}\s*(?:ignore\[([^\]\n]*)\])?|{WAIVER[:-1]}\b)")
_NAME = expression(r"[^,\s]+")


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waiving comment: its place, the line it stands on, whether it is alone there, and the names in its brackets."""

    span: Span
    line: int
    alone: bool
    names: tuple[tuple[str, Span], ...]


def waivers(record: Record) -> tuple[Waiver, ...]:
    """The waivers in the comments of a record, in their order."""
    if "pfocr-lint" not in record.text:
        return ()
    found = []
    for comment in record.comments:
        match = _WAIVER.search(record.text, comment.start, comment.end)
        if match is None:
            continue
        inside = _NAME.finditer(record.text, *match.span(1)) if match[1] else ()
        start = record.text.rfind("\n", 0, comment.start) + 1
        alone = not record.text[start : comment.start].strip()
        found.append(Waiver(comment, record.place(comment).line, alone, tuple((name[0], Span(*name.span())) for name in inside)))
    return tuple(found)


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
    cue=Cue.FORM,
    waivable=False,
    bad=[
        Bad(text=("year: '2022'", "# pfocr-lint: ignore[PF210] printed later\nyear: '2022'"), says="nothing to waive", fixed={}),
        Bad(text=("year: '2022'", "year: '2022' # pfocr-lint: ignore[PF210]"), says="nothing to waive", fixed={}),
        Bad(text=("year: '2022'", "year: 2022 # pfocr-lint: ignore[PF105, PF210]"), says="PF210",
            fixed="year: 2022 # pfocr-lint: ignore[PF105]"),
    ],
    good=[Good(text=("year: '2022'", "year: '2021' # pfocr-lint: ignore[PF210] printed in 2022"))],
)  # fmt: skip
def unused_waiver(record: Record) -> Iterator[Finding]:
    """
    A waiver waives nothing.

    The comment `# pfocr-lint: ignore[PF210] the reason` waives rules for the value on its line or the one below; where a text
    goes over several lines, it stands above the line of its key. What it waived has been mended, or the rule cannot be waived
    inside a file (PF0, PF305). Of a rule that compares records (PF4) this is not said: what that finds depends on which
    others are read.
    """
    for waiver, unused in record.unused_waivers:
        dead = {span for _, span in unused}
        names = ", ".join(name for name, _ in unused)
        yield Finding(None, f"the waiver of {names} has nothing to waive", at=waiver.span, fix=_without(record, waiver, dead))


@rule(
    "PF902",
    severity="warning",
    kinds=MAPPINGS,
    cue=Cue.FORM,
    waivable=False,
    bad=[
        Bad(text=("year: '2022'", "year: '2022' # pfocr-lint: ignore[PF2100]"), says="no rule 'PF2100', nearest is 'PF210'"),
        Bad(text=("year: '2022'", "year: '2022' # pfocr-lint: ignore[PF2]"), says="name each by its full code"),
        Bad(text=("year: '2022'", "year: '2022' # checked # pfocr-lint: ignore PF210"), says="ignore[PF210] the reason"),
        Bad(text=("year: '2022'", "# pfocr-lint ignore[PF210] checked\nyear: '2022'"), says="ignore[PF210] the reason"),
    ],
    good=[Good(text=("year: '2022'", "year: '2021' # pfocr-lint: ignore[year-differs-from-reference]"))],
)
def unknown_rule_in_waiver(record: Record) -> Iterator[Finding]:
    """
    A waiver names a rule that does not exist, or none.

    It begins with `# pfocr-lint: ignore[` and names each rule by its full code or its name, several separated by commas.
    """
    for name, near, span in record.unknown_waivers:
        if not name:
            message = "this waives nothing; write 'pfocr-lint: ignore[PF210] the reason'"
        elif any(rule.code.startswith(name) for rule in DECLARED):
            message = f"{quote(name)} means several rules; name each by its full code"
        else:
            message = f"there is no rule {quote(name)}{f', nearest is {quote(near)}' if near else ''}"
        yield Finding(None, message, at=span)
