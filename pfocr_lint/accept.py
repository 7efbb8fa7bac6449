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
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain, count
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from pfocr_lint import canonical, derive, facts, judge
from pfocr_lint.diagnostic import Span
from pfocr_lint.facts import Facts
from pfocr_lint.failures import prepare
from pfocr_lint.ondemand import OnDemand
from pfocr_lint.record import FIGURES, MAPPINGS, Kind, Record, kind_of
from pfocr_lint.rule import Cue, Rule
from pfocr_lint.rules import RULES
from pfocr_lint.rules.text import TEXTS, joined
from pfocr_lint.settings import DEFAULT, Settings

if TYPE_CHECKING:
    from types import FunctionType

    from pfocr_lint import template
else:
    template = OnDemand("pfocr_lint.template")

_ASCII = bytes(range(0x80))
_BLOCK = "schema-jsonld/"

# The template takes some milliseconds to compile, and spares half of what reading and judging a record costs.
WORTH_A_TEMPLATE = 100
_judged = [count()]

# Tests compare both paths: PFOCR_LINT_PATH=reference takes the filter away.
FILTERING = os.environ.get("PFOCR_LINT_PATH") != "reference"


Group: TypeAlias = tuple[str, re.Pattern[str], tuple[Rule, ...]]
Pick: TypeAlias = Callable[[Sequence[Any]], Sequence[Any]]


class Plan(NamedTuple):
    """
    How the records of a kind are judged.

    ``asked`` are the rules to ask of each. Others wait for a cue: ``groups`` are, per first character of the cues, that, one
    expression, and the rules that it stands for; ``foreign`` are those whose cues are of characters outside ASCII, ``agreement``
    the rules that wait for a disagreement, ``failure`` those that wait for a value that fails the schema.
    """

    asked: tuple[Rule, ...]
    agreement: tuple[Rule, ...]
    failure: tuple[Rule, ...]
    groups: tuple[Group, ...]
    foreign: tuple[tuple[re.Pattern[str], Rule], ...]


class Glance(NamedTuple):
    """
    What is asked of a template's row, by what picks the values for each question out of it.

    ``gated`` gives the rules whose functions say that they are worth asking, ``always`` are those that are asked of each
    record; ``texts`` are those in which cues are looked for, the description last, ``words`` where the lists of such texts are.
    """

    said_twice: Pick
    gated: Callable[[list[Any]], list[Rule]]
    always: tuple[Rule, ...]
    texts: Pick
    words: tuple[int, ...]
    facts: Pick


class Look(NamedTuple):
    """
    A record in the pipeline's own form: the rules that find something in it, and its values without their text.

    Where nothing is found there are its facts; the record only where it was needed.
    """

    suspects: tuple[Rule, ...]
    record: Record | None
    facts: Facts | None


@cache
def plan(codes: tuple[str, ...], kind: Kind) -> Plan | None:
    """The plan for a kind when the rules with these codes are on; None where one of them needs the text."""
    on = [rule for rule in RULES if rule.code in codes and kind in rule.kinds and rule.compare is None]
    if any(rule.cue is Cue.TEXT for rule in on):
        return None
    waiting: dict[str, list[tuple[str, Rule]]] = {}
    foreign: dict[str, list[str]] = {}
    for rule in on:
        for cue in rule.cue if isinstance(rule.cue, tuple) else ():
            if cue[0] == "[":
                foreign.setdefault(rule.code, []).append(cue)
            else:
                waiting.setdefault(cue[:2] if cue[0] == "\\" else cue[0], []).append((cue, rule))
    groups = tuple(
        (_literal(first), re.compile("|".join(cue for cue, _ in cues)), tuple({rule.code: rule for _, rule in cues}.values()))
        for first, cues in waiting.items()
    )
    strange = tuple((re.compile("|".join(foreign[rule.code])), rule) for rule in on if rule.code in foreign)
    asked = tuple(rule for rule in on if rule.cue is None or callable(rule.cue))
    agreement, failure = (tuple(rule for rule in on if rule.cue is cue) for cue in (Cue.DISAGREEMENT, Cue.FAILURE))
    return Plan(asked, agreement, failure, groups, strange)


@cache
def glance(codes: tuple[str, ...]) -> tuple[Plan, Glance] | None:
    """The plan for the rows of figures; None where there is none."""
    asked, form = plan(codes, Kind.FIGURE), template.of_kind(Kind.FIGURE)
    if asked is None or form is None:
        return None
    places = {**form.places, "other_names": len(form.places) + 1}
    block = {key: place for key, place in form.places.items() if key.startswith(_BLOCK)}
    lists = {each.place for each in form.lists} & set(block.values())
    texts = [key for key, place in block.items() if place not in lists and key != f"{_BLOCK}description"]
    return asked, Glance(
        _pick(places, derive.SAID_TWICE),
        _gated(places, [rule for rule in asked.asked if callable(rule.cue)]),
        tuple(rule for rule in asked.asked if rule.cue is None),
        _pick(places, [*TEXTS, *texts, "description"]),
        tuple(sorted(lists)),
        _pick(places, facts.KEYS),
    )


