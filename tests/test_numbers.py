"""Figure numbers: which evidence gives an unknown number in a run over the repository, and one finding for one wrong number."""

from __future__ import annotations

import json

import pytest
from test_repository import figure, git, write  # noqa: F401 - a fixture

from pfocr_lint.linter import checker, fixer

NAME = figure(1000001)[0]


def record(number: str, last: str, stem: str = "g001", **values) -> tuple[str, str]:
    """Return the path and text of a figure whose fields agree with its number."""
    name, text = figure(1000001, stem=stem, figlink=f"/pmc/articles/PMC1000001/figure/{last}/", **values)
    return name, text.replace("number: F1\n", f"number: {number}\n").replace("__F1\n", f"__{number}\n")


def reported(out: str, code: str = "PF216") -> list[dict]:
    return [each for each in map(json.loads, out.splitlines()) if each["code"] == code]


FIXES = [  # records of one paper, the numbers after the fixes
    ([("F0", "F3")], ["F3"]),
    ([("F0a", "fig3")], ["F3"]),
    ([("F0", "Fig.12")], ["F12"]),
    ([("F0", "sch2")], ["S2"]),
    ([("F0", "undfig1")], ["GA1"]),
    ([("F0", "figure-004")], ["F4"]),
    ([("F0", "f0035")], ["F0"]),
    ([("F0", "biomedicines-10-f003")], ["F0"]),
    ([("F0", "fig0")], ["F0"]),
    ([("F0", "F")], ["F0"]),
    ([("F0", "F3"), ("F3", "x")], ["F0", "F3"]),
    ([("F0", "F3"), ("F4", "F4")], ["F3", "F4"]),
    ([("F0", "F3"), ("F0", "fig3")], ["F0", "F0"]),
    ([("F0", "F3"), ("F0", "fig4")], ["F3", "F4"]),
    ([("F0", "F3"), ("F0", "fig4"), ("F4", "x")], ["F3", "F0", "F4"]),
]


@pytest.mark.parametrize(("given", "after"), FIXES, ids=str)
def test_an_unknown_number_becomes_the_one_that_no_other_record_has(given, after, tmp_path, run):
    files = [record(number, last, f"im{chr(97 + at)}") for at, (number, last) in enumerate(given)]
    write(tmp_path, *files)
    found = reported(run("--output-format", "jsonl").out)
    unknown = [(name, new) for (name, _), (number, _), new in zip(files, given, after, strict=True) if number.startswith("F0")]
    assert [(each["path"], each["fix"] is not None) for each in found] == [(name, new != "F0") for name, new in unknown]
    for name, _ in files:  # other records are needed for it
        assert all(each["fix"] is None for each in reported(run(name, "--output-format", "jsonl").out))
    run("--fix", "--unsafe-fixes")
    numbers = [(tmp_path / name).read_text().partition("number: ")[2].partition("\n")[0] for name, _ in files]
    assert numbers == [new.replace("F0", number) for (number, _), new in zip(given, after, strict=True)]
    left = [each["code"] for each in map(json.loads, run("--output-format", "jsonl").out.splitlines())]
    assert set(left) <= {"PF216", "PF402"}


def test_the_fix_needs_its_flag_and_names_the_evidence(tmp_path, run):
    name, text = record("F0", "F3")
    write(tmp_path, (name, text))
    assert "file name and link stand for 'F3'; check it in the paper" in run("--fix").out
    assert (tmp_path / name).read_text() == text
    assert "+number: F3" in run("--diff", "--unsafe-fixes").out


def test_a_waiver_of_an_unknown_number_counts_once(tmp_path, run):
    name, text = record("F0", "F3")
    write(tmp_path, (name, text.replace("number: F0\n", "number: F0 # pfocr-lint: ignore[PF216] it has none\n")))
    result = run("--verbose")
    assert result.status == 0, result.out
    assert "1 finding waived" in result.err


def test_many_records_report_each_unknown_number_once(tmp_path, run):
    files = [figure(2000001 + number) for number in range(600)]
    write(tmp_path, *files, record("F0", "F3"))
    assert len(reported(run("--output-format", "jsonl").out)) == 1


ONE = [  # number, figlink's last part, filename's stem, what is reported
    ("F0", "sch1", "g001", ["PF216"]),
    ("F2014", "sch1", "g001", ["PF215"]),
    ("F2014", "F1", "g001", ["PF217"]),
    ("F7", "F1", "g001", ["PF218"]),
    ("F7", "F1", "g002", []),
    ("F7a", "F7", "g007", []),
    ("F7a", "F1", "g001", ["PF218"]),
    ("F7", "F107", "g107", ["PF218"]),
    ("F7", "F11", "g001", []),
    ("F7", "f0035", "f0035", []),
    ("F7", "fig1s1", "fig1-figsupp1", ["PF215"]),
    ("F1", "S2", "fcell-01-12345-s002", ["PF215"]),
    ("F1", "F2", "fcell-01-12345-s002", []),
    ("F1", "S2", "xcell-01-12345-s002", []),
    ("AF1", "x", "ijms-1-g0A1", []),
]


@pytest.mark.parametrize(("number", "last", "stem", "codes"), ONE)
def test_one_wrong_number_has_one_finding(number, last, stem, codes):
    name, text = record(number, last, stem, figtype="Appendix figure" if number[0] == "A" else "Figure")
    assert [each.code for each in checker.check(name, text.encode())] == codes
    fixed = fixer.fix(name, text.encode(), unsafe=True)
    assert fixed.faults == ()
    assert [each.code for each in fixed.left] == [code for code in codes if code != "PF215"]


def test_a_link_of_another_article_is_no_evidence():
    name, text = record("F7", "F1", "g001")
    text = text.replace("articles/PMC1000001", "articles/PMC149053")
    assert [each.code for each in checker.check(name, text.encode())] == ["PF211"]


def test_an_unknown_number_in_a_diff_has_its_fix_and_is_reported_once(tmp_path, run, git):  # noqa: F811
    write(tmp_path, record("F4", "F4", "other"))
    git("add", ".")
    git("commit", "-q", "-m", "base")
    git("branch", "-f", "main")
    write(tmp_path, record("F0", "F3", "new"), record("F0", "F4", "newer"))
    for flags in ((), ("--introduced",)):
        found = reported(run("--since", "main", *flags, "--output-format", "jsonl").out)
        assert [each["fix"] is not None for each in found] == [True, False]
