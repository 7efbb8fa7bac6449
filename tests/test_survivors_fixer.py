"""Tests for mutants of the fixer, which survived the other tests in `make mutate`."""

from __future__ import annotations

import pytest
from conftest import SEED, clean_text

from pfocr_lint.dataclass import replace
from pfocr_lint.diagnostic import Finding, Fix, Safety, SetValue
from pfocr_lint.linter import edits, fixer, hits, record_check
from pfocr_lint.linter.diagnostics import diagnostics_of
from pfocr_lint.record import round_trip
from pfocr_lint.record.parser import read
from pfocr_lint.rules.catalogue import RULES
from pfocr_lint.settings.model import DEFAULT, Selection, Settings

PATH = f"_figures/{SEED}.md"


def checked(text: str, settings: Settings = DEFAULT) -> hits.Checked:
    return record_check.check_record(read(PATH, text.encode()), settings)


def swapping(key: str, one: str, other: str):
    """A check that always reports a finding."""

    def check(record):
        wanted = one if record.value(key) == other else other
        yield Finding(key, f"want {wanted}", fix=Fix("", (SetValue(key, wanted),), Safety.SAFE))

    return check


def test_fixes_that_do_not_converge_are_given_up_after_ten_rounds(monkeypatch):
    checks = {"PF208": swapping("/figtype", "F1", "F2"), "PF104": swapping("/seo", "S1", "S2")}
    rules = tuple(type(r)(**{**r.__dict__, "check": checks[r.code], "trigger": None}) for r in RULES if r.code in checks)
    monkeypatch.setattr("pfocr_lint.linter.record_check.RULES", rules)
    monkeypatch.setattr("pfocr_lint.linter.prefilter.FILTERING", False)
    settings = Settings(selections=(Selection(select=tuple(checks)),))
    first = replace(checked(clean_text(), settings), faults=("an earlier fault",))
    done = fixer.fix_until_stable(first, b"the bytes", settings, unsafe=False)
    assert (done.data, done.fixed) == (b"the bytes", ())
    assert done.faults == ("an earlier fault", f"{PATH}: the fixes of PF104, PF208 do not converge after 10 rounds")


@pytest.mark.parametrize(
    ("code", "dirty"),
    [
        ("PF009", clean_text().replace("\n", "\r\n")),
        ("PF010", clean_text().replace("organisms_ner:\n", "organisms_ner:\u2028")),
    ],
)
def test_line_breaks_are_fixed_in_a_round_of_their_own(code, dirty):
    found = checked(dirty.replace("figtype: Figure", "figtype: Scheme"))
    assert {hit.rule.code for hit in found.hits} == {code, "PF208"}
    step = fixer.fix_round(found, DEFAULT, unsafe=False)
    assert [each.code for each in step.fixed] == [code]


@pytest.mark.parametrize(("most", "repaired"), [(0, False), (1, True)])
def test_a_record_with_too_many_findings_is_not_fixed(monkeypatch, most, repaired):
    monkeypatch.setattr(hits, "MOST", most)
    found = checked(clean_text().replace("figtype: Figure", "figtype: Scheme"))
    assert (fixer.fix_round(found, DEFAULT, unsafe=False) is not None) is repaired


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"a": [1, {"b": "x"}]}, {"a": [1, {"b": "x"}]}, True),
        ({"a": 1}, {"a": 1.0}, False),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"b": 1}, False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({}, {}, True),
        ({}, [], False),
        ({"a": None}, {"a": None}, True),
        ([1, 2], [1], False),
        ([1], [1, 2], False),
        ([1, 2], [2, 1], False),
        ([True], [1], False),
        ([], [], True),
        (float("nan"), float("nan"), True),
        (float("nan"), 1.0, False),
        (1.0, float("nan"), False),
        ("1", 1, False),
        ("", "", True),
        (None, None, True),
    ],
)
def test_values_are_equal_with_their_types(one, other, same):
    assert fixer.same(one, other) is same


THREE = (
    clean_text()
    .replace("figtype: Figure", "figtype: Scheme")
    .replace("year: '2022'", "year: 2022")
    .replace("seo: CreativeWork", "seo: Creative")
)


