"""Every rule by its own examples: one finding for one cause, and the fix that gives back what should be."""

from __future__ import annotations

import pytest

from pfocr_lint.diagnostic import Severity
from pfocr_lint.handbook import examples
from pfocr_lint.linter import fixer
from pfocr_lint.rules.catalogue import RULES
from pfocr_lint.settings.model import Selection, Settings

# The catalogue: a code and a name, once given, stay. (code, name, severity, fix, runs by default)
CATALOGUE = """
PF001 unreadable-file error none on
PF002 invalid-utf-8 error none on
PF003 byte-order-mark error safe on
PF004 broken-fence error none on
PF005 yaml-syntax-error error safe-or-unsafe on
PF006 duplicate-key error safe on
PF007 yaml-feature error none on
PF008 over-limit error none on
PF009 line-ending warning safe on
PF010 control-character error safe-or-unsafe on
PF101 missing-key error safe on
PF102 unknown-key error unsafe on
PF103 wrong-type error safe on
PF104 invalid-value error safe on
PF105 unquoted-scalar error safe on
PF106 missing-value-sentinel error safe on
PF107 duplicate-item warning safe on
PF108 old-dialect warning none off
PF201 file-name-differs-from-figid error none on
PF202 figid-differs-from-parts error safe on
PF203 alias-differs-from-figid error safe on
PF204 redirect-differs-from-alias error safe on
PF205 jsonld-id-differs-from-figid error safe on
PF206 description-differs-from-caption error safe on
PF207 malformed-figlink warning safe on
PF208 figtype-differs-from-number error safe on
PF209 raw-number error safe-or-unsafe on
PF210 year-differs-from-reference error unsafe on
PF211 foreign-figlink error none on
PF212 malformed-doi error safe on
PF213 organism-synonym warning safe on
PF214 placeholder-among-organisms warning safe on
PF215 number-contradicts-evidence warning unsafe on
PF301 title-length warning none on
PF302 title-final-period warning safe on
PF303 title-artefact warning safe on
PF304 markup warning unsafe on
PF305 script-breakout error none on
PF306 stray-whitespace warning safe-or-unsafe on
PF307 invisible-character error safe on
PF308 mojibake warning unsafe on
PF309 decomposed-unicode warning safe on
PF310 backslash warning safe on
PF311 emptied-reference warning none on
PF312 empty-caption warning none on
PF313 broken-punctuation warning safe-or-unsafe on
PF314 truncated-title warning none on
PF315 incomplete-reference warning none on
PF401 duplicate-figid error none on
PF402 duplicate-alias error none on
PF403 redirect-onto-page error none on
PF404 unknown-organism warning unsafe on
PF405 paper-disagreement warning none on
PF406 case-collision error none on
PF407 table-shape error none on
PF408 keywords-differ-from-tables warning unsafe on
PF409 orphan-table warning none on
PF410 doubled-table warning none on
PF411 duplicate-organism-page error none on
PF501 not-canonical warning safe off
PF901 unused-waiver warning safe on
PF902 unknown-rule-in-waiver warning none on
"""

GOOD = [pytest.param(rule, example, id=f"{rule.code}-{i}") for rule in RULES for i, example in enumerate(rule.good)]
BAD = [pytest.param(rule, example, id=f"{rule.code}-{i}") for rule in RULES for i, example in enumerate(rule.bad)]


def settings_of(rule) -> Settings:
    """The default rules and this one."""
    return Settings(selections=(Selection(extend_select=(rule.code,)),))


def checked(rule, example):
    """What is said of an example; of the files beside it nothing may be said."""
    found, _ = examples.check_example(example, settings_of(rule))
    mine = found.pop(examples.path_of(example))
    assert not any(found.values()), found
    return mine


def fixed_data(rule, example, *, unsafe) -> fixer.Fixed:
    """The example after all fixes: of single records, or of what the comparison says of it."""
    path, data = examples.path_of(example), examples.text_of(example).encode()
    if rule.compare is None:
        return fixer.fix(path, data, settings_of(rule), unsafe=unsafe)
    step = fixer.fix_round(examples.check_example(example, settings_of(rule))[1].checked[path], settings_of(rule), unsafe=unsafe)
    if step is None:
        return fixer.Fixed(data, (), ())
    assert step.problem is None
    return fixer.Fixed(step.after.record.text.encode(), step.fixed, ())


def test_the_rules_are_those_of_the_catalogue():
    rows = [f"{r.code} {r.name} {r.severity.value} {r.fix.replace(' ', '-')} {'on' if r.default else 'off'}" for r in RULES]
    assert rows == CATALOGUE.split("\n")[1:-1]


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
def test_fixes_give_back_every_byte_and_settle(rule, example):
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
def test_unsafe_fixes_are_not_made_unasked(rule, example):
    fixed = fixed_data(rule, example, unsafe=False)
    assert rule.code not in [d.code for d in fixed.fixed]
    if not example.also:
        assert fixed.data.decode() == examples.text_of(example)
