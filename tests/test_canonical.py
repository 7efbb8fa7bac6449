"""The prefilter on records in canonical form: it reports exactly the same as the reference path."""

from __future__ import annotations

import copy
import json
import os
import random
import re
import subprocess
import sys
import unicodedata
from operator import itemgetter

import pytest
from conftest import ROOT, SEED, clean_text, real_records, seed_text
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_fixer import DAMAGE, PATH, TEXT

from pfocr_lint.handbook import examples
from pfocr_lint.linter import checker, hits, prefilter, record_check
from pfocr_lint.linter.diagnostics import diagnostics_of
from pfocr_lint.record import column_parser, column_template, derived, emitter, fast_parser
from pfocr_lint.record.document import Record, strings
from pfocr_lint.record.facts import facts_of
from pfocr_lint.record.parser import read
from pfocr_lint.record.texts import joined
from pfocr_lint.record.values import Values
from pfocr_lint.rules import characters, numbers
from pfocr_lint.rules.catalogue import RULES
from pfocr_lint.rules.declaration import SYNONYMS, InTexts, Trigger, When
from pfocr_lint.schema import compiled, schemas, validator
from pfocr_lint.schema.kinds import FIGURES, Kind
from pfocr_lint.settings.model import DEFAULT

UNSTABLE = re.compile(characters._UNSTABLE)
KINDS = [Kind.FIGURE, Kind.FIGURE_2021, Kind.ORGANISM, Kind.FETCHED]


def same(a, b) -> bool:
    """Equal, with types and the order of keys."""
    return json.dumps(a) == json.dumps(b) and repr(a) == repr(b)


def read_by_template(kind: Kind, data: bytes):
    table = column_parser.read(kind, [data])
    return column_parser.values(kind, table, 0) if table.numbers else None


def violations_by_template(kind: Kind, data: bytes, values: dict[str, object]):
    """The violations of the values that the template says do not fit; none of them fits."""
    template, table = column_template.of_kind(kind), column_parser.read(kind, [data])
    record, found = Values("", kind, data=values), []
    for place in table.failing.get(0, ()):
        pointer = next(f"/{key}" for key, at in template.places.items() if at == place)
        own = validator.value_violations(kind, pointer, record.value(pointer))
        assert own != []
        found += own
    return found


def agree(path: str, data: bytes) -> bool:
    """Compare the prefilter with the reference path; return whether it accepts the record as clean."""
    reference = read(path, data)
    values = fast_parser.read(data)
    if values is not None:
        assert reference.faults == ()
        assert same(values, reference.data), data
        assert reference.comments == ()
    for kind in FIGURES:
        values = read_by_template(kind, data)
        if values is not None:
            assert same(values, reference.data), data
            assert sorted(violations_by_template(kind, data, values), key=str) == sorted(
                validator.reference_violations(kind, values), key=str
            )
            assert reference.kind in {kind, Kind.UNKNOWN}
    checked = record_check.check_record(reference)
    quick_checks = [quick_check_of(path, data, worth_a_template=worth) for worth in (True, False)]
    return all(tuple(same_report(quick, data, reference, checked) for quick in quick_checks))


def quick_check_of(path: str, data: bytes, *, worth_a_template: bool, kind: Kind | None = None):
    """The prefilter as the first records of a run get it, or the many that follow."""
    prefilter._figures_checked[0] = prefilter.WORTH_COLUMNS if worth_a_template else 0
    return prefilter.quick_check(path, data, kind=kind)


def same_report(quick, data: bytes, reference: Record, checked: hits.Checked) -> bool:
    """Compare one prefilter result with the reference path; return whether the record was accepted as clean."""
    if quick is None:
        return False
    assert {rule.code for rule in quick.candidates} == {hit.rule.code for hit in checked.hits}
    assert quick.facts == facts_of(reference)
    if not quick.candidates:
        return True
    _, found = checker.located(quick, quick.record, data, DEFAULT, lambda: None)
    assert checked.faults == ()
    assert list(found) == diagnostics_of(checked), data
    assert quick.record.kind is reference.kind
    assert facts_of(quick.record) == facts_of(reference)
    return False