@pytest.mark.parametrize("bad", [set(), {"PF104"}, {"PF105"}, {"PF208"}, {"PF104", "PF208"}])
def test_fixes_that_fail_together_are_made_rule_by_rule(monkeypatch, bad):
    """A rule whose fix also fails alone is left out; the fixes of the others are made together."""
    real = fixer.verify

    def verify(before, after, repaired, planned):
        codes = {hit.rule.code for hit, _ in repaired}
        return "no" if len(codes) > 1 or codes & bad else real(before, after, repaired, planned)

    monkeypatch.setattr(fixer, "verify", verify)
    step = fixer.fix_round(checked(THREE), DEFAULT, unsafe=False)
    assert step.problem is None
    assert {each.code for each in step.fixed} == {"PF104", "PF105", "PF208"} - bad
    assert {hit.rule.code for hit in step.after.hits} == bad


def test_fixes_that_all_fail_are_the_problem_of_the_step(monkeypatch):
    monkeypatch.setattr(fixer, "verify", lambda *_: "no")
    step = fixer.fix_round(checked(THREE), DEFAULT, unsafe=False)
    assert step.problem == "a fix of PF104, PF105, PF208 was not made: no"


def test_a_fix_that_writes_too_much_does_not_hold_up_the_others(monkeypatch):
    found = checked(
        clean_text().replace("figtype: Figure", "figtype: Scheme").replace("  description: S", "  description: Another s")
    )
    weights = {hit.rule.code: edits.plan(found.record, [hit.finding.fix]).weight(found.record) for hit in found.hits}
    light, heavy = weights["PF208"], weights["PF206"]
    assert light < heavy

    def repaired(most):
        monkeypatch.setattr(edits, "MOST_WRITTEN", most)
        step = fixer.fix_round(found, DEFAULT, unsafe=False)
        return None if step is None else {each.code for each in step.fixed}

    assert repaired(light + heavy) == {"PF206", "PF208"}
    assert repaired(light + heavy - 1) is None, "all or none of those that are not too much alone"
    assert repaired(heavy) is None
    assert repaired(heavy - 1) == {"PF208"}
    assert repaired(light) == {"PF208"}
    assert repaired(light - 1) is None


def test_no_fix_makes_a_record_larger_than_one_may_be(monkeypatch):
    text = clean_text().replace("figtype: Figure\n", "")
    found = checked(text)
    monkeypatch.setattr(fixer, "MAX_BYTES", len(clean_text().encode()))
    assert fixer.fix_round(found, DEFAULT, unsafe=False).after.record.text == clean_text()
    monkeypatch.setattr(fixer, "MAX_BYTES", len(clean_text().encode()) - 1)
    assert fixer.fix_round(found, DEFAULT, unsafe=False) is None


def test_what_is_fixed_is_the_diagnostic_that_was_reported():
    found = checked(clean_text().replace("figtype: Figure", "figtype: Scheme"))
    fixed = fixer.fix_round(found, DEFAULT, unsafe=False).fixed
    assert tuple(each._replace(made=()) for each in fixed) == tuple(diagnostics_of(found))


def test_nothing_to_fix_is_no_step():
    assert fixer.fix_round(checked(clean_text()), DEFAULT, unsafe=False) is None


# ---- problems that the verification of a step finds


@pytest.mark.parametrize(
    ("now", "problem"),
    [
        (clean_text(), None),
        (clean_text() + "\n", "text outside the front matter changed"),
        ("\ufeff" + clean_text(), "text outside the front matter changed"),
        (clean_text()[:-1], "text outside the front matter changed"),
        (clean_text().replace("year: '2022'", "year: 2022"), "the result does not read as intended"),
        (clean_text().replace("year: '2022'", "year: '2023'"), "the result does not read as intended"),
        (clean_text().replace("year: '2022'", "year: '2022"), "the result cannot be read"),
        (clean_text().replace("year: '2022'", 'year: "2022" # c'), None),
    ],
)
def test_a_text_that_no_fix_meant_is_a_problem(now, problem):
    before = checked(clean_text())
    assert fixer.verify(before, checked(now), [], edits.plan(before.record, [])) == problem


