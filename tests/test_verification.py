"""The verification of fixes: each branch has a case that only this branch refuses."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from conftest import SEED, clean_text

from pfocr_lint.diagnostic import AddKey, Finding, Fix, SetValue, TextEdit, apply_edits
from pfocr_lint.linter import checker, edits, fixer, record_check
from pfocr_lint.record.limits import MAX_BYTES
from pfocr_lint.record.parser import read
from pfocr_lint.rules.catalogue import BY_CODE
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import Selection, Settings

PATH = f"_figures/{SEED}.md"
YEAR = SetValue("/year", "2021")
GONE = SimpleNamespace(cause="a finding that is gone")


def verified(before: str, after: str, *changes, made: tuple[Fix, ...] = (), hit=None, path: str = PATH) -> str | None:
    """Return the result of the verification for a text before and after some changes; ``hit`` was fixed."""
    old, new = (record_check.check_record(read(path, text.encode("utf-8", "surrogatepass"))) for text in (before, after))
    plan = edits.Plan((), (), changes)
    hits = [each for each in old.hits if hit is not None and each.rule.code == hit]
    fixed = [(each, made[0] if made else Fix("", changes)) for each in hits]
    return fixer.verify(old, new, fixed or [(GONE, fix) for fix in made], plan)


def replaced(*pairs: tuple[str, str]) -> str:
    text = clean_text()
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


TO_2021 = ("year: '2022'", "year: '2021'")

# (problem, text after the change of year to 2021, refused part): only the year is as intended
VALUES = [
    ("as intended", replaced(TO_2021), None),
    ("another value is another", replaced(TO_2021, ("ndex: ''", "ndex: x")), "the result does not read as intended"),
    ("the value is not the intended", replaced(("year: '2022'", "year: '2020'")), "the result does not read as intended"),
    ("nothing was changed", clean_text(), "the result does not read as intended"),
    ("a key is missing", replaced(TO_2021, ("ndex: ''\n", "")), "the result does not read as intended"),
    ("a key more", replaced(TO_2021, ("ndex: ''\n", "ndex: ''\nwpid: WP1\n")), "the result does not read as intended"),
    ("an item is missing", replaced(TO_2021, ("  - AKT1\n", "")), "the result does not read as intended"),
    ("an item more", replaced(TO_2021, ("  - AKT1\n", "  - AKT1\n  - x\n")), "the result does not read as intended"),
    ("items change places", replaced(TO_2021, ("  - PTEN\n  - AKT1\n", "  - AKT1\n  - PTEN\n")), "the result does not read as intended"),
    ("a text becomes a number", replaced(TO_2021, ("  - AKT1\n", "  - 1\n")), "the result does not read as intended"),
    ("it cannot be read", replaced(TO_2021, ("ndex: ''", "ndex: 'x")), "the result cannot be read"),
    ("a line behind the fence", replaced(TO_2021) + "\n", "text outside the front matter changed"),
    ("a space behind the fence", replaced(TO_2021)[:-1] + " \n", "text outside the front matter changed"),
    ("a space behind the opening fence", replaced(TO_2021).replace("---\n", "--- \n", 1), "text outside the front matter changed"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "refused"), [case[1:] for case in VALUES], ids=[case[0] for case in VALUES])
def test_the_text_after_a_fix_is_held_against_what_was_planned(text, refused):
    assert verified(clean_text(), text, YEAR) == refused


# (wanted value, actual value): equal in Python, but not the same
TYPES = [
    ("1.0", 1), ("1", 1.0), ("0", False), ("true", 1), ("1", True), ("0.0", 0), ("[1]", [1.0]), ("[true]", [1]), ("{a: 1}", {"a": True}),
    ("{a: [0]}", {"a": [False]}), ("[[1]]", [[1.0]]),
]  # fmt: skip


@pytest.mark.parametrize(("written", "wanted"), TYPES)
def test_equal_values_of_two_types_are_two_values(written, wanted):
    text = replaced(("ndex: ''", f"ndex: {written}"))
    found = read(PATH, text.encode()).value("/ndex")
    assert found == wanted, "without the types they are equal"
    assert verified(clean_text(), text, SetValue("/ndex", wanted)) == "the result does not read as intended"
    assert verified(clean_text(), text, SetValue("/ndex", found)) is None


def test_nan_is_itself():
    nan = float("nan")
    assert fixer.same([nan, {"a": nan}], [nan, {"a": float("nan")}])
    assert not fixer.same(nan, 1.0)


def test_a_text_edit_may_move_the_fences_but_no_value():
    fix = Fix("", (TextEdit(0, 0, ""),))
    assert verified(clean_text(), clean_text() + "\n", made=(fix,)) is None
    assert verified(clean_text(), replaced(("ndex: ''", "ndex: x")), made=(fix,)) == "the result does not read as intended"


def test_a_result_that_cannot_be_read_is_refused_also_where_the_record_could_not_be():
    """Then there are no values to compare, and a finding of the same kind counts as another one: only this check is left."""
    before = clean_text().replace("figtitle: Prop", "figtitle: \x07Prop")
    after = clean_text().replace("seo: CreativeWork", "seo: 'x")
    assert read(PATH, before.encode()).data is read(PATH, after.encode()).data is None
    fix = Fix("", (TextEdit(0, 0, ""),))
    assert verified(before, after, made=(fix,), hit="PF010") == "the result cannot be read"
    assert verified(before, clean_text(), made=(fix,), hit="PF010") is None


def test_a_table_has_no_values_and_may_be_fixed():
    path = f"_data/{SEED}-chemicals.tsv"
    head = "word\tmesh\tmatch\tname\tchebi\n"
    fix = Fix("", (TextEdit(0, 0, ""),))
    assert read(path, head.encode()).kind is Kind.TABLE
    assert verified(f"{head}PL\x07GA\tNA\tNA\tNA\tNA\n", f"{head}PLGA\tNA\tNA\tNA\tNA\n", made=(fix,), path=path) is None


def test_what_was_fixed_must_be_gone():
    before = replaced(("seo: CreativeWork", "seo: X"), ("year: '2022'", "year: 2022"))
    after = before.replace("year: 2022", "year: '2022'")
    change = SetValue("/year", "2022")
    assert verified(before, after, change, hit="PF105") is None
    refused = verified(before, after, change, hit="PF104", made=(Fix("", (change,)),))
    assert refused == f"PF104 still finds {next(d.message for d in checker.check(PATH, before.encode()) if d.code == 'PF104')}"


def test_of_equal_findings_as_many_must_be_gone_as_were_fixed():
    before = replaced(("  - AKT1\n", "  - AKT1\n  - AKT1\n  - AKT1\n"))
    one_left = replaced(("  - AKT1\n", "  - AKT1\n  - AKT1\n"))
    data = read(PATH, one_left.encode()).data
    change = SetValue("/schema-jsonld/keywords", data["schema-jsonld"]["keywords"])
    assert verified(before, one_left, change, hit="PF107", made=(Fix("", (change,)),)).startswith("PF107 still finds")


# Texts that libyaml and ruamel.yaml read differently, in the form of the emitter.
SEPARATED = "A\u20280\n"


@pytest.fixture
def blocks_only(monkeypatch):
    """Let the emitter write a text with line breaks as a block although it has separators: the two libraries read it differently."""
    monkeypatch.setattr("pfocr_lint.record.emitter.SEPARATORS", "")


@pytest.mark.usefixtures("blocks_only")
def test_a_second_library_reads_what_was_written():
    change = SetValue("/caption", SEPARATED)
    record = read(PATH, clean_text().encode())
    after = apply_edits(record.text, edits.plan(record, [Fix("", (change,))]).edits)
    assert read(PATH, after.encode()).value("/caption") == SEPARATED, "PyYAML reads it as intended"
    assert verified(clean_text(), after, change) == "ruamel.yaml reads /caption differently"


@pytest.mark.parametrize(
    ("text", "pointer", "same"),
    [
        (clean_text(), "/year", True), (clean_text(), "/organisms/1", True), (clean_text(), "/schema-jsonld/creator", True), (clean_text(), "/nowhere", False),
        (replaced(("seo: CreativeWork", "seo:\tCreativeWork")), "/seo", True), (replaced(("year: '2022'", "year: 0123")), "/year", True),
        (replaced(("ndex: ''", "ndex: |-\n  a\u2028b\n  c")), "/ndex", False), (replaced(("- Mus musculus", "- |-\n  a\u2028b\n  c")), "/organisms/1", False),
    ],
)  # fmt: skip
def test_the_second_library_has_an_opinion_but_of_tabs(text, pointer, same):
    assert fixer.confirmed(read(PATH, text.encode()), pointer) is same


def test_an_entry_that_cannot_be_read_alone_is_refused(monkeypatch):
    record = read(PATH, clean_text().encode())
    monkeypatch.setattr("pfocr_lint.record.round_trip.untyped", lambda _: None)
    assert not fixer.confirmed(record, "/year")


def test_a_result_over_the_limit_is_not_made(monkeypatch):
    data = replaced(("year: '2022'", "year: 2022")).encode()
    size = len(fixer.fix(PATH, data).data)
    monkeypatch.setattr(fixer, "MAX_BYTES", size)
    assert fixer.fix(PATH, data).data == clean_text().encode()
    monkeypatch.setattr(fixer, "MAX_BYTES", size - 1)
    fixed = fixer.fix(PATH, data)
    assert (fixed.data, fixed.fixed, fixed.faults) == (data, (), ())
    assert [each.code for each in fixed.left] == ["PF105"]
    assert MAX_BYTES == 1 << 20


def test_the_limit_counts_bytes(monkeypatch):
    data = (
        clean_text()
        .replace("publisher_name: MDPI", f"publisher_name: {'é' * 100}")
        .replace("year: '2022'", "year: 2022")
        .encode()
    )
    monkeypatch.setattr(fixer, "MAX_BYTES", len(data) + 1)
    assert fixer.fix(PATH, data).data == data


def test_fixes_that_would_take_too_long_to_prove_are_left_out_and_the_others_made(monkeypatch):
    data = replaced(("year: '2022'", "year: 2022"), ("seo: CreativeWork", f"seo: {'x' * 300}")).encode()
    monkeypatch.setattr(edits, "MOST_WRITTEN", 200)
    text = (
        clean_text()
        .replace("Chronic Myeloid Leukemias.\nreftext", f"{'Chronic ' * 40}Leukemias .\nreftext")
        .replace("year: '2022'", "year: 2022")
    )
    fixed = fixer.fix(PATH, text.encode())
    assert [each.code for each in fixed.fixed] == ["PF105"]
    assert fixed.faults == ()
    assert {each.code for each in fixer.fix(PATH, data).fixed} == {"PF104", "PF105"}


BAD_FIXES = [
    ("sets another key", SetValue("/ndex", "x"), "still finds"), ("sets it to what it is", SetValue("/seo", "X"), "still finds"),
    ("adds a key", AddKey("/wpid", "WP1"), "still finds"), ("writes what the libraries read differently", SetValue("/seo", SEPARATED), "ruamel.yaml reads /seo"),
    ("edits the text", TextEdit(0, 0, ""), "still finds"), ("breaks the text", TextEdit(4, 4, "'x\n"), "the result cannot be read"),
    ("moves a value", TextEdit(4, 4, "wpid: WP1\n"), "the result does not read as intended"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "why"), [case[1:] for case in BAD_FIXES], ids=[case[0] for case in BAD_FIXES])
@pytest.mark.usefixtures("blocks_only")
def test_a_rule_that_offers_a_bad_fix_is_a_fault_and_the_file_stays(monkeypatch, change, why):
    def bad(record):
        for violation in record.failures.get("PF104", ()):
            yield Finding(violation.key, "this is wrong", fix=Fix("do something", (change,)))

    rule = BY_CODE["PF104"]
    monkeypatch.setattr("pfocr_lint.linter.record_check.RULES", (type(rule)(**{**rule.__dict__, "check": bad}),))
    data = replaced(("seo: CreativeWork", "seo: X")).encode()
    fixed = fixer.fix(PATH, data)
    assert (fixed.data, fixed.fixed) == (data, ())
    assert len(fixed.faults) == 1
    assert fixed.faults[0].startswith(f"{PATH}: a fix of PF104 was not made: ")
    assert why in fixed.faults[0]


class Unplanned(edits.Plan):
    """A plan without values, so that only the findings are compared."""

    def data(self, record):
        return None


TWICE = "  keywords:\n  - PTEN\n  - PTEN\n  - PTEN\n"


@pytest.mark.parametrize(
    ("left", "fixes", "problem"),
    [
        (0, 2, None),
        (1, 1, None),
        (1, 2, "PF107 still finds"),
        (2, 1, "PF107 still finds"),
        (2, 2, "PF107 still finds"),
        (0, 1, None),
    ],
)
def test_of_equal_findings_no_more_stay_than_were_not_fixed(left, fixes, problem):
    code = "PF107"
    text = clean_text().replace("  keywords:\n  - PTEN\n", TWICE)
    settings = Settings(selections=(Selection(select=(code,)),))
    old = record_check.check_record(read(PATH, text.encode()), settings)
    assert len({hit.cause for hit in old.hits}) == 1
    assert len(old.hits) == 2
    after = clean_text().replace("  keywords:\n", "  keywords:\n" + "  - PTEN\n" * left)
    new = record_check.check_record(read(PATH, after.encode()), settings)
    found = fixer.verify(old, new, [(hit, hit.finding.fix) for hit in old.hits[:fixes]], Unplanned((), (), ()))
    assert (found or "").startswith(problem or "")
    assert (found is None) is (problem is None)


@pytest.mark.parametrize("keys", [("/year", "/organisms"), ("/organisms", "/year")])
def test_every_entry_that_was_written_is_read_twice(keys):
    wants = {"/year": "2021", "/organisms": ["a?b"]}
    fix = Fix("", tuple(SetValue(key, wants[key]) for key in keys))
    before = record_check.check_record(read(PATH, clean_text().encode()))
    plan = edits.plan(before.record, [fix])
    text = apply_edits(clean_text(), plan.edits).replace("organisms:\n- a?b\n", "organisms: [a?b]\n")
    after = record_check.check_record(read(PATH, text.encode()))
    assert fixer.verify(before, after, [], plan) == "ruamel.yaml reads /organisms differently"


LIGHT, FULL, HEAVY = (
    "a" * (edits.MOST_WRITTEN // 2 - 1),
    "a" * edits.MOST_WRITTEN,
    "a" * (edits.MOST_WRITTEN + 1),
)


@pytest.mark.parametrize(
    ("values", "made"),
    [
        (("x", "x", "x"), (True, True, True)), ((HEAVY, "x", "x"), (False, True, True)), (("x", HEAVY, HEAVY), (True, False, False)),
        ((LIGHT, LIGHT, "x"), (True, True, True)), ((LIGHT, LIGHT, LIGHT), (False, False, False)), ((LIGHT, HEAVY, LIGHT), (True, False, True)),
        ((HEAVY, HEAVY, HEAVY), (False, False, False)), ((FULL,), (True,)), ((HEAVY,), (False,)), ((FULL, "x"), (False, False)),
        ((FULL, HEAVY), (True, False)),
    ],
)  # fmt: skip
def test_no_more_is_written_than_is_soon_read_again(monkeypatch, values, made):
    """A fix that is too large is left out; those that are too large only together are all left out."""
    keys = ("/figtitle", "/papertitle", "/journal_title")[: len(values)]
    wants = dict(zip(keys, values, strict=True))
    rule = BY_CODE["PF208"]

    def find(record):
        yield from (
            Finding(key, "a defect", fix=Fix("", (SetValue(key, wants[key]),))) for key in keys if record.value(key) != wants[key]
        )

    monkeypatch.setattr(record_check, "RULES", (type(rule)(**{**rule.__dict__, "check": find}),))
    settings = Settings(selections=(Selection(select=("PF208",)),))
    fixed = fixer.fix(PATH, clean_text().encode(), settings)
    assert fixed.faults == ()
    after = read(PATH, fixed.data)
    assert tuple(after.value(key) == wants[key] for key in keys) == made
    monkeypatch.setattr(edits, "MOST_WRITTEN", 1 << 30)
    everything = read(PATH, fixer.fix(PATH, clean_text().encode(), settings).data)
    assert all(everything.value(key) == wants[key] for key in keys), "without the limit all would be written"
