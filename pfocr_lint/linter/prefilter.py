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
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, compress, product, repeat
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from pfocr_lint.dataclass import made
from pfocr_lint.diagnostic import Span
from pfocr_lint.lazy_import import LazyModule
from pfocr_lint.linter.ownership import prepare
from pfocr_lint.record import derived, facts, fast_parser
from pfocr_lint.record.document import Record
from pfocr_lint.record.texts import TEXTS, joined
from pfocr_lint.rules.catalogue import RULES
from pfocr_lint.rules.declaration import Rule, Trigger
from pfocr_lint.schema import compiled
from pfocr_lint.schema.kinds import FIGURES, MAPPINGS, Kind, dialect_of, kind_of
from pfocr_lint.settings.model import DEFAULT, Settings

if TYPE_CHECKING:
    from types import FunctionType

    from pfocr_lint.record import column_parser
    from pfocr_lint.record.facts import Facts
else:
    column_parser = LazyModule("pfocr_lint.record.column_parser")

_ASCII = bytes(range(0x80))
_BLOCK = "schema-jsonld/"

# The template takes some milliseconds to compile, and spares half of what reading and judging a record costs.
WORTH_A_TEMPLATE = 100
_checked_figures = [0]

# Tests compare both paths: PFOCR_LINT_PATH=reference takes the filter away.
FILTERING = os.environ.get("PFOCR_LINT_PATH") != "reference"


Group: TypeAlias = tuple[str, re.Pattern[str], tuple[Rule, ...]]
Triggered: TypeAlias = tuple[re.Pattern[str], Rule]  # an expression of cues, and the rule that waits for one of them


class Plan(NamedTuple):
    """
    How the records of a kind are judged.

    ``asked`` are the rules to ask of each. Others wait for a cue: ``groups`` are, per first character of the cues, that, one
    expression, and the rules that it stands for; ``foreign`` are those whose cues are of characters outside ASCII, ``agreement``
    the rules that wait for a disagreement, ``failure`` those that wait for a value that fails the schema.
    """

    always: tuple[Rule, ...]
    agreement: tuple[Rule, ...]
    failure: tuple[Rule, ...]
    groups: tuple[Group, ...]
    outside_ascii: tuple[Triggered, ...]


class Conditional(NamedTuple):
    """A rule, the function that says of a record whether it is worth asking, and the columns of what that is given."""

    rule: Rule
    trigger: Callable[..., Any]
    given: tuple[int, ...]


class TablePlan(NamedTuple):
    """
    What is asked of a template's table, by the columns for each question.

    ``always`` are the rules that are asked of each record; ``texts`` are those in which cues are looked for, ``words`` the
    lists of such texts.
    """

    said_twice: tuple[int, ...]
    conditional: tuple[Conditional, ...]
    always: tuple[Rule, ...]
    texts: tuple[int, ...]
    description: int
    words: tuple[int, ...]
    facts: tuple[int, ...]


class QuickCheck(NamedTuple):
    """
    A record in the pipeline's own form: the rules that find something in it, and its values without their text.

    Where nothing is found there are its facts; the record only where it was needed.
    """

    candidates: tuple[Rule, ...]
    record: Record | None
    facts: Facts | None


