"""PF9: the linter's own; the comments by which a record waives a rule for itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pfocr_lint.diagnostic import Finding, Fix, Span, TextEdit, quote
from pfocr_lint.ondemand import expression
from pfocr_lint.record import MAPPINGS, MARKER, WAIVER, Record
from pfocr_lint.rule import DECLARED, Bad, Cue, Good, nearest, rule
from pfocr_lint.values import dataclass, replace

_WAIVER = expression(rf"#\s*{WAIVER}\s*ignore\[([^\]\n]*)\]")
# What is meant to be a waiver and is none: the marker in another form, or a right one with something else behind it.
_MARK = r"@?pfocr[-_.\s\u2010-\u2015]?lint(?:er)?"
_WORD = r"(?:ignore|disable|waive|noqa)"
_NEAR = expression(
    rf"(?i)#\s*{_MARK}\s*(?:$|[:=\uff1a]|\W?\s?(?:{_WORD}\b|PF[0-9]))"
    rf"|{_MARK}\W{{0,3}}{_WORD}\s?(?:[\[({{:=]|PF[0-9])|ignore\[\s?PF[0-9]"
)
_NAME = expression(r"[^,\s]+")
_CODE = expression(r"(?i)\bPF[0-9]{3}\b")
_DATE = expression(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HINTS = 50  # names that are compared with those of all rules


@dataclass(frozen=True, slots=True)
class Waiver:
    """
    One waiving comment: its place, the line it stands on, whether it is alone there, and the names in its brackets.

    ``wrong`` says why it waives nothing: it has no names then. ``form`` are the brackets as they are typed; ``until`` is a date.
    """

    span: Span
    line: int
    alone: bool
    names: tuple[tuple[str, Span], ...] = ()
    form: str = ""
    reason: str = ""
    until: str | None = None
    owner: str | None = None
    wrong: str = ""
    doubled: bool = False


def waivers(record: Record) -> tuple[Waiver, ...]:
    """The waivers in the comments of a record, and what is meant to be one, in their order."""
    if record.data is None or "#" not in record.text or MARKER.search(record.text) is None:
        return ()
    if "waivers" not in record.derived:
        record.derived["waivers"] = tuple(_waivers(record))
    found: tuple[Waiver, ...] = record.derived["waivers"]
    return found


def _waivers(record: Record) -> Iterator[Waiver]:
    text = record.text
    for comment in record.comments:
        match = _WAIVER.search(text, comment.start, comment.end)
        if match is None and _NEAR.search(text, comment.start, comment.end) is None:
            continue
        start = text.rfind("\n", 0, comment.start) + 1
        bare = Waiver(comment, record.place(comment).line, not text[start : comment.start].strip())
        if match is None:
            yield replace(bare, wrong=_right_form(text[comment.start : comment.end]))
            continue
        rules, _, more = match[1].partition(";")
        first = match.start(1)
        names = tuple((name[0], Span(*name.span())) for name in _NAME.finditer(text, first, first + len(rules)))
        parts, wrong = _parts(more.split(";"))
        misplaced = next((name for name, _ in names if "=" in name), None)
        if misplaced is not None:
            wrong = f"{quote(misplaced)} is no rule; it is written behind a ';', as in 'ignore[PF210; until=2027-06-30]'"
        elif not names:
            wrong = _right_form(text[comment.start : comment.end])
        yield replace(
            bare,
            names=() if wrong else names,
            form=f"ignore[{match[1]}]",
            reason=text[match.end() : comment.end].lstrip("-\u2013\u2014:;,.# \t").rstrip(),
            until=parts.get("until"),
            owner=parts.get("owner"),
            wrong=wrong,
            doubled=_NEAR.search(text, match.end(), comment.end) is not None,
        )


def _parts(given: Iterable[str]) -> tuple[dict[str, str], str]:
    """What stands behind the rules in a waiver's brackets, and what is wrong with it."""
    parts: dict[str, str] = {}
    for part in filter(None, map(str.strip, given)):
        name, equal, value = (each.strip() for each in part.partition("="))
        if not equal or name not in ("until", "owner"):
            hint = "; rules are separated by ','" if _CODE.fullmatch(part) else "; known are until=2027-06-30 and owner=ana"
            return {}, f"{quote(part)} is not known in a waiver{hint}"
        if name in parts:
            return {}, f"{name} stands twice in a waiver"
        if name == "until" and not _is_date(value):
            return {}, f"until is {quote(value)}, which is no date; write it as in until=2027-06-30"
        if not value:
            return {}, f"{name} has no name behind it; write it as in owner=ana"
        parts[name] = value
    return parts, ""


