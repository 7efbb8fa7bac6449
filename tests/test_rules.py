"""Every rule by its examples: one finding for one cause, and a fix that gives the expected text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pfocr_lint.diagnostic import Severity
from pfocr_lint.handbook import examples
from pfocr_lint.linter import fixer
from pfocr_lint.rules.catalogue import BY_CODE, RULES
from pfocr_lint.settings.model import Selection, Settings

# The rules of the last release: codes and names do not change.
RELEASED = json.loads((Path(__file__).parent / "released_rules.json").read_text(encoding="utf-8"))

GOOD = [pytest.param(rule, example, id=f"{rule.code}-{i}") for rule in RULES for i, example in enumerate(rule.good)]
BAD = [pytest.param(rule, example, id=f"{rule.code}-{i}") for rule in RULES for i, example in enumerate(rule.bad)]


def settings_of(rule) -> Settings:
    """Return settings with the default rules and this one."""
    return Settings(selections=(Selection(extend_select=(rule.code,)),))


def checked(rule, example):
    """Return the diagnostics of an example; assert that the files beside it have none."""
    found, _ = examples.check_example(example, settings_of(rule))
    mine = found.pop(examples.path_of(example))
    assert not any(found.values()), found
    return mine


def fixed_data(rule, example, *, unsafe) -> fixer.Fixed:
    """Return the example after all fixes, of single records or of the cross-record check."""
    path, data = examples.path_of(example), examples.text_of(example).encode()
    if rule.compare is None:
        return fixer.fix(path, data, settings_of(rule), unsafe=unsafe)
    checked = examples.check_example(example, settings_of(rule))[1].checked[path]
    return fixer.fix_until_stable(checked, data, settings_of(rule), unsafe=unsafe)


@pytest.mark.parametrize("released", RELEASED, ids=lambda released: released["code"])
def test_what_was_released_stays(released):
    """Its name and kinds of fix stay; kinds of fix may be added."""
    rule = BY_CODE[released["code"]]
    assert rule.name == released["name"]
    assert set(released["fix"].split(" or ")) - {"none"} <= set(rule.fix.split(" or "))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_is_documented_and_shown(rule):
    assert rule.summary.endswith(".")
    assert rule.documentation
    assert rule.bad or rule.code == "PF001", "a rule shows what it finds"
    assert rule.good or rule.code in ("PF001", "PF108"), "a rule shows what it lets pass"
    offered = {("unsafe" if bad.unsafe else "safe") for bad in rule.bad if bad.fixed is not None}
    assert offered == {"none": set(), "safe or unsafe": {"safe", "unsafe"}}.get(rule.fix, {rule.fix})


@pytest.mark.parametrize(("rule", "example"), GOOD)
def test_good_examples_pass_every_rule(rule, example):
    assert [(d.code, d.message) for d in checked(rule, example)] == []


@pytest.mark.parametrize(("rule", "example"), BAD)
def test_bad_examples_give_one_finding_for_one_cause(rule, example):
    found = checked(rule, example)
    assert sorted(d.code for d in found) == sorted([rule.code, *example.also]), [d.message for d in found]
    mine = next(d for d in found if d.code == rule.code)
    assert example.message
    assert example.message in mine.message
    assert example.key is None or mine.key == example.key
    assert mine.severity is rule.severity is not Severity.OFF
    assert (mine.fix is not None) == (example.fixed is not None)
    assert mine.fix is None or (mine.fix.safety.value == "unsafe") == example.unsafe
    assert "\n" not in mine.message
    assert not mine.message.endswith(".")


@pytest.mark.parametrize(("rule", "example"), [p for p in BAD if p.values[1].fixed is not None])
def test_fixes_give_back_every_byte_and_converge(rule, example):
    path = examples.path_of(example)
    fixed = fixed_data(rule, example, unsafe=example.unsafe)
    assert fixed.faults == ()
    assert fixed.data.decode() == examples.fixed_text_of(example)
    assert rule.code in [d.code for d in fixed.fixed]
    if not isinstance(example.fixed, str):
        assert [d.code for d in fixed.left if d.code not in example.also] == []
    again = fixer.fix(path, fixed.data, settings_of(rule), unsafe=example.unsafe)
    assert again.data == fixed.data
    assert again.fixed == ()


@pytest.mark.parametrize(("rule", "example"), [p for p in BAD if p.values[1].unsafe])
def test_unsafe_fixes_need_their_flag(rule, example):
    fixed = fixed_data(rule, example, unsafe=False)
    assert rule.code not in [d.code for d in fixed.fixed]
    if not example.also:
        assert fixed.data.decode() == examples.text_of(example)
