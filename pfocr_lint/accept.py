"""
A first look at a record in the pipeline's own form: which rules find something in it? Mostly none, and it is done.

The fast reader gives the values, the fast judge holds them against the schema, and the rules, the same functions as ever,
judge them without text and places. A rule that waits for a cue is spared while the cue is not there. Where a rule finds
something, it is asked again with the text, and says where. Anything that the fast reader does not know, and a rule that
raises, is for the reference path. That both paths tell the same is tested by difference.
"""

from __future__ import annotations

import os
import re
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pfocr_lint import canonical, derive, judge
from pfocr_lint.diagnostic import Span
from pfocr_lint.failures import prepare
from pfocr_lint.ondemand import OnDemand
from pfocr_lint.record import FIGURES, MAPPINGS, Kind, Record, kind_of
from pfocr_lint.rule import Cue, Rule
from pfocr_lint.rules import RULES
from pfocr_lint.rules.text import joined
from pfocr_lint.settings import DEFAULT, Settings

if TYPE_CHECKING:
    from pfocr_lint import template
else:
    template = OnDemand("pfocr_lint.template")

_ASCII = bytes(range(0x80))

# The template takes some milliseconds to compile, and spares half of what reading and judging a record costs.
WORTH_A_TEMPLATE = 100
_judged = [count()]

# Tests compare both paths: PFOCR_LINT_PATH=reference takes the filter away.
FILTERING = os.environ.get("PFOCR_LINT_PATH") != "reference"


Group: TypeAlias = tuple[re.Pattern[str], tuple[Rule, ...]]


class Plan(NamedTuple):
    """
    How the records of a kind are judged.

    The rules to ask of each, and those that wait for a cue: per first character of the cues one expression and the
    rules that it stands for; ``foreign`` is the group whose cues are of characters outside ASCII, ``agreement`` the rules
    that wait for a disagreement, ``failure`` those that wait for a value that fails the schema.
    """

    always: tuple[Rule, ...]
    agreement: tuple[Rule, ...]
    failure: tuple[Rule, ...]
    groups: tuple[Group, ...]
    foreign: tuple[Group, ...]


class Look(NamedTuple):
    """A record in the pipeline's own form, its values without their text, and the rules that find something in it."""

    record: Record
    suspects: tuple[Rule, ...]


@cache
def plan(codes: tuple[str, ...], kind: Kind) -> Plan | None:
    """The plan for a kind when the rules with these codes are on; None where one of them needs the text."""
    on = [rule for rule in RULES if rule.code in codes and kind in rule.kinds and rule.compare is None]
    if any(rule.cue is Cue.TEXT for rule in on):
        return None
    waiting: dict[str, list[tuple[str, Rule]]] = {}
    for rule in on:
        for cue in rule.cue if isinstance(rule.cue, tuple) else ():
            first = cue[:2] if cue[0] == "\\" else cue[0]
            waiting.setdefault(first, []).append((cue, rule))
    groups = {
        first: (re.compile("|".join(cue for cue, _ in cues)), tuple({rule.code: rule for _, rule in cues}.values()))
        for first, cues in waiting.items()
    }
    foreign = groups.pop("[", None)
    always, agreement, failure = (tuple(rule for rule in on if rule.cue is cue) for cue in (None, Cue.DISAGREEMENT, Cue.FAILURE))
    return Plan(always, agreement, failure, tuple(groups.values()), (foreign,) if foreign is not None else ())


def look(path: str, data: bytes, settings: Settings = DEFAULT, kind: Kind | None = None) -> Look | None:
    """
    The record with the rules that find something in it; None for "not sure".

    The arguments are those of :func:`pfocr_lint.engine.check`. Rules that are off only for this file are asked all
    the same: what they find is left out when it is told.
    """
    if kind is None and (kind := kind_of(path, "")) is Kind.UNKNOWN:
        kind = kind_of(path, data.decode("utf-8", "replace"))
    read = _read(kind, data) if FILTERING else None
    if read is None:
        return None
    kind, values, fits = read
    asked = plan(settings.codes, kind)
    if asked is None:
        return None
    record = Record(path, kind, data=values, synonyms=settings.synonyms, canonical=True)
    try:
        if fits:
            record.agrees = derive.agrees(record)
            rules = asked.always if record.agrees else asked.always + asked.agreement
        else:
            prepare(with_text(record, data), settings.synonyms)
            rules = asked.always + asked.agreement + asked.failure
        text = joined(record) if asked.groups or asked.foreign else ""
        cued = _cued(asked.groups, text)
        if asked.foreign and not data.isascii():
            cued += _cued(asked.foreign, foreign(data))
        found = {rule.code: rule for rule in (*rules, *cued) for _ in rule.check(record)}
    except Exception:  # noqa: BLE001 - the reference path meets the same exception, and reports it
        return None
    return Look(record, tuple(found.values()))


def warm_up(settings: Settings) -> None:
    """Compile what many records need; processes that are forked then need not, each for itself."""
    _judged[0] = count(WORTH_A_TEMPLATE)
    plan(settings.codes, Kind.FIGURE)
    template.of_kind(Kind.FIGURE)


def with_text(record: Record, data: bytes) -> Record:
    """The record with its text, in which the rules that say where find their places."""
    if not record.text:
        record.text = data.decode()
        record.body = Span(4, len(record.text) - 4)
    return record


def _read(kind: Kind, data: bytes) -> tuple[Kind, dict[str, Any], bool] | None:
    """
    What a record is (of a figure its dialect, by its keys), its values, and whether they fit the schema for certain.

    None for "not sure".
    """
    if kind in FIGURES and next(_judged[0]) >= WORTH_A_TEMPLATE and (values := template.read(Kind.FIGURE, data)) is not None:
        return Kind.FIGURE, values, True
    found = canonical.read(data) if kind in MAPPINGS else None
    if found is None:
        return None
    if kind in FIGURES:  # as record.dialect says it of the text, whose top-level keys these are
        kind = Kind.FIGURE_2021 if "pathway_score" in found or "genes" in found else Kind.FIGURE
    return kind, found, judge.fits(kind, found)


def _cued(groups: tuple[Group, ...], text: str) -> list[Rule]:
    """The rules whose cues are in the texts."""
    return [rule for cues, rules in groups if cues.search(text) for rule in rules]


def foreign(data: bytes) -> str:
    """The characters outside ASCII: few, and found at a tenth of what an expression of them costs."""
    return data.translate(None, _ASCII).decode()
