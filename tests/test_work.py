"""The fast path does no more work than it must: which parser reads a record, and which rules run. No times are measured."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from conftest import ROOT, SEED, clean_text

from pfocr_lint.linter import checker, prefilter, record_check
from pfocr_lint.record import column_parser
from pfocr_lint.record.parser import read
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import DEFAULT, Selection, Settings

PATH = f"_figures/{SEED}.md"
CLEAN = clean_text().encode()
RAW = clean_text().replace("year: '2022'", "year: 2022").encode()
PAGE = "_organisms/homo_sapiens.md"
CLEAN_PAGE = clean_text(Kind.ORGANISM).encode()


@pytest.fixture
def ran(monkeypatch):
    """The codes of the rules that ran, of each record of which any could run."""
    found = []
    real = prefilter._findings

    def findings(record, rules):
        rules = list(rules)
        found.append([rule.code for rule in rules])
        return real(record, rules)

    monkeypatch.setattr(prefilter, "_findings", findings)
    monkeypatch.setattr(prefilter, "_figures_checked", [0])
    return found


@pytest.fixture
def columns(monkeypatch):
    """How many records the column parser was given, each time."""
    found = []
    real = column_parser.read
    monkeypatch.setattr(prefilter.column_parser, "read", lambda kind, datas: found.append(len(datas)) or real(kind, datas))
    return found


def test_the_column_parser_begins_after_a_hundred_figures(ran, columns):
    for _ in range(prefilter.WORTH_COLUMNS):
        assert prefilter.quick_check(PATH, CLEAN).candidates == ()
    assert columns == []
    prefilter.quick_check(PATH, CLEAN)
    prefilter.quick_checks([PATH] * 7, [CLEAN] * 7, DEFAULT, Kind.FIGURE, keywords=True)
    prefilter.quick_check(PAGE, CLEAN_PAGE)
    assert columns == [1, 7]


def test_of_clean_figures_in_columns_no_rule_runs(ran, columns):
    prefilter.quick_checks([PATH] * 200, [CLEAN] * 200, DEFAULT, Kind.FIGURE, keywords=True)
    assert (columns, ran) == ([200], [])


def test_of_a_clean_figure_alone_only_rules_without_a_pattern_run(ran):
    prefilter.quick_check(PATH, CLEAN)
    ((*codes,),) = ran
    rules = prefilter.plan(DEFAULT.codes, Kind.FIGURE)
    assert codes == [rule.code for rule, _ in rules.conditional]
    assert not {rule.code for rule in (*rules.disagreement, *rules.failure)} & {*codes}


def test_of_a_figure_in_columns_run_the_rules_of_what_fails(ran, columns):
    prefilter._figures_checked[0] = prefilter.WORTH_COLUMNS
    _, quick, _ = prefilter.quick_checks([PATH] * 3, [CLEAN, RAW, CLEAN], DEFAULT, Kind.FIGURE, keywords=True)
    assert columns == [3]
    assert {rule.code for rule in quick.candidates} == {"PF105"}
    ((*codes,),) = ran
    assert "PF105" in codes
    assert len(codes) <= 20


def test_records_of_several_kinds_are_told_apart(ran):
    paths, datas = [PATH, PAGE, "somewhere.md"], [RAW, CLEAN_PAGE.replace(b"ncbi:", b"ncbj:"), RAW]
    found = prefilter.quick_checks(paths, datas, DEFAULT, None, keywords=True)
    for path, data, quick in zip(paths, datas, found, strict=True):
        hits = {hit.rule.code for hit in record_check.check_record(read(path, data)).hits}
        assert quick is None or {rule.code for rule in quick.candidates} == hits
    assert [quick is None for quick in found] == [False, found[1] is None, False]
    assert prefilter.quick_checks([PAGE], [CLEAN], DEFAULT, Kind.FIGURE, keywords=True)[0] is not None
    two = prefilter.quick_checks([PAGE, PATH], [CLEAN_PAGE, CLEAN], DEFAULT, None, keywords=True)
    assert [quick.candidates for quick in two] == [(), ()]
    assert prefilter.quick_checks([], [], DEFAULT, None, keywords=True) == []


@pytest.mark.parametrize("worth", [False, True])
def test_a_description_is_searched_where_the_caption_says_nothing(ran, worth):
    text = re.sub(r"(?m)^caption: .*\n(?:  .*\n)*", "caption: Figure 1.\n", clean_text())
    text = re.sub(r"(?m)^  description: .*\n(?:    .*\n)*", "  description: Cells â€œ bind \u200b here.\n", text)
    prefilter._figures_checked[0] = prefilter.WORTH_COLUMNS if worth else 0
    quick = prefilter.quick_check(PATH, text.encode())
    assert {rule.code for rule in quick.candidates} == {"PF307", "PF308", "PF312"}
    assert {each.code for each in checker.check(PATH, text.encode())} == {"PF307", "PF308", "PF312"}


@pytest.mark.parametrize(("value", "filtering"), [("reference", "False"), ("", "True")])
def test_the_environment_switches_the_fast_path_off(value, filtering):
    code = "from pfocr_lint.linter import prefilter; print(prefilter.FILTERING)"
    environ = {**os.environ, "PFOCR_LINT_PATH": value, "PYTHONPATH": str(ROOT)}
    assert (
        subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True).stdout.strip()
        == filtering
    )


def test_a_selected_rule_that_is_off_by_default_runs_in_both_ways(ran):
    settings = Settings(selections=(Selection(extend_select=("PF108",)),))
    for worth in (0, prefilter.WORTH_COLUMNS):
        prefilter._figures_checked[0] = worth
        old = CLEAN.replace(b"seo: CreativeWork\n", b"")
        assert {rule.code for rule in prefilter.quick_check(PATH, old, settings).candidates} == {
            hit.rule.code for hit in record_check.check_record(read(PATH, old), settings).hits
        }