def test_real_records():
    clean = [name for name, path in real_records().items() if agree(name, path.read_bytes())]
    silent = [
        n
        for n, p in real_records().items()
        if not record_check.check_record(read(n, p.read_bytes())).hits and n.startswith("_figures")
    ]
    assert clean == silent != [], "every record without a defect is in the pipeline's own form"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_example(rule):
    for example in (*rule.good, *rule.bad):
        agree(examples.path_of(example), examples.text_of(example).encode())


@pytest.mark.parametrize("kind", sorted(FIGURES))
def test_the_template_of_each_dialect_reads_its_clean_record(kind):
    assert read_by_template(kind, clean_text(kind).encode()) is not None
    assert read_by_template(kind, clean_text(kind).replace("figtitle:", "title:").encode()) is None


def test_the_template_reads_the_clean_records_whose_keys_are_in_the_order_of_the_schema():
    order = list(schemas.load(Kind.FIGURE)["required"])
    clean = [path.read_bytes() for name, path in real_records().items() if "_figures" in name and agree(name, path.read_bytes())]
    answers = {list(fast_parser.read(data)) == order: read_by_template(Kind.FIGURE, data) is not None for data in clean}
    assert answers == {True: True, False: False}, "records of June 2023, and those of 2021, have another order"


@pytest.mark.parametrize("kind", KINDS)
def test_the_clean_record_of_each_kind_is_accepted(kind):
    example = examples.Good(kind=kind)
    assert agree(examples.path_of(example), clean_text(kind).encode())


@pytest.mark.parametrize(("old", "new"), [d[1:] for d in DAMAGE], ids=[d[0] for d in DAMAGE])
def test_every_injected_defect(old, new):
    assert agree(PATH, seed_text().encode())
    assert not agree(PATH, seed_text().replace(old, new, 1).encode())


