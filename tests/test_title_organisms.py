"""Organisms that only a title names: in runs over a repository, for single files, and compared with a base."""

from __future__ import annotations

import json

import pytest
from test_organisms import NAME, PAGES, record
from test_repository import git, page, write  # noqa: F401 - a fixture

from pfocr_lint.record.binomials import binomials

TITLE = "Sugar in the liver of Mus musculus"
TITLES = [
    ("Role of Mus musculus", ("Mus musculus",)), ("Mus musculus", ("Mus musculus",)), ("The Mus musculus p53", ("Mus musculus",)),
    ("Mus musculus and Homo sapiens; Mus musculus", ("Mus musculus", "Homo sapiens")), ("x (Mus musculus) [Homo sapiens]", ()),
    ("Mus-musculus Mus musculus-like pre-Mus musculus", ("Mus musculus-like",)), ("Mus\nmusculus", ()), ("Properties of stem cells", ()),
    ("cells infected with Mus musculus", ()), ("the response to the Mus musculus", ()), ("Mus musculus challenge in cells", ()),
    ("responses of cells in Mus musculus", ("Mus musculus",)), ("Mus musculus, infected cells", ("Mus musculus",)),
    ("Signaling pathways", ()), ("Gallus gallus' eggs", ("Gallus gallus",)), ("((((Mus musculus", ("Mus musculus",)),
]  # fmt: skip


@pytest.mark.parametrize(("title", "names"), TITLES)
def test_what_may_be_the_name_of_a_species(title, names):
    assert binomials(title) == binomials(title, title) == names


def reported(out: str) -> list[tuple[str, str]]:
    return [(each["code"], each["message"]) for each in map(json.loads, out.splitlines())]


FOUND = [("PF412", "organisms is NA, but figtitle names 'Mus musculus'")]


@pytest.mark.parametrize("path", [".", "_figures", NAME])
def test_a_title_names_the_organism(path, tmp_path, run):
    write(tmp_path, *PAGES, (NAME, record("NA", figtitle=TITLE)))
    assert reported(run(path, "--output-format", "jsonl").out) == FOUND
    run(path, "--fix")
    assert (tmp_path / NAME).read_text() == record("NA", figtitle=TITLE), "the fix is not safe"
    assert run(path, "--fix", "--unsafe-fixes").status == 0
    assert (tmp_path / NAME).read_text() == record("Mus musculus", figtitle=TITLE)


def test_what_another_rule_takes_off_a_title_names_no_organism(tmp_path, run):
    write(tmp_path, *PAGES, (NAME, record("NA", figtitle="Sugar in the liver, adapted from Mus musculus")))
    assert [code for code, _ in reported(run("--output-format", "jsonl").out)] == ["PF322"]


@pytest.mark.parametrize("toml", ["organisms = false\n", 'ignore = ["PF412"]\n', 'organisms = "none"\n'])
def test_nothing_is_reported_without_pages(toml, tmp_path, run):
    write(tmp_path, *PAGES, (NAME, record("NA", figtitle=TITLE)))
    (tmp_path / "pfocr-lint.toml").write_text(toml)
    assert run("--output-format", "jsonl").out == ""


def test_a_kept_clean_record_is_compared_when_a_page_is_added(tmp_path, run):
    write(tmp_path, *PAGES, *((f"_figures/x{at}.md", record("NA").replace("g001", f"x{at}")) for at in range(310)))
    write(tmp_path, (NAME, record("NA", figtitle="Sugar in the liver of Sus scrofa")))
    lines = ("--select", "PF412", "--cache-dir", "kept", "--output-format", "jsonl")
    for _ in range(2):
        assert run(*lines).out == ""
    write(tmp_path, page("Sus scrofa", "pig"))
    assert reported(run(*lines).out) == [("PF412", "organisms is NA, but figtitle names 'Sus scrofa'")]


def test_a_new_page_introduces_the_finding(tmp_path, run, git):  # noqa: F811
    write(tmp_path, PAGES[0], (NAME, record("NA", figtitle=TITLE)))
    git("add", ".")
    git("commit", "-q", "-m", "base")
    git("branch", "-f", "main")
    write(tmp_path, page("Mus musculus", "mouse"))
    assert reported(run("--since", "main", "--introduced", "--output-format", "jsonl").out) == FOUND