def look(path: str, data: bytes, settings: Settings = DEFAULT, kind: Kind | None = None, *, keywords: bool = True) -> Look | None:
    """
    The rules that find something in a record; None for "not sure".

    The arguments are those of :func:`pfocr_lint.engine.check`; ``keywords`` says that they are wanted in the facts. Rules that
    are off only for this file are asked all the same: what they find is left out when it is told.
    """
    if not FILTERING:
        return None
    if kind is None and (kind := kind_of(path, "")) is Kind.UNKNOWN:
        kind = kind_of(path, data.decode("utf-8", "replace"))
    try:
        if kind in FIGURES and next(_judged[0]) >= WORTH_A_TEMPLATE and (row := template.row(Kind.FIGURE, data)) is not None:
            return _at_a_glance(path, settings, row, keywords=keywords)
        found = canonical.read(data) if kind in MAPPINGS else None
        if found is None:
            return None
        if kind in FIGURES:  # as record.dialect says it of the text, whose top-level keys these are
            kind = Kind.FIGURE_2021 if "pathway_score" in found or "genes" in found else Kind.FIGURE
        return _looked_at(Record(path, kind, data=found, synonyms=settings.synonyms, canonical=True), data, settings)
    except Exception:  # noqa: BLE001 - the reference path meets the same exception, and reports it
        return None


def _at_a_glance(path: str, settings: Settings, row: list[Any], *, keywords: bool) -> Look | None:
    """A look at the row that a template makes of a record: nearly always there is nothing to ask further."""
    known = glance(settings.codes)
    if known is None:
        return None
    asked, of = known
    agrees = derive.agrees(path, of.said_twice(row))
    row.append(settings.other_names)
    rules = [*of.always, *of.gated(row)] if agrees else [*of.always, *of.gated(row), *asked.agreement]
    rules += _cued(asked, _joined(of, row, agrees=agrees), row[-2])
    if not rules and agrees:
        return Look((), None, facts.sound_facts(path, of.facts(row), keywords=keywords))
    record = Record(path, Kind.FIGURE, data=template.values(Kind.FIGURE, row), synonyms=settings.synonyms, canonical=True)
    record.agrees = agrees
    return _found(record, rules)


def _joined(of: Glance, row: list[Any], *, agrees: bool) -> str:
    """As :func:`pfocr_lint.rules.text.joined` has it of a record, of a row."""
    texts = of.texts(row)
    words = [row[place] for place in of.words]
    return "\n".join(["", *(texts[:-1] if agrees else texts), *chain.from_iterable(words), ""])


def _looked_at(record: Record, data: bytes, settings: Settings) -> Look | None:
    """A look at a record that the fast reader has read."""
    asked = plan(settings.codes, record.kind)
    if asked is None:
        return None
    if judge.fits(record.kind, record.data):
        said = [record.value(f"/{key}") for key in derive.SAID_TWICE] if record.kind in FIGURES else None
        record.agrees = said is not None and derive.agrees(record.path, said)
        rules = asked.asked if record.agrees else (*asked.asked, *asked.agreement)
    else:
        prepare(with_text(record, data), settings.synonyms)
        rules = (*asked.asked, *asked.agreement, *asked.failure)
    return _found(record, [*rules, *_cued(asked, joined(record), foreign(data))])


def _found(record: Record, rules: Iterable[Rule]) -> Look:
    found = {rule.code: rule for rule in rules for _ in rule.check(record)}
    return Look(tuple(found.values()), record, None if found else facts.facts_of(record))


def _literal(first: str) -> str:
    """The character that the beginning of an expression stands for."""
    return "\n" if first == "\\n" else first[-1]


def _gated(places: Mapping[str, int], rules: list[Rule]) -> Callable[[list[Any]], list[Rule]]:
    """
    What gives of some rules those whose functions say that they are worth asking of a row.

    Written out, because ten calls by way of a table take twice the time.
    """
    known: dict[str, Any] = {}
    lines = []
    for number, rule in enumerate(rules):
        known[f"ask{number}"], known[f"rule{number}"] = rule.cue, rule
        code = cast("FunctionType", rule.cue).__code__
        values = ", ".join(f"row[{_place(places, key)}]" for key in code.co_varnames[: code.co_argcount])
        lines.append(f" if ask{number}({values}): found.append(rule{number})\n")
    exec(f"def gated(row):\n found = []\n{''.join(lines)} return found", known)
    gated: Callable[[list[Any]], list[Rule]] = known["gated"]
    return gated


def _place(places: Mapping[str, int], key: str) -> int:
    return places[key] if key in places else places[f"{_BLOCK}{key}"]


def _pick(places: Mapping[str, int], keys: Sequence[str]) -> Pick:
    """What picks the values of some keys, of the record or its JSON-LD block, out of a row."""
    wanted = [_place(places, key) for key in keys]
    return itemgetter(*wanted) if len(wanted) > 1 else itemgetter(slice(wanted[0], wanted[0] + 1))


def warm_up(settings: Settings) -> None:
    """Compile what many records need; processes that are forked then need not, each for itself."""
    _judged[0] = count(WORTH_A_TEMPLATE)
    glance(settings.codes)


def with_text(record: Record, data: bytes) -> Record:
    """The record with its text, in which the rules that say where find their places."""
    if not record.text:
        record.text = data.decode()
        record.body = Span(4, len(record.text) - 4)
    return record


def _cued(plan: Plan, text: str, foreign: str) -> list[Rule]:
    """The rules whose cues are in the texts, or among the characters outside ASCII."""
    found = [rule for first, cues, rules in plan.groups if first in text and cues.search(text) for rule in rules]
    if foreign:
        found += [rule for cues, rule in plan.foreign if cues.search(foreign) and cues.search(text)]
    return found


def foreign(data: bytes) -> str:
    """The characters outside ASCII: few, and found at a tenth of what an expression of them costs."""
    return data.translate(None, _ASCII).decode()