# Values that YAML 1.1 reads as another type, or that only seem to be plain text.
TRAPS = [
    "\ny",
    "Y",
    "n",
    "N",
    "yes",
    "Yes",
    "YES",
    "yEs",
    "no",
    "NO",
    "on",
    "On",
    "ON",
    "off",
    "OFF",
    "true",
    "True",
    "TRUE",
    "false",
    "FALSE",
    "null",
    "Null",
    "NULL",
    "~",
    "=",
    "<<",
    "inf",
    "nan",
    "NaN",
    ".inf",
    "-.inf",
    "+.INF",
    ".nan",
    ".NaN\n0",
    "1",
    "-1",
    "+1",
    "00",
    "01",
    "0123",
    "0o17",
    "0x1F",
    "0xg",
    "0b11",
    "1_000",
    "1,000",
    "_1",
    "1_",
    "-0",
    "-0.0",
    "0.5",
    "1.",
    ".5",
    "+.5",
    "1e5",
    "1E5",
    "1e+5",
    "1.e5",
    "1.5e3",
    "1.5e+3",
    "6.02e23",
    "12e03",
    "1.2.3\n12:30",
    "1:2",
    "190:20:30",
    "1:60",
    "-1:30",
    "1:2.5",
    "2001-12-14",
    "2001-1-1",
    "2001-12-14t21:59:43.10-05:00",
    "2001-12-14_",
    "20011214",
    "14-3-3",
    "14-3-3-3",
    "1-2",
    "2001-2\nd252d405-de8d-11ea-99da-0ac135e8bacf",
    "12345678-1234-1234-1234-123456789012",
    "1234-12-12",
    "12-12-2012",
    "9606",
    "9606a",
    "1/2",
    "5-FU",
    "4E-BP1",
    "2-AG",
    "3'-UTR\n:word",
    "word:",
    "a:b",
    "a:b:",
    "::",
    "?x",
    "?word",
    "-x",
    "-word",
    "---",
    "---",
    "-",
    "--",
    "...",
    "..",
    ".",
    ",",
    ",a",
    "a,",
    "[]",
    "[a]",
    "{}",
    "{a}",
    "[",
    "]",
    "{",
    "}",
    "&",
    "&a",
    "*",
    "*a",
    "!",
    "!a",
    "!!str",
    "|",
    "|-",
    ">",
    ">-",
    "%",
    "%a",
    "@",
    "@a",
    "`",
    "`a\n#",
    "#a",
    "a#b",
    "a#",
    "'",
    "''",
    "'''",
    "'a'",
    '"a"',
    '"',
    'a"b',
    "a'b",
    "\\",
    "a\\b",
    "null:",
    "x-",
    "x?",
    "x!",
    "é",
    "µ",
    "α",
    "β5",
    "\xa0",
    "\xa0x",
    "x\xa0",
    "\u200b",
    "\u2028",
    "x\u2028y",
    "\x85",
    "\ufeff",
    "\ufeffx",
    "x\ufeff\n\ufffe",
    "\uffff",
    "\ud7ff",
    "\ue000",
    "🧬",
    "\U0001ffff",
    "\U0010ffff",
    "\x00",
    "\x01",
    "\x07",
    "\x1b",
    "\x7f",
    "\x80",
    "\xa0",
    "\xad",
    "\t",
    "x\ty",
    "\r\n",
]
TRAPS = [trap for word in TRAPS for trap in word.split("\n") if trap] + [
    " ", "  ", "a ", " a", "a b", "a: b", "a :b", "a : b", "a #b", "a # b", "a#b", "- a", "? a", ": a", "a:\n  b", "a\n  b", "a\n   b", "a\n b",
    "a\n  # b", "a\n  #b", "a \n  b", "a\n\n  b", "a\n  b: c", "a\n  - b", "a\n  -b", "a\n  – b", "a\n  * b", "a\n  ? b", "a\n  'b", "a\n  ---", "a\n---", "a\n...", "a\n- b", "a\n  b:",
    "a\n  :b", "'a\n  b'", "'a \n  b'", "'a\n   b'", "'a\n\n  b'", "'a\n b'", "'a\n  # b'", "'a''b'", "'a'b'", "'a' b", "'a' # b", "'a'\n  b", "''\n  a",
    "'\n  a'", "'a\n  '", "yes\n  a", "12\n  a", "1.5\n  2", "~\n  a", "[]\n  a", "[] ", "{} # a", "y # a", "!!int 3", "&a b", "*a", "<<: *a", "a, b", "[a",
    "\"a\"", "\"a\\nb\"", "\"a\n  b\"", "|\n  a", ">-\n  a", "- - a", "- a: b", "a - b", "a: - b", "x: y: z",
]  # fmt: skip
FRAMES = ["key: {}\n", "key:\n- {}\n- x\n", "key:\n  low: {}\n  b: c\n", "key:\n  low:\n  - {}\n  b: c\n", "key:\n- a: {}\n  b: c\n", "{}: x\n",
          "a: b\n{}: c\n", "key: {}\nlast: x\n"]  # fmt: skip


@pytest.mark.parametrize("frame", FRAMES)
def test_the_traps_of_yaml_read_the_same_everywhere(frame):
    for trap in TRAPS:
        depth = frame[: frame.index("{}")].rsplit("\n", 1)[-1]
        text = trap.replace("\n", "\n" + " " * (len(depth) - len(depth.lstrip(" -"))))
        for each in {trap, text}:
            agree(PATH, f"---\n{frame.format(each)}---\n".encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("key", "value", "indent"),
    [("publisher_name:", "MDPI", ""), ("  -", "AKT1", "  "), ("doi:", "10.3390/biomedicines10081841", "")],
)
def test_the_traps_of_yaml_read_the_same_in_a_template(key, value, indent):
    line = f"{key} {value}"
    assert f"\n{line}\n" in clean_text()
    for trap in TRAPS:
        for each in {trap, trap.replace("\n", f"\n{indent}")}:
            agree(PATH, clean_text().replace(f"\n{line}\n", f"\n{key} {each}\n").encode("utf-8", "surrogatepass"))