@cache
def plan(codes: tuple[str, ...], kind: Kind) -> Plan | None:
    """The plan for a kind when the rules with these codes are on; None where one of them needs the text."""
    on = [rule for rule in RULES if rule.code in codes and kind in rule.kinds and rule.compare is None]
    if any(rule.trigger is Trigger.TEXT for rule in on):
        return None
    waiting: dict[str, list[tuple[str, Rule]]] = {}
    outside_ascii: dict[str, list[str]] = {}
    for rule in on:
        for trigger in rule.trigger if isinstance(rule.trigger, tuple) else ():
            if trigger[0] == "[":
                outside_ascii.setdefault(rule.code, []).append(trigger)
            else:
                waiting.setdefault(trigger[:2] if trigger[0] == "\\" else trigger[0], []).append((trigger, rule))
    groups = tuple(
        (
            _literal(first),
            re.compile("|".join(trigger for trigger, _ in triggers)),
            tuple({rule.code: rule for _, rule in triggers}.values()),
        )
        for first, triggers in waiting.items()
    )
    candidates_outside_ascii = tuple(
        (re.compile("|".join(outside_ascii[rule.code])), rule) for rule in on if rule.code in outside_ascii
    )
    always = tuple(rule for rule in on if rule.trigger is None or callable(rule.trigger))
    agreement, failure = (
        tuple(rule for rule in on if rule.trigger is trigger) for trigger in (Trigger.DISAGREEMENT, Trigger.FAILURE)
    )
    return Plan(always, agreement, failure, groups, candidates_outside_ascii)


@cache
def table_plan(codes: tuple[str, ...]) -> tuple[Plan, TablePlan] | None:
    """The plan for tables of figures; None where there is none."""
    always, form = plan(codes, Kind.FIGURE), column_parser.of_kind(Kind.FIGURE)
    if always is None or form is None:
        return None
    block = {key.removeprefix(_BLOCK): place for key, place in form.places.items() if key.startswith(_BLOCK)}
    places = {**block, **form.places, "synonyms": len(form.places)}
    description = block.pop("description")
    lists = {words.place for words in form.lists} & set(block.values())
    plain = {
        place for place, text in form.constants.items() if not _triggered(always, f"\n{text}\n", _outside_ascii(text.encode()))
    }
    texts = [place for place in (*map(places.__getitem__, TEXTS), *block.values()) if place not in lists | plain]
    conditional = [
        Conditional(rule, rule.trigger, tuple(map(places.__getitem__, _parameters(rule.trigger))))
        for rule in always.always
        if callable(rule.trigger)
    ]
    return always, TablePlan(
        tuple(places[key] for key in derived.SAID_TWICE),
        tuple(conditional),
        tuple(rule for rule in always.always if rule.trigger is None),
        tuple(texts),
        description,
        tuple(sorted(lists)),
        tuple(places[key] for key in facts.KEYS),
    )


def quick_check(
    path: str, data: bytes, settings: Settings = DEFAULT, kind: Kind | None = None, *, keywords: bool = True
) -> QuickCheck | None:
    """
    The rules that find something in a record; None for "not sure".

    The arguments are those of :func:`pfocr_lint.linter.checker.check`; ``keywords`` says that they are wanted in the facts.
    Rules that are off only for this file run all the same: what they find is left out later.
    """
    return quick_checks([path], [data], settings, kind, keywords=keywords)[0]


def quick_checks(
    paths: Sequence[str], datas: Sequence[bytes], settings: Settings, kind: Kind | None, *, keywords: bool
) -> list[QuickCheck | None]:
    """The same for many records of one kind, or of any, at two fifths of the price of each alone."""
    if not FILTERING or not paths:
        return [None] * len(paths)
    if kind is None and len(paths) > 1:
        return _one_by_one(paths, datas, settings, kind, keywords=keywords)
    if kind is None and (kind := kind_of(paths[0], "")) is Kind.UNKNOWN:
        kind = kind_of(paths[0], datas[0].decode("utf-8", "replace"))
    found: dict[int, QuickCheck | None] = {}
    if kind in FIGURES and _pays_for_a_template(len(paths)):
        try:
            found.update(_check_table(paths, datas, settings, keywords=keywords))
        except Exception:  # noqa: BLE001 - one of them is for the reference path, which meets the same exception and reports it
            return [None] if len(paths) == 1 else _one_by_one(paths, datas, settings, kind, keywords=keywords)
    return [
        found[number] if number in found else _check_alone(path, data, settings, kind)
        for number, (path, data) in enumerate(zip(paths, datas, strict=True))
    ]


