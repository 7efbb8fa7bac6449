"""The comments by which a record waives a rule for itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from unicodedata import category

from pfocr_lint.dataclass import dataclass, replace
from pfocr_lint.dates import is_date
from pfocr_lint.diagnostic import Span
from pfocr_lint.lazy_import import expression
from pfocr_lint.quoting import quote
from pfocr_lint.record.comments import MARKER, WAIVER
from pfocr_lint.record.document import Record
from pfocr_lint.rules.declaration import DECLARED

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

    def has_ended(self, today: str | None) -> bool:
        """Whether its last day has passed; a day is ``YYYY-MM-DD``, None for no day."""
        return today is not None and self.until is not None and self.until < today


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
            reason=_reason(text[match.end() : comment.end]),
            until=parts.get("until"),
            owner=parts.get("owner"),
            wrong=wrong,
            doubled=_NEAR.search(text, match.end(), comment.end) is not None,
        )


def comment_of(code: str, reason: str, until: str | None, owner: str | None) -> str:
    """
    The comment that waives a rule; raises ValueError, with what is wrong, where it would not be read as it is meant.

    ``until`` is a date, ``YYYY-MM-DD``.
    """
    for name, text in (("the reason", reason), ("the owner", owner or "")):
        if any(not char.isprintable() and category(char) != "Zs" for char in text):
            raise ValueError(f"{name} holds a line break or another character that is not visible")
    if owner is not None and set(owner) & set(";]"):
        raise ValueError(f"the owner {quote(owner)} holds ';' or ']', which end a part of a waiver")
    parts = [f"{name}={value.strip()}" for name, value in (("until", until), ("owner", owner)) if value is not None]
    _, wrong = _parts(parts)
    if wrong:
        raise ValueError(wrong)
    if not _reason(reason):
        raise ValueError("the reason is empty")
    if _NEAR.search(reason) is not None:
        raise ValueError(f"the reason {quote(reason)} holds another waiver")
    return f"# {WAIVER} ignore[{'; '.join([code, *parts])}] {reason.strip()}"


def _reason(text: str) -> str:
    """The reason in the text behind the brackets of a waiver."""
    return text.lstrip("-\u2013\u2014:;,.# \t").rstrip()


def _parts(given: Iterable[str]) -> tuple[dict[str, str], str]:
    """What stands behind the rules in a waiver's brackets, and what is wrong with it."""
    parts: dict[str, str] = {}
    for part in filter(None, map(str.strip, given)):
        name, equal, value = (each.strip() for each in part.partition("="))
        if not equal or name not in ("until", "owner"):
            hint = "; rules are separated by ','" if _CODE.fullmatch(part) else "; known are until=2027-06-30 and owner=ana"
            return {}, f"{quote(part)} is not known in a waiver{hint}"
        if name in parts:
            return {}, f"{name} appears twice in a waiver"
        if name == "until" and not is_date(value):
            return {}, f"until is {quote(value)}, which is no date; write it as in until=2027-06-30"
        if not value:
            return {}, f"{name} has no name behind it; write it as in owner=ana"
        parts[name] = value
    return parts, ""


def _right_form(comment: str) -> str:
    """How a comment that waives nothing is written, with the rules that it names."""
    known = {rule.code for rule in DECLARED}
    typed = [code for code in dict.fromkeys(map(str.upper, _CODE.findall(comment))) if code in known]
    return f"this waives nothing; write '# pfocr-lint: ignore[{', '.join(typed[:5]) or 'PF210'}] the reason'"