def test_what_the_grammar_is_for_is_accepted():
    for trap in (
        "14-3-3",
        "d252d405-de8d-11ea-99da-0ac135e8bacf",
        "a:b",
        "a#b",
        "'yes'",
        "''",
        "a\n  b",
        "0.5",
        "[]",
        "4E-BP1",
        "é",
        "x\u00a0y",
    ):
        assert fast_parser.read(f"---\nkey: {trap}\n---\n".encode()) is not None, trap


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"---\n",
        b"---\n---\n",
        b"---\n\n---\n",
        b"---\n---\n---\n",
        b"---\na: b\n---",
        b"---\na: b\n---\nx",
        b"---\na: b\n---\n\n",
    ],
)
def test_what_has_no_body_is_left_to_the_reference(data):
    assert not agree(PATH, data)
    assert fast_parser.read(data) is None


PIECES = [
    ": ", " #", "#", "'", '"', "\n", "\n  ", "\n    ", "- ", "  ", "\t", "word", "\u2028", "\u0085", "\ufeff", "\U0001f9ec", "---", "--- ", "...\n", "y", "On", "1e3", "12:30",
    "\\", "%", "@", "{", "[", "|", ">", "?", "? ", "&", "*", "!", "é", "\r", "~", "=", "<<", "null", "-", ".5", "1_000", "0x1F", "2001-12-14", "14-3-3", ":", "\n- ", "\n  - ", "\n  -", "\n  • ",
    "''", "[]", "{}", ",", "\u00a0", "`", " \n", "\n\n", "0o17", "+1", ".inf", "1.5", "-5", "NaN", "\ufffe", "\x00", "\x7f", "a:", "'@id'", "\n- a: b\n  c: d", "()", "<b>", "&amp;",
    " .", "?.", "</script", "\u00ad", "\u200b", "o\u0308", "Ã©", "NA", "XXX", "E. coli", ".na.character", "Figure 1. ", "(A) ", "et al", "sch1", "PMC1", "2021",
]  # fmt: skip
NESTED = "---\na: b\nc:\n- d\n- e f\ng:\n  h: i\n  j:\n  - k\n  l: 'm'\nn:\n- o: p\n  q: r\n- o: s\n  q: 't'\nu: 0.5\nv: []\nw: x y\n  z\n---\n"


def mutated(chance: random.Random, text: str) -> str:
    """Return a text with a few pieces inserted, removed or swapped, mostly at the start or end of a value."""
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        at = chance.randrange(len(text) + 1)
        for mark, likely in (("\n", 0.15), (": ", 0.3), ("- ", 0.2)):
            if chance.random() < likely and (found := text.find(mark, at)) >= 0:
                at = found + (0 if mark == "\n" else len(mark))
                break
        cut = chance.choice([0, 0, 1, 1, 2, 5, 20])
        text = text[:at] + chance.choice([*PIECES, "", ""]) + text[at + cut :]
    return text


SOURCES = [seed_text(), clean_text(), clean_text(Kind.FIGURE_2021), clean_text(Kind.ORGANISM), NESTED, NESTED]


def mutate(seed: int) -> bool:
    chance = random.Random(seed)
    return agree(PATH, mutated(chance, chance.choice(SOURCES)).encode("utf-8", "surrogatepass"))


@settings(max_examples=400)
@given(st.integers(min_value=0))
def test_mutated_records(seed):
    mutate(seed)


def test_mutations_reach_both_answers():
    answers = [mutate(seed) for seed in range(300)]
    assert 5 < sum(answers) < 295


@pytest.mark.slow
def test_mutated_records_by_the_hundred_thousand():
    for seed in range(100_000):
        mutate(seed)


@given(st.binary(max_size=200))
def test_raw_bytes(data):
    for each in (data, b"---\n" + data + b"\n---\n", b"---\na: " + data + b"\n---\n"):
        agree(PATH, each)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(["figtitle", "caption", "papertitle", "reftext", "journal_title", "number", "year"]), TEXT, max_size=3),
       st.lists(TEXT, max_size=4), st.booleans())  # fmt: skip