def _one_by_one(
    paths: Sequence[str], datas: Sequence[bytes], settings: Settings, kind: Kind | None, *, keywords: bool
) -> list[QuickCheck | None]:
    return [quick_check(path, data, settings, kind, keywords=keywords) for path, data in zip(paths, datas, strict=True)]


def _pays_for_a_template(more: int) -> bool:
    """Whether so many figures were looked at that a template pays."""
    _checked_figures[0] += more
    return _checked_figures[0] > WORTH_A_TEMPLATE


def _check_table(
    paths: Sequence[str], datas: Sequence[bytes], settings: Settings, *, keywords: bool
) -> Iterable[tuple[int, QuickCheck]]:
    """A look at all figures that a template reads, by their number: nearly always there is nothing to ask further."""
    known = table_plan(settings.codes)
    if known is None:
        return ()
    always, of = known
    table = column_parser.read(Kind.FIGURE, datas)
    paths, datas = [paths[number] for number in table.numbers], [datas[number] for number in table.numbers]
    columns: list[Any] = [*table.columns, repeat(settings.synonyms)]
    odd = derived.disagreeing(paths, [columns[place] for place in of.said_twice])
    rows = range(len(paths))
    found = [*product(rows, of.always), *product(odd, always.agreement)]
    for rule, trigger, given in of.conditional:
        found += product(compress(rows, map(trigger, *(columns[place] for place in given))), [rule])
    candidates: dict[int, dict[str, Rule]] = {}
    for row, rule in chain(found, _triggered_rows(always, of, columns, odd, table.outside_ascii, datas)):
        candidates.setdefault(row, {})[rule.code] = rule
    sound = facts.sound_facts(paths, [columns[place] for place in of.facts], keywords=keywords)
    seen = list(made(QuickCheck, repeat(()), repeat(None), sound))
    for row, rules in candidates.items():
        data = column_parser.values(Kind.FIGURE, table, row)
        record = Record(paths[row], Kind.FIGURE, data=data, synonyms=settings.synonyms, canonical=True)
        record.agrees = row not in odd
        seen[row] = _found(record, rules.values())
    return zip(table.numbers, seen, strict=True)


def _triggered_rows(
    always: Plan, of: TablePlan, columns: Sequence[Any], odd: Collection[int], outside_ascii: str, datas: Sequence[bytes]
) -> Iterator[tuple[int, Rule]]:
    """
    The rules whose cues are in the texts of a table's records, each with the record's row.

    A description is looked at where it is not sure to be that of the caption, in the rows ``odd``. ``foreign`` are all
    characters outside ASCII; which record has which is only asked where one of them is part of a cue.
    """
    texts, lists = [columns[place] for place in of.texts], [columns[place] for place in of.words]
    strays = {row: columns[of.description][row] for row in odd}
    words = chain.from_iterable(chain.from_iterable(lists))
    whole = "\n".join(["", *chain.from_iterable(texts), *strays.values(), *words, ""])
    owners: list[int] = []
    for first, triggers, rules in always.groups:
        for line in _lines(triggers, whole) if first in whole else ():
            if not owners:
                owners += [*chain.from_iterable(repeat(range(len(datas)), len(texts))), *strays]
                owners += [row for column in lists for row, each in enumerate(column) for _ in each]
            yield from ((owners[line], rule) for rule in rules)
    candidates_outside_ascii = _in(always.outside_ascii, outside_ascii)
    for row, data in enumerate(datas) if candidates_outside_ascii else ():
        near = () if data.isascii() else _in(candidates_outside_ascii, _outside_ascii(data))
        if near:
            own = [*(column[row] for column in texts), strays.get(row, ""), *chain.from_iterable(column[row] for column in lists)]
            yield from ((row, rule) for _, rule in _in(near, "\n".join(own)))


