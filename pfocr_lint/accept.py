"""
The filter in front of the reference path: it may say only one thing of a record, and that is "clean".

The fast reader gives the values, the fast judge holds them against the schema, and the rules, the same functions as
ever, judge a record without text positions. Only when all of them are content is the record done; anything else, a
rule that raises included, is for the reference path to look at and to explain. So the filter cannot invent a finding,
and that it hides none is tested by difference.
"""

from __future__ import annotations

import os
import re
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias

from pfocr_lint import canonical, derive, judge
from pfocr_lint.ondemand import OnDemand
from pfocr_lint.record import FIGURES, MAPPINGS, Kind, Record, kind_of
from pfocr_lint.rule import Check, Cue
from pfocr_lint.rules import RULES
from pfocr_lint.rules.text import joined
from pfocr_lint.settings import DEFAULT, Settings
from pfocr_lint.values import dataclass

if TYPE_CHECKING:
    from pfocr_lint import template
else:
    template = OnDemand("pfocr_lint.template")

_ASCII = bytes(range(0x80))

# The template takes some milliseconds to compile, and spares half of what reading and judging a record costs.
WORTH_A_TEMPLATE = 100
_judged = count()

# Tests compare both paths: PFOCR_LINT_PATH=reference takes the filter away.
FILTERING = os.environ.get("PFOCR_LINT_PATH") != "reference"


Group: TypeAlias = tuple[re.Pattern[str], tuple[Check, ...]]


@dataclass(frozen=True, slots=True)
class Plan:
    """
    How the records of a kind are judged.

    The rules to ask of each, and those that wait for a cue: per first character of the cues one expression and the
    rules that it stands for; ``foreign`` is the group whose cues are of characters outside ASCII, ``agreement`` the rules
    that wait for a disagreement.
    """

    always: tuple[Check, ...]
    agreement: tuple[Check, ...]
    groups: tuple[Group, ...]
    foreign: tuple[Group, ...]


@cache
def plan(codes: tuple[str, ...], kind: Kind) -> Plan | None:
    """The plan for a kind when the rules with these codes are on; None where one of them needs the text."""
    on = [rule for rule in RULES if rule.code in codes and kind in rule.kinds and rule.compare is None]
    if any(rule.cue is Cue.TEXT for rule in on):
        return None
    waiting: dict[str, list[tuple[str, Check]]] = {}
    for rule in on:
        for cue in rule.cue if isinstance(rule.cue, tuple) else ():
            first = cue[:2] if cue[0] == "\\" else cue[0]
            waiting.setdefault(first, []).append((cue, rule.check))
    groups = {
        first: (re.compile("|".join(cue for cue, _ in cues)), tuple(dict.fromkeys(check for _, check in cues)))
        for first, cues in waiting.items()
    }
    foreign = groups.pop("[", None)
    always = tuple(rule.check for rule in on if rule.cue is None)
    agreement = tuple(rule.check for rule in on if rule.cue is Cue.DISAGREEMENT)
    return Plan(always, agreement, tuple(groups.values()), (foreign,) if foreign is not None else ())


def clean(path: str, data: bytes, settings: Settings = DEFAULT, kind: Kind | None = None) -> Record | None:
    """
    The record, without its text, when nothing at all is wrong with it; None for "not sure".

    The arguments are those of :func:`pfocr_lint.engine.check`. Rules that are off only for this file are asked all
    the same: what they find is for the reference path to leave out.
    """
    if kind is None and (kind := kind_of(path, "")) is Kind.UNKNOWN:
        kind = kind_of(path, data.decode("utf-8", "replace"))
    read = _valid(kind, data) if FILTERING else None
    if read is None:
        return None
    kind, values = read
    asked = plan(settings.codes, kind)
    if asked is None:
        return None
    record = Record(path, kind, data=values, synonyms=settings.synonyms)
    try:
        for check in asked.always if derive.agrees(record) else asked.always + asked.agreement:
            for _ in check(record):
                return None
        text = joined(record) if asked.groups or asked.foreign else ""
        if not _silent(asked.groups, record, text):
            return None
        if asked.foreign and not data.isascii() and not _silent(asked.foreign, record, foreign(data)):
            return None
    except Exception:  # noqa: BLE001 - the reference path meets the same exception, and reports it
        return None
    return record


def _valid(kind: Kind, data: bytes) -> tuple[Kind, dict[str, Any]] | None:
    """The values of a record that fit the schema of its kind, which is a figure's dialect by its keys; None for "not sure"."""
    if kind in FIGURES and next(_judged) >= WORTH_A_TEMPLATE and (values := template.read(Kind.FIGURE, data)) is not None:
        return Kind.FIGURE, values
    found = canonical.read(data) if kind in MAPPINGS else None
    if found is None:
        return None
    if kind in FIGURES:  # as record.dialect says it of the text, whose top-level keys these are
        kind = Kind.FIGURE_2021 if "pathway_score" in found or "genes" in found else Kind.FIGURE
    return (kind, found) if judge.fits(kind, found) else None


def _silent(groups: tuple[Group, ...], record: Record, text: str) -> bool:
    """Whether the rules whose cues are in the texts find nothing all the same."""
    for cues, checks in groups:
        if cues.search(text):
            for check in checks:
                for _ in check(record):
                    return False
    return True


def foreign(data: bytes) -> str:
    """The characters outside ASCII: few, and found at a tenth of what an expression of them costs."""
    return data.translate(None, _ASCII).decode()
