"""Small faults of the fixer: what `make mutate` found no other test to see."""

from __future__ import annotations

import pytest
from conftest import SEED, clean_text

from pfocr_lint import engine, fixer
from pfocr_lint.diagnostic import Finding, Fix, Safety, SetValue
from pfocr_lint.reader import read
from pfocr_lint.rules import RULES
from pfocr_lint.settings import DEFAULT, Selection, Settings
from pfocr_lint.values import replace

PATH = f"_figures/{SEED}.md"


def examined(text: str, settings: Settings = DEFAULT) -> engine.Examined:
    return engine.examine(read(PATH, text.encode()), settings)


def swapping(key: str, one: str, other: str):
    """A check that is never content."""

    def check(record):
        wanted = one if record.value(key) == other else other
        yield Finding(key, f"want {wanted}", fix=Fix("", (SetValue(key, wanted),), Safety.SAFE))

    return check


def test_fixes_that_do_not_converge_are_given_up_after_ten_rounds(monkeypatch):
    checks = {"PF208": swapping("/figtype", "F1", "F2"), "PF104": swapping("/seo", "S1", "S2")}
    rules = tuple(type(r)(**{**r.__dict__, "check": checks[r.code], "cue": None}) for r in RULES if r.code in checks)
    monkeypatch.setattr("pfocr_lint.engine.RULES", rules)
    monkeypatch.setattr("pfocr_lint.accept.FILTERING", False)
    settings = Settings(selections=(Selection(select=tuple(checks)),))
    first = replace(examined(clean_text(), settings), faults=("an earlier fault",))
    done = fixer.settle(first, b"the bytes", settings, unsafe=False)
    assert (done.data, done.fixed) == (b"the bytes", ())
    assert done.faults == ("an earlier fault", f"{PATH}: the fixes of PF104, PF208 do not come to rest after 10 rounds")


def test_line_ends_are_fixed_in_a_round_of_their_own():
    found = examined(clean_text().replace("figtype: Figure", "figtype: Scheme").replace("\n", "\r\n"))
    assert {hit.rule.code for hit in found.hits} == {"PF009", "PF208"}
    step = fixer.mend(found, DEFAULT, unsafe=False)
    assert [each.code for each in step.fixed] == ["PF009"]


@pytest.mark.parametrize(("most", "mended"), [(0, False), (1, True)])
def test_a_record_with_too_many_findings_is_not_fixed(monkeypatch, most, mended):
    monkeypatch.setattr(engine, "MOST", most)
    found = examined(clean_text().replace("figtype: Figure", "figtype: Scheme"))
    assert (fixer.mend(found, DEFAULT, unsafe=False) is not None) is mended


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
    assert fixer._same(one, other) is same