def test_made_records(values, keywords, copied):
    data = schemas.example(Kind.FIGURE)
    data.update(values)
    data["schema-jsonld"]["keywords"] = keywords
    if copied:
        data["schema-jsonld"]["description"] = data["caption"]
    agree(PATH, emitter.document(data).encode())


WORDY = st.lists(
    st.sampled_from(
        [
            *PIECES,
            "leukemia",
            "signaling",
            "\u00a0",
            "\u3000",
            "\u017fupplementary figure 1. ",
            "(A) ",
            "()",
            " ",
            " ",
            "A)",
            "in ",
            "see ",
            ".",
            ",",
            "F1",
            "(",
            ")",
            "[",
            "]",
            "Schematic ",
        ]
    ),
    max_size=6,
)


# Texts that the fast parser accepts: with others half of the examples would check nothing.
CANONICAL = WORDY.map("".join).filter(lambda text: fast_parser.read(emitter.document({"key": text}).encode()) is not None)


@settings(max_examples=400)
@given(st.fixed_dictionaries(dict.fromkeys(("figtitle", "caption", "keyword"), CANONICAL)), st.booleans(),
       st.sampled_from([("", ""), ("", "leukemic stem cells"), ("leukemic stem cells", "")]))  # fmt: skip
def test_a_rule_with_a_finding_has_its_trigger(values, copied, beside):
    """The guarantee of each trigger, on values from the fast parser; for a function, only on values that fit."""
    data = schemas.example(Kind.FIGURE)
    data["figtitle"] = values["figtitle"].join(beside)
    data["caption"] = values["caption"]
    data["schema-jsonld"]["description" if copied else "name"] = values["caption"]
    data["schema-jsonld"]["keywords"].append(values["keyword"])
    read_as = fast_parser.read(emitter.document(data).encode())
    assume(read_as is not None)
    record = Values(PATH, Kind.FIGURE, data=read_as, synonyms=DEFAULT.synonyms)
    fits = compiled.fits(record.kind, read_as)
    for rule in RULES:
        if (
            record.kind not in rule.kinds
            or rule.trigger in (None, Trigger.FORM, Trigger.TEXT)
            or not any(True for _ in rule.check(record))
        ):
            continue
        if isinstance(rule.trigger, Trigger):
            assert not fits or (rule.trigger is Trigger.DISAGREEMENT and not derived.agrees(record)), rule.code
        elif isinstance(rule.trigger, When):
            assert not fits or gate_opens(rule, record), rule.code
        else:
            assert cued(rule, record), rule.code


EDGES = ["", " ", "\u00a0", "\u3000", "(A)", "A) ", "(A) ", "(A)\u00a0", "\u00a0(A) ", "\u3000B)\u3000", "()", "( )", "(\u00a0)", "[\u2009]", ". ", "Fig. 1. ",
         "\u017fupplementary figure 1. ", "\u212a", ".", " .", "?.", " et al", " et al.", "\u00a0et al", " of E", " of E.", "in\u00a0D."]  # fmt: skip


def test_a_trigger_function_lets_its_rule_run_for_any_edge_characters():
    gated = [rule for rule in RULES if isinstance(rule.trigger, When)]
    for front in EDGES:
        for back in EDGES:
            text = f"{front}Leukemic stem cells{back}"
            data = {**schemas.example(Kind.FIGURE), "figtitle": text, "papertitle": text, "caption": text, "reftext": text}
            data["schema-jsonld"]["description"] = text
            record = Values(PATH, Kind.FIGURE, data=data, synonyms=DEFAULT.synonyms)
            assert compiled.fits(record.kind, data)
            for rule in gated:
                assert gate_opens(rule, record) or not [*rule.check(record)], (rule.code, text)


def gate_opens(rule, record) -> bool:
    given = (DEFAULT.synonyms if name == SYNONYMS else record.value(f"/{name}") for name in rule.trigger.fields)
    return rule.trigger.test(*given)


def cued(rule, record) -> bool:
    text = joined(record)
    return bool(prefilter._triggered(prefilter.plan((rule.code,), Kind.FIGURE), text, prefilter._non_ascii(text.encode())))


