"""Where a value should end: one that runs on has swallowed other lines, one that a comment cuts off has lost its rest."""

from __future__ import annotations

from collections.abc import Iterable

from pfocr_lint.diagnostic import Fix, Safety, SetValue, Span, TextEdit
from pfocr_lint.pointer import name_of
from pfocr_lint.quoting import quote
from pfocr_lint.record.values import Values
from pfocr_lint.schema import validator


def overrun(value: str, allowed: Iterable[str]) -> tuple[str, str] | None:
    """The one of some right values that a value begins with, and the text that follows it behind white space; else None."""
    for right in sorted(allowed, key=len, reverse=True):
        rest = value.removeprefix(right)
        if rest != value and rest[:1].isspace() and rest.strip():
            return right, rest.strip()
    return None


def word_and_rest(value: str) -> tuple[str, str]:
    """A value of a form without white space, and the text behind the white space that is in it; '' for none."""
    word, *rest = value.split(None, 1) or [""]
    return word, " ".join(rest).strip()


def said(key: str, right: str, rest: str) -> str:
    """The message for a right value with more text behind it."""
    return f"{name_of(key)} is {quote(right)} and more text that belongs elsewhere: {quote(rest)}"


def run_on(record: Values, key: str, value: str) -> str:
    """The message for a right value, of a form without white space, with more text behind it; '' for any other value."""
    word, rest = word_and_rest(value)
    return said(key, word, rest) if rest and validator.allows(record.kind, key, word) else ""


def doubled_keys(record: Values) -> list[Span]:
    """Where keys stand that stand twice, each time."""
    faults = [fault for fault in record.faults if fault.code == "PF006"]
    return [place for fault in faults for place in (fault.span, *(each.at for each in fault.related)) if place is not None]


def cut_off(record: Values, key: str, copy: str = "") -> str:
    """
    What YAML took for a comment behind a text though it looks like the text's rest.

    ``#2`` and ``# 2`` are no comments of a person's; nor is ``# two words`` that a copy of the text ends in.
    """
    rest = record.cut(key)
    if rest[1:2].strip() or rest[2:3].isdigit():
        return rest
    below = record.cut(key, deeper=False)
    words = " ".join(below[1:].split())
    return below if words and f" {' '.join(copy.split())}".endswith(f" {words}") else ""


def with_its_rest(record: Values, key: str) -> Fix | None:
    """The fix that quotes a text with what YAML took for a comment behind it; None where that is not on the text's last line."""
    found = record.uncut(key)
    if found is None or not validator.allows_form(record.kind, key, found[0]):
        return None
    text, comment = found
    return Fix("put single quotes round the whole text", (SetValue(key, text), TextEdit(*comment, "")), Safety.UNSAFE)