def test_a_finding_that_stays_is_a_problem():
    found = checked(clean_text().replace("figtype: Figure", "figtype: Scheme"))
    (hit,) = found.hits
    problem = fixer.verify(found, found, [(hit, hit.finding.fix)], edits.plan(found.record, []))
    assert problem == f"PF208 still finds {hit.finding.message}"
    assert fixer.verify(found, found, [], edits.plan(found.record, [])) is None


def test_an_entry_that_ruamel_reads_otherwise_is_a_problem(monkeypatch):
    monkeypatch.setattr(round_trip, "untyped", lambda _: "other")
    done = fixer.fix(PATH, clean_text().replace("figtype: Figure", "figtype: Scheme").encode())
    assert done.faults == (f"{PATH}: a fix of PF208 was not made: ruamel.yaml reads /figtype differently",)


# (line of the clean record, its replacement, key, whether both read the same)
CONFIRMED = [
    ("year: '2022'", "year: '2022'", "/year", True),
    ("year: '2022'", "year:\n  '2022'", "/year", True),
    ("year: '2022'", "year:", "/year", True),
    ("year: '2022'", "year:\t'2022'", "/year", True),
    ("year: '2022'", "year: >-\n  a\n  b", "/year", True),
    ("year: '2022'", "year: [a, {b: c}]", "/year", True),
    ("year: '2022'", "year: [a, {b: c}]", "/year/0", True),
    ("  - PTEN", "  - PTEN\n    and more", "/schema-jsonld/keywords/0", True),
    ("  - PTEN", "  - >-\n    PTEN\n    more", "/schema-jsonld/keywords/0", True),
    ("  - PTEN", "  - a: b\n    c: d", "/schema-jsonld/keywords/0", True),
    ("  - PTEN", "  - a: b\n    c: d", "/schema-jsonld/keywords/0/c", True),
    ("  - PTEN", "  - - a\n    - b", "/schema-jsonld/keywords/0", True),
    ("    name: WikiPathways", "    name: Wiki\n      Pathways", "/schema-jsonld/creator/name", True),
    ("    name: WikiPathways", "    name: WikiPathways", "/schema-jsonld/creator", True),
    ("year: '2022'", "year: '2022'", "/month", False),
]


@pytest.mark.parametrize(("old", "new", "pointer", "same"), CONFIRMED)
def test_an_entry_alone_is_read_as_in_its_record(old, new, pointer, same):
    record = read(PATH, clean_text().replace(old, new, 1).encode())
    assert record.data is not None
    assert fixer.confirmed(record, pointer) is same


@pytest.mark.parametrize("pointer", ["/year", "/organisms/0"])
@pytest.mark.parametrize("other", [None, "other", {}, [], {"year": "2021"}, ["Mus musculus"]])
def test_an_entry_that_reads_otherwise_is_not_confirmed(monkeypatch, pointer, other):
    monkeypatch.setattr(round_trip, "untyped", lambda _: other)
    assert fixer.confirmed(read(PATH, clean_text().encode()), pointer) is False


@pytest.mark.parametrize(("line", "confirmed"), [("year:\t'2022'", True), ("year: '2022'", False)])
def test_where_ruamel_refuses_a_tab_it_has_no_opinion(monkeypatch, line, confirmed):
    record = read(PATH, clean_text().replace("year: '2022'", line).encode())
    monkeypatch.setattr(round_trip, "untyped", lambda _: None)
    assert fixer.confirmed(record, "/year") is confirmed
    monkeypatch.setattr(round_trip, "untyped", lambda _: {"year": "other"})
    assert fixer.confirmed(record, "/year") is False


@pytest.mark.parametrize(
    ("pointer", "lines"),
    [
        ("/year", "year: '2022'\n"),
        ("/organisms/1", "- Mus musculus\n"),
        ("/schema-jsonld/creator/name", "    name: WikiPathways\n"),
        ("/schema-jsonld/keywords/0", "  - PTEN\n"),
    ],
)
def test_ruamel_reads_the_lines_of_the_entry_and_no_others(monkeypatch, pointer, lines):
    read_lines = []
    monkeypatch.setattr(round_trip, "untyped", read_lines.append)
    fixer.confirmed(read(PATH, clean_text().encode()), pointer)
    assert read_lines == [lines]