def test_a_clean_record_needs_no_more_than_its_row_from_wherever_it_is_read():
    example = examples.Good()
    text, path = clean_text(Kind.FIGURE).encode(), examples.path_of(example)
    for shown in (path, path.rpartition("/")[2], f"../{path}"):
        assert quick_check_of(shown, text, worth_a_template=True) == ((), None, facts_of(read(shown, text)))


def test_a_trigger_function_gets_existing_fields():
    rules, places = prefilter.table_plan(DEFAULT.codes)
    (*columns,) = map(itemgetter(0), column_parser.read(Kind.FIGURE, [clean_text(Kind.FIGURE).encode()]).columns)
    columns.append(DEFAULT.synonyms)
    assert rules.conditional
    assert rules.always == ()
    given = [[columns[place] for place in fields] for fields in places.conditional]
    assert not any(when.test(*values) for (_, when), values in zip(rules.conditional, given, strict=True))


@pytest.mark.parametrize("rule", [rule for rule in RULES if isinstance(rule.trigger, InTexts)], ids=lambda rule: rule.code)
def test_the_bad_examples_of_a_rule_have_its_trigger(rule):
    for bad in rule.bad:
        data = examples.text_of(bad).encode()
        record = read(examples.path_of(bad), data)
        unusual = any("\n" in text or "\t" in text for _, text in strings("", record.data))
        if not unusual and (bad.text is None or fast_parser.read(data) is not None):
            assert cued(rule, record), bad.message


def test_rules_wait_for_form_only_where_the_form_decides():
    """A rule that reads the text of the record has the trigger FORM or TEXT: the fast path has no text."""
    for rule in RULES:
        if not rule.only_compares and {"text", "faults", "comments", "unused_waivers", "unknown_waivers"} & set(
            rule.check.__code__.co_names
        ):
            assert rule.trigger in (Trigger.FORM, Trigger.TEXT) or rule.kinds == {Kind.TABLE}, rule.code
    assert prefilter.plan((*DEFAULT.codes, "PF501"), Kind.FIGURE) is None


def test_composed_characters_match_the_trigger():
    stable = [chr(c) for c in range(0x110000) if not UNSTABLE.search(chr(c))]
    seconds = {unicodedata.normalize("NFD", chr(c))[1] for c in range(0x110000) if len(unicodedata.normalize("NFD", chr(c))) == 2}
    for char in stable:
        assert unicodedata.is_normalized("NFC", char)
        assert not unicodedata.combining(char)
        assert char not in seconds


@given(
    st.sampled_from([*(pattern for _, pattern in numbers._TOKENS), numbers._FRONTIERS]).flatmap(
        lambda pattern: st.from_regex(re.compile(pattern.pattern, re.ASCII))
    )
)
def test_all_evidence_has_the_part_that_is_searched_first(found):
    assert numbers._SOME.search(found)


VALUES = [
    None,
    True,
    0,
    1,
    -1,
    0.5,
    2.0,
    "",
    "x",
    "F1",
    "nan",
    "NULL",
    ".na.character",
    "2022",
    "y" * 251,
    "10.1000/x",
    "CC0",
    "Figure",
    [],
    ["a"],
    ["a", "a"],
    [""],
    [1],
    [1, 1],
    [True, 1],
    ["a", None],
    ["a", ".na"],
    "PMC1234567\n",
    {},
    {"a": "b"},
]


@pytest.mark.parametrize("kind", KINDS)
def test_the_fast_validator_and_jsonschema_agree(kind):
    example = schemas.example(kind)
    assert compiled.fits(kind, example)

    def places(at):
        yield from ((at, key) for key in (at if isinstance(at, dict) else range(len(at))))
        for below in at.values() if isinstance(at, dict) else at:
            if isinstance(below, (dict, list)):
                yield from places(below)

    for number in range(len(list(places(example)))):
        for value in (*VALUES, ...):
            data = copy.deepcopy(example)
            holder, key = list(places(data))[number]
            if value is ...:
                del holder[key]
            else:
                holder[key] = value
            expected = validator.reference_violations(kind, data)
            assert compiled.fits(kind, data) == (expected == []), (key, value)
            assert validator.violations(kind, data, writing=False) == expected, (key, value)
    assert not compiled.fits(kind, {**example, "more": "x"})
    data = {**example, "more": "x", "less": 1}
    assert validator.violations(kind, data, writing=False) == validator.reference_violations(kind, data) != []


