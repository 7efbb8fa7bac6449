"""
The fast path: a quick check of records in the pipeline's own form decides which rules can find anything in them.

Mostly none can, and the record is done. The fast parsers give values without text and positions, the compiled schema validates
them, and the rules, the same functions as on the reference path, run on these values. A rule with a trigger runs only where the
trigger is present. Where a rule finds something it is a candidate: it runs again with the text, for the places. Whatever a fast
parser is not sure of, and a rule that raises, is left to the reference path. Differential tests hold both paths together (see
docs/design.md).
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, compress, product, repeat
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pfocr_lint.dataclass import made
from pfocr_lint.diagnostic import Finding, Span
from pfocr_lint.lazy_import import LazyModule
from pfocr_lint.linter.ownership import prepare, prepare_failing
from pfocr_lint.record import derived, facts, fast_parser
from pfocr_lint.record.document import Record
from pfocr_lint.record.texts import NAMES, TEXTS, joined
from pfocr_lint.record.values import Values
from pfocr_lint.rules.catalogue import RULES
from pfocr_lint.rules.declaration import SYNONYMS, InTexts, Rule, Trigger, When
from pfocr_lint.schema import compiled
from pfocr_lint.schema.kinds import FIGURES, MAPPINGS, Kind, dialect_of, kind_of
from pfocr_lint.settings.model import DEFAULT, Settings

if TYPE_CHECKING:
    from pfocr_lint.record import column_parser, column_template
    from pfocr_lint.record.facts import Facts
else:
    column_parser = LazyModule("pfocr_lint.record.column_parser")
    column_template = LazyModule("pfocr_lint.record.column_template")

_ASCII = bytes(range(0x80))
_BLOCK = "schema-jsonld/"
_DESCRIPTION = f"{_BLOCK}description"

# The column parser takes some milliseconds to compile, and saves half of the time for parsing and validating a record.
WORTH_COLUMNS = 100
_figures_checked = [0]

# Tests compare both paths: PFOCR_LINT_PATH=reference switches the fast one off.
FILTERING = os.environ.get("PFOCR_LINT_PATH") != "reference"

Group: TypeAlias = tuple[str, re.Pattern[str], tuple[Rule, ...]]
Expression: TypeAlias = tuple[re.Pattern[str], Rule]
Found: TypeAlias = tuple[tuple[Rule, tuple[Finding, ...]], ...]


class Plan(NamedTuple):
    """
    The rules for the records of a kind, by their trigger.

    ``always`` run on every record. ``conditional`` have a test of some fields. ``disagreement`` and ``failure`` are the rules
    with these triggers. ``groups`` are, for each first character of a pattern, that character, one expression of all such
    patterns, and their rules. ``non_ascii`` are expressions of characters outside ASCII, each with its rule.
    """

    always: tuple[Rule, ...]
    conditional: tuple[tuple[Rule, When], ...]
    disagreement: tuple[Rule, ...]
    failure: tuple[Rule, ...]
    groups: tuple[Group, ...]
    non_ascii: tuple[Expression, ...]


class TablePlan(NamedTuple):
    """
    The columns of the column parser's table for each step of the quick check.

    ``derived`` are those of :data:`derived.SAID_TWICE`, ``conditional`` the fields of each rule's test, ``texts`` those in which
    patterns are searched, ``words`` the lists of such texts, ``facts`` those of :data:`facts.KEYS`. ``pointers`` are the columns'
    JSON Pointers, ``tested`` for each column the rules that test it.
    """

    derived: tuple[int, ...]
    conditional: tuple[tuple[int, ...], ...]
    texts: tuple[int, ...]
    description: int
    words: tuple[int, ...]
    facts: tuple[int, ...]
    pointers: tuple[str, ...]
    tested: tuple[tuple[Rule, ...], ...]
    sources: frozenset[int]


class QuickCheck(NamedTuple):
    """
    The quick check of a record in the pipeline's own form.

    ``found`` are the rules that find something in it, with what they find. ``record`` holds its values, None where they were not
    needed; ``facts`` are those with which it is compared with other records.
    """

    found: Found
    record: Values | None
    facts: Facts | None

    @property
    def candidates(self) -> tuple[Rule, ...]:
        """The rules that find something."""
        return tuple([rule for rule, _ in self.found])


@cache
def plan(codes: tuple[str, ...], kind: Kind) -> Plan | None:
    """The plan for a kind when the rules with these codes are on; None where one of them needs the text."""
    on = [rule for rule in RULES if rule.code in codes and kind in rule.kinds and not rule.only_compares]
    if any(rule.trigger is Trigger.TEXT for rule in on):
        return None
    in_texts = [(rule, rule.trigger) for rule in on if isinstance(rule.trigger, InTexts)]
    by_first: dict[str, list[tuple[str, Rule]]] = {}
    for rule, trigger in in_texts:
        for first, pattern in trigger.patterns:
            by_first.setdefault(first, []).append((pattern, rule))
    return Plan(
        always=tuple(rule for rule in on if rule.trigger is None),
        conditional=tuple((rule, rule.trigger) for rule in on if isinstance(rule.trigger, When)),
        disagreement=tuple(rule for rule in on if rule.trigger is Trigger.DISAGREEMENT),
        failure=tuple(rule for rule in on if rule.trigger is Trigger.FAILURE),
        groups=tuple(
            (first, re.compile("|".join(pattern for pattern, _ in found)), tuple({rule.code: rule for _, rule in found}.values()))
            for first, found in by_first.items()
        ),
        non_ascii=tuple((re.compile("|".join(trigger.non_ascii)), rule) for rule, trigger in in_texts if trigger.non_ascii),
    )


@cache
def table_plan(codes: tuple[str, ...]) -> tuple[Plan, TablePlan] | None:
    """The plan for tables of figures; None where there is none."""
    rules, parser = plan(codes, Kind.FIGURE), column_template.of_kind(Kind.FIGURE)
    if rules is None or parser is None:
        return None
    columns = {**parser.places, SYNONYMS: len(parser.places)}
    block = {key: place for key, place in parser.places.items() if key.startswith(_BLOCK)}
    description = block.pop(_DESCRIPTION)
    lists = {words.place for words in parser.lists} & set(block.values())
    # constants in which no pattern matches
    clean = {place for place, text in parser.constants.items() if not _triggered(rules, f"\n{text}\n", _non_ascii(text.encode()))}
    return rules, TablePlan(
        derived=tuple(columns[key] for key in derived.SAID_TWICE),
        conditional=tuple(tuple(columns[key] for key in when.fields) for _, when in rules.conditional),
        texts=tuple(
            place for place in (*(columns[key] for key in (*TEXTS, *NAMES)), *block.values()) if place not in lists | clean
        ),
        description=description,
        words=tuple(sorted(lists)),
        facts=tuple(columns[key] for key in facts.KEYS),
        pointers=tuple(f"/{key}" for key in parser.places),
        sources=frozenset(columns[key] for key in derived.SAID_TWICE),
        tested=tuple(tuple(rule for rule, when in rules.conditional if key in when.fields) for key in parser.places),
    )


def quick_check(
    path: str, data: bytes, settings: Settings = DEFAULT, kind: Kind | None = None, *, keywords: bool = True
) -> QuickCheck | None:
    """
    The rules that find something in a record; None for "not sure".

    The arguments are those of :func:`pfocr_lint.linter.checker.check`; ``keywords`` says that the facts need them. Rules that are
    off only for this file run all the same: their findings are dropped later.
    """
    return quick_checks([path], [data], settings, kind, keywords=keywords)[0]


def quick_checks(
    paths: Sequence[str], datas: Sequence[bytes], settings: Settings, kind: Kind | None, *, keywords: bool, values: bool = False
) -> list[QuickCheck | None]:
    """
    The same for many records of one kind, or of any (``kind`` None), in two fifths of the time for each alone.

    With ``values`` the values of clean records are there too.
    """
    if not FILTERING or not paths:
        return [None] * len(paths)
    if kind is None and len(paths) > 1:
        return _one_by_one(paths, datas, settings, kind, keywords=keywords)
    if kind is None and (kind := kind_of(paths[0], "")) is Kind.UNKNOWN:
        kind = kind_of(paths[0], datas[0].decode("utf-8", "replace"))
    found: dict[int, QuickCheck | None] = {}
    if kind in FIGURES and _is_worth_columns(len(paths)):
        try:
            found.update(_check_table(paths, datas, settings, keywords=keywords, values=values))
        except Exception:  # noqa: BLE001 - one record is for the reference path, which raises the same exception and reports it
            return [None] if len(paths) == 1 else _one_by_one(paths, datas, settings, kind, keywords=keywords)
    return [
        found[number] if number in found else _check_one(path, data, settings, kind, keywords=keywords)
        for number, (path, data) in enumerate(zip(paths, datas, strict=True))
    ]


def _one_by_one(
    paths: Sequence[str], datas: Sequence[bytes], settings: Settings, kind: Kind | None, *, keywords: bool
) -> list[QuickCheck | None]:
    return [quick_check(path, data, settings, kind, keywords=keywords) for path, data in zip(paths, datas, strict=True)]


def _is_worth_columns(more: int) -> bool:
    """Whether this process has checked so many figures that the column parser saves more time than it takes to compile."""
    _figures_checked[0] += more
    return _figures_checked[0] > WORTH_COLUMNS


def _check_table(
    paths: Sequence[str], datas: Sequence[bytes], settings: Settings, *, keywords: bool, values: bool = False
) -> Iterable[tuple[int, QuickCheck]]:
    """The quick check of all figures that the column parser reads, each with its number."""
    plans = table_plan(settings.codes)
    if plans is None:
        return ()
    rules, places = plans
    table = column_parser.read(Kind.FIGURE, datas)
    paths, datas = [paths[number] for number in table.numbers], [datas[number] for number in table.numbers]
    columns: list[Any] = [*table.columns, repeat(settings.synonyms)]
    disagreeing = derived.disagreeing(paths, [columns[place] for place in places.derived])
    disagreeing.update(row for row, failing in table.failing.items() if not places.sources.isdisjoint(failing))
    rows = range(len(paths))
    found = [*product(rows, rules.always), *product(disagreeing, rules.disagreement)]
    for (rule, when), fields in zip(rules.conditional, places.conditional, strict=True):
        found += product(compress(rows, map(when.test, *(columns[place] for place in fields))), [rule])
    to_run: dict[int, dict[str, Rule]] = {}
    for row, rule in chain(found, _rows_with_patterns(rules, places, columns, disagreeing, table.non_ascii, datas)):
        to_run.setdefault(row, {})[rule.code] = rule
    for row, failing in table.failing.items():
        likely = to_run.setdefault(row, {})
        likely.update((rule.code, rule) for place in failing for rule in places.tested[place])
    for row in rows if values else ():
        to_run.setdefault(row, {})
    ran: dict[int, tuple[Values, Found]] = {}
    for row, rules_of_row in to_run.items():
        data = column_parser.values(Kind.FIGURE, table, row)
        if row in table.failing:
            keys = [places.pointers[place] for place in sorted(table.failing[row])]
            record: Values = prepare_failing(_record(paths[row], data, settings, datas[row]), keys)
            rules_of_row.update((rule.code, rule) for rule in rules.failure if rule.code in record.failures)
        else:
            record = Values(paths[row], Kind.FIGURE, data, synonyms=settings.synonyms)
        record.agrees = row not in disagreeing
        ran[row] = record, _findings(record, rules_of_row.values())
    sound = facts.sound_facts(paths, _facts_columns(places, columns, table, ran), keywords=keywords)
    checks = list(made(QuickCheck, repeat(()), repeat(None), sound))
    for row, (record, findings) in ran.items():
        agreed = checks[row].facts if record.agrees else facts.facts_of(record, keywords=keywords)
        checks[row] = QuickCheck(findings, record, agreed)
    return zip(table.numbers, checks, strict=True)


def _record(path: str, data: dict[str, Any], settings: Settings, read: bytes) -> Record:
    """A figure that was read by columns, with its text."""
    text = read.decode()
    return Record(path, Kind.FIGURE, data, synonyms=settings.synonyms, canonical=True, text=text, body=Span(4, len(text) - 4))


def _facts_columns(
    places: TablePlan, columns: Sequence[Any], table: column_parser.Table, ran: Mapping[int, tuple[Values, Found]]
) -> list[Sequence[Any]]:
    """The columns from which facts are made, with what counts of the values that fail their schema."""
    wanted = {place: list(columns[place]) if table.failing else columns[place] for place in places.facts}
    for row, failing in table.failing.items():
        invalid = ran[row][0].invalid
        for place in wanted.keys() & failing:
            key = places.pointers[place]
            wanted[place][row] = facts.usable_value(key[1:], columns[place][row], is_invalid=key in invalid)
    return [wanted[place] for place in places.facts]


def _rows_with_patterns(
    rules: Plan, places: TablePlan, columns: Sequence[Any], disagreeing: Collection[int], non_ascii: str, datas: Sequence[bytes]
) -> Iterator[tuple[int, Rule]]:
    """
    The rules with a pattern that matches in a text of a table's records, each with the record's row.

    Descriptions are searched in the rows ``disagreeing``, where they may differ from the caption. ``non_ascii`` are all
    characters outside ASCII: each record is searched for its own only where one of all these is part of a pattern.
    """
    texts, lists = [columns[place] for place in places.texts], [columns[place] for place in places.words]
    descriptions = {row: columns[places.description][row] for row in disagreeing}
    words = chain.from_iterable(chain.from_iterable(lists))
    whole = "\n".join(["", *chain.from_iterable(texts), *descriptions.values(), *words, ""])
    row_of_line: list[int] = []
    for first, pattern, its_rules in rules.groups:
        for line in _lines(pattern, whole) if first in whole else ():
            if not row_of_line:
                row_of_line += [*chain.from_iterable(repeat(range(len(datas)), len(texts))), *descriptions]
                row_of_line += [row for column in lists for row, each in enumerate(column) for _ in each]
            yield from ((row_of_line[line], rule) for rule in its_rules)
    possible = _matching(rules.non_ascii, non_ascii)
    for row, data in enumerate(datas) if possible else ():
        likely = () if data.isascii() else _matching(possible, _non_ascii(data))
        if likely:
            own = [*(column[row] for column in texts), descriptions.get(row, "")]
            own += chain.from_iterable(column[row] for column in lists)
            yield from ((row, rule) for _, rule in _matching(likely, "\n".join(own)))


def _lines(pattern: re.Pattern[str], text: str) -> Iterator[int]:
    """
    The lines of a text in which a pattern matches, counted from 0.

    The text begins with a line break; a match that begins with one belongs to the line behind it.
    """
    line, at = -1, 0
    while at >= 0 and (match := pattern.search(text, at)) is not None:
        line += text.count("\n", at, match.start() + 1)
        at = text.find("\n", match.start() + 1)
        yield line


def _check_one(path: str, data: bytes, settings: Settings, kind: Kind, *, keywords: bool) -> QuickCheck | None:
    """The quick check of a record by the fast parser, which reads keys in any order."""
    try:
        values = fast_parser.read(data) if kind in MAPPINGS else None
        if values is None:
            return None
        if kind in FIGURES:  # as kinds.dialect does it for the text, whose top-level keys these are
            kind = dialect_of(values)
        rules = plan(settings.codes, kind)
        if rules is None:
            return None
        record = Values(path, kind, data=values, synonyms=settings.synonyms)
        to_run = [*rules.always, *_triggered(rules, joined(record), _non_ascii(data))]
        if compiled.fits(kind, values):
            record.agrees = kind in FIGURES and derived.agrees(record)
            conditional = [rule for rule, _ in rules.conditional]
            to_run += [*conditional, *(() if record.agrees else rules.disagreement)]
            return _run(record, to_run, keywords=keywords)
        record = prepare(with_text(record, data), settings.synonyms)
        conditional = [rule for rule, when in rules.conditional if _may_find(when, record, settings)]
        return _run(record, [*to_run, *conditional, *rules.disagreement, *rules.failure], keywords=keywords)
    except Exception:  # noqa: BLE001 - the reference path raises the same exception, and reports it
        return None


def _may_find(when: When, record: Values, settings: Settings) -> bool:
    """Whether a rule may find something in a record that fails its schema: its fields fail, or fit and pass the test."""
    keys = tuple(f"/{name}" for name in when.fields)
    values = [settings.synonyms if name == SYNONYMS else record.value(f"/{name}") for name in when.fields]
    return None in values or any(pointer.startswith(keys) for pointer in record.invalid) or bool(when.test(*values))


def _run(record: Values, rules: Iterable[Rule], *, keywords: bool) -> QuickCheck:
    found = _findings(record, {rule.code: rule for rule in rules}.values())
    return QuickCheck(found, record, facts.facts_of(record, keywords=keywords))


def _findings(record: Values, rules: Iterable[Rule]) -> Found:
    return tuple([(rule, findings) for rule in rules if (findings := tuple(rule.check(record)))])


def warm_up(settings: Settings) -> None:
    """Compile what many records need, so that processes which are forked later need not."""
    _figures_checked[0] = WORTH_COLUMNS
    table_plan(settings.codes)


def with_text(values: Values, data: bytes) -> Record:
    """The record with its text, in which the rules find the places."""
    if isinstance(values, Record):
        return values
    text = data.decode()
    known = {name: getattr(values, name) for name in Values.__match_args__}
    return Record(**known, text=text, body=Span(4, len(text) - 4))


def _triggered(rules: Plan, text: str, non_ascii: str) -> list[Rule]:
    """The rules with a pattern that matches in a text; ``non_ascii`` are its characters outside ASCII."""
    found = [rule for first, pattern, its_rules in rules.groups if first in text and pattern.search(text) for rule in its_rules]
    return found + [rule for _, rule in _matching(_matching(rules.non_ascii, non_ascii), text)]


def _matching(expressions: Sequence[Expression], text: str) -> Sequence[Expression]:
    return [(pattern, rule) for pattern, rule in expressions if pattern.search(text)] if text else ()


def _non_ascii(data: bytes) -> str:
    """The characters outside ASCII: few, and found in a tenth of the time that an expression of them takes."""
    return data.translate(None, _ASCII).decode()