def _is_date(text: str) -> bool:
    from datetime import date

    try:
        return _DATE.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _right_form(comment: str) -> str:
    """How a comment that waives nothing is written, with the rules that it names."""
    known = {rule.code for rule in DECLARED}
    typed = [code for code in dict.fromkeys(map(str.upper, _CODE.findall(comment))) if code in known]
    return f"this waives nothing; write '# pfocr-lint: ignore[{', '.join(typed[:5]) or 'PF210'}] the reason'"


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
        Bad(text=("year: '2022'", "year: '2022' # pfocr-lint: ignore[PF210] printed later"),
            says="nothing to waive", fixed={}),
        Bad(text=("year: '2022'", "year: 2022 # pfocr-lint: ignore[PF105, PF210] a number"), says="PF210",
            fixed="year: 2022 # pfocr-lint: ignore[PF105] a number"),
    ],
    good=[Good(text=("year: '2022'", "year: '2021' # pfocr-lint: ignore[PF210] printed in 2022"))],
)  # fmt: skip
def unused_waiver(record: Record) -> Iterator[Finding]:
    """
    A waiver waives nothing.

    The comment `# pfocr-lint: ignore[PF210] the reason` waives rules for the value on its line or the one below; where a text
    goes over several lines, it stands above the line of its key. What it waived has been fixed, or the rule cannot be waived
    inside a file (PF0, PF305). Where the rule reports another line of the record, the waiver is misplaced, and stays. Of a rule
    that compares records (PF4) this is not reported: what that finds depends on which others are read.
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
    cue=Cue.FORM,
    waivable=False,
    bad=[
        Bad(text=("year: '2022'", "year: '2022' # pfocr-lint: ignore[PF2100] why"), says="no rule 'PF2100', nearest is 'PF210'"),
        Bad(text=("year: '2022'", "year: '2022' # pfocr-lint: ignore[PF2] why"), says="name each by its full code"),
        Bad(text=("year: '2022'", "year: '2022' # checked # pfocr-lint: ignore PF210"), says="ignore[PF210] the reason"),
        Bad(text=("year: '2022'", "# PFOCR-lint: ignore[PF210] checked\nyear: '2022'"), says="ignore[PF210] the reason"),
        Bad(text=("year: '2022'", "year: '2021' # pfocr-lint: ignore[PF210]"), says="a reason is missing"),
        Bad(text=("year: '2022'", "year: '2022' # pfocr-lint: ignore[PF210; until=June] why"), says="is no date"),
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

    It begins with `# pfocr-lint: ignore[`, in small letters, and names each rule by its full code or its name, several separated
    by commas. Behind a `;` it may say until when it holds and who answers for it: `ignore[PF210; until=2027-06-30; owner=ana]`.
    The reason stands behind the brackets. A comment that is only nearly a waiver, and one with a part that is not known, waives
    nothing; one without a reason does.
    """
    dead = {span for _, unused in record.unused_waivers for _, span, _ in unused}
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
                yield Finding(None, f"there is no rule {quote(name)}{f', nearest is {quote(near)}' if near else ''}", at=span)
        if holding and not waiver.reason:
            yield Finding(None, f"a reason is missing behind {quote(waiver.form)}", at=waiver.span)
        if waiver.doubled:
            example = "one comment holds two waivers; name all rules in the first, as in 'ignore[PF210, PF301]'"
            yield Finding(None, example, at=waiver.span)