@pytest.mark.parametrize("part", [{"type": "string", "format": "uri"}, {"type": ["string", "null"]}, {"anyOf": []}, {"type": "array"},
                                  {"type": "string", "pattern": "x", "maxLength": 3}, {"type": "string", "not": {"const": "x"}},
                                  {"type": "object", "additionalProperties": {"type": "string"}}])  # fmt: skip
def test_the_fast_validator_leaves_unsure_values_to_the_reference(part):
    with pytest.raises(compiled.Unknown):
        compiled.build(part)


@pytest.mark.parametrize("text", ["a: " + "x:" * 30_000, "a: " + "'" * 60_000, "a:\n" + "- a\n" * 16_000, "a: b\n" + "  c\n" * 16_000, "a: " + " " * 60_000 + "x",
                                  "a:\n" + "  b:\n" * 12_000, "a: " + "#" * 60_000, "- " * 30_000, "a: '" + "''" * 30_000, "a: " + "1" * 60_000, "a:\n- " + "b: c" * 15_000])  # fmt: skip
def test_hostile_texts_take_no_longer_than_others(text):
    agree(PATH, f"---\n{text}\n---\n".encode())


def outcome(*argv, **environment):
    command = [sys.executable, "-m", "pfocr_lint", "--isolated", "--output-format", "json", *argv]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, **environment})
    return result.returncode, result.stderr, [line for line in result.stdout.split("\n") if '"seconds"' not in line]


def test_both_paths_and_any_number_of_processes_report_the_same():
    expected = outcome("samples", "tests/records", "--jobs", "1")
    assert expected[0] == 1
    assert outcome("samples", "tests/records", "--jobs", "1", PFOCR_LINT_PATH="reference") == expected
    for jobs in ("2", "8"):
        assert outcome("tests/records", "samples", "--jobs", jobs) == expected
    for start in ("spawn", "forkserver"):
        assert outcome("samples", "tests/records", "--jobs", "2", PFOCR_LINT_START=start) == expected


@pytest.mark.parametrize("named", ["", f"_figures/{SEED}.md"])
def test_a_clean_run_needs_no_library(tmp_path, named):
    code = (
        "import sys; from pfocr_lint.cli import main as cli; status = cli.main(sys.argv[1:], cli.Streams(sys.stdin, sys.stdout, sys.stderr));"
        "print(status, *{name.partition('.')[0] for name in sys.modules})"
    )
    (tmp_path / "_figures").mkdir()
    (tmp_path / "_figures" / f"{SEED}.md").write_text(seed_text())
    result = subprocess.run(
        [sys.executable, "-c", code, "--isolated", str(tmp_path / named)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    status, *names = result.stdout.split("\n")[1].split()
    assert status == "0"
    spared = {
        "yaml",
        "jsonschema",
        "ruamel",
        "ftfy",
        "tqdm",
        "wcwidth",
        "packaging",
        "junitparser",
        "difflib",
        "hashlib",
        "concurrent",
        "shutil",
        "tomllib",
        "dataclasses",
        "inspect",
        "pathlib",
        "pickle",
        "secrets",
        "threading",
        "urllib",
    }
    assert not spared & set(names)


@given(st.text("aAyYnNoOeEfF01 ,.()/-", max_size=60), st.sampled_from(["doi", "on", "no", "figtitle", "is", "year"]))
@settings(max_examples=2_000)
def test_the_emitter_writes_a_short_text_as_libyaml_does(text, name):
    written = emitter._dump({name: text, "z": text}, unfolded=False)
    assert written.startswith(emitter._dump({name: text}, unfolded=False))