def _lines(triggers: re.Pattern[str], text: str) -> Iterator[int]:
    """
    The lines of a text in which a cue is, counted from 0.

    The text begins with a line break; what begins with one belongs to the line behind it.
    """
    line, at = -1, 0
    while at >= 0 and (match := triggers.search(text, at)) is not None:
        line += text.count("\n", at, match.start() + 1)
        at = text.find("\n", match.start() + 1)
        yield line


def _check_alone(path: str, data: bytes, settings: Settings, kind: Kind) -> QuickCheck | None:
    """A look at a record by the fast reader, which knows any order of keys."""
    try:
        found = fast_parser.read(data) if kind in MAPPINGS else None
        if found is None:
            return None
        if kind in FIGURES:  # as record.dialect says it of the text, whose top-level keys these are
            kind = dialect_of(found)
        always = plan(settings.codes, kind)
        if always is None:
            return None
        record = Record(path, kind, data=found, synonyms=settings.synonyms, canonical=True)
        if compiled.fits(kind, found):
            record.agrees = kind in FIGURES and derived.agrees(record)
            rules = always.always if record.agrees else (*always.always, *always.agreement)
        else:
            prepare(with_text(record, data), settings.synonyms)
            rules = (*(rule for rule in always.always if _may_find(rule, record, settings)), *always.agreement, *always.failure)
        return _found(record, [*rules, *_triggered(always, joined(record), _outside_ascii(data))])
    except Exception:  # noqa: BLE001 - the reference path meets the same exception, and reports it
        return None


def _may_find(rule: Rule, record: Record, settings: Settings) -> bool:
    """Whether a rule is worth asking of a record of which something fails its schema: where its fields fit, its cue says so."""
    if not callable(rule.trigger):
        return True
    keys = _pointers(rule.trigger)
    given = [settings.synonyms if key == "/synonyms" else record.value(key) for key in keys]
    return None in given or any(at.startswith(keys) for at in record.invalid) or bool(rule.trigger(*given))


def _parameters(trigger: Callable[..., Any]) -> tuple[str, ...]:
    """What a function that is a rule's cue is given."""
    code = cast("FunctionType", trigger).__code__
    return code.co_varnames[: code.co_argcount]


@cache
def _pointers(trigger: Callable[..., Any]) -> tuple[str, ...]:
    """The same as JSON Pointers."""
    return tuple(f"/{_BLOCK}{name}" if name == "description" else f"/{name}" for name in _parameters(trigger))


def _found(record: Record, rules: Iterable[Rule]) -> QuickCheck:
    found = {rule.code: rule for rule in rules for _ in rule.check(record)}
    return QuickCheck(tuple(found.values()), record, None if found else facts.facts_of(record))


def _literal(first: str) -> str:
    """The character that the beginning of an expression stands for."""
    return "\n" if first == "\\n" else first[-1]


def warm_up(settings: Settings) -> None:
    """Compile what many records need; processes that are forked then need not, each for itself."""
    _checked_figures[0] = WORTH_A_TEMPLATE
    table_plan(settings.codes)


def with_text(record: Record, data: bytes) -> Record:
    """The record with its text, in which the rules that say where find their places."""
    if not record.text:
        record.text = data.decode()
        record.body = Span(4, len(record.text) - 4)
    return record


def _triggered(plan: Plan, text: str, outside_ascii: str) -> list[Rule]:
    """The rules whose cues are in a text, or, of those outside ASCII, in it and among ``foreign``, such characters in it."""
    found = [rule for first, triggers, rules in plan.groups if first in text and triggers.search(text) for rule in rules]
    return found + [rule for _, rule in _in(_in(plan.outside_ascii, outside_ascii), text)]


def _in(pairs: Sequence[Triggered], text: str) -> Sequence[Triggered]:
    """Those whose cues are in a text."""
    return [(triggers, rule) for triggers, rule in pairs if triggers.search(text)] if text else ()


def _outside_ascii(data: bytes) -> str:
    """The characters outside ASCII: few, and found at a tenth of what an expression of them costs."""
    return data.translate(None, _ASCII).decode()
