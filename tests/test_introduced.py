"""Introduced findings: a finding about several values counts as new when one of them changed."""

from __future__ import annotations

import json

import pytest
from test_edited import git, repository  # noqa: F401 - the fixture
from test_repository import figure, page, write

from pfocr_lint.dataclass import replace
from pfocr_lint.rules.mentions import CHEMICALS
from pfocr_lint.workspace import cross_record

A, B, C, D = (f"_figures/PMC1000001__g00{n}.md" for n in (1, 2, 3, 4))
CAPTION = "Stromal signaling in leukemia, and what follows from it."
OTHER = "An older text about the same cells, which somebody wrote."
TABLE = "_data/PMC1000001__g001-chemicals.tsv"
Edit = tuple[str, str, str]  # file, old text, new text; a new file if the old text is empty


def paper(*numbers: int, **values: str) -> list[tuple[str, str]]:
    return [figure(1000001, number, **values) for number in numbers]


def drifted(number: int = 1) -> tuple[str, str]:
    name, text = figure(1000001, number, caption=CAPTION)
    return name, text.replace(f"description: {CAPTION}", f"description: {OTHER}")


def table(*words: str) -> tuple[str, str]:
    return TABLE, "\n".join([CHEMICALS, *(f"{word}\tNA\tNA\tNA\tNA" for word in words), ""])


ALIAS_OF_F1 = ("figid_alias: PMC1000001__F{}", "figid_alias: PMC1000001__F1")


def clashing(number: int) -> tuple[str, str]:
    """Return another figure with the number, alias and redirect of the first."""
    name, text = figure(1000001, number)
    text = text.replace(f"__F{number}\n", "__F1\n").replace(f"number: F{number}\n", "number: F1\n")
    return name, text.replace(f"/figure/F{number}/", "/figure/x/")  # which says nothing about the number


# name: (the records of the base, the edits, the introduced codes)
CASES: dict[str, tuple[list[tuple[str, str]], list[Edit], list[str]]] = {
    "the caption of a drifted record is rewritten": ([drifted()], [(A, f"caption: {CAPTION}", "caption: New words.")], ["PF206"]),
    "the description of a drifted record is rewritten": ([drifted()], [(A, OTHER, "Newer words.")], ["PF206"]),
    "the caption is re-wrapped": ([drifted()], [(A, f"caption: {CAPTION}", f"caption: >-\n  {CAPTION[:17]}\n  {CAPTION[18:]}")], []),
    "the caption is quoted": ([drifted()], [(A, f"caption: {CAPTION}", f"caption: '{CAPTION}'")], []),
    "another field of a drifted record": ([drifted()], [(A, "publisher_name: MDPI", "publisher_name: Basel")], []),
    "a key moves": ([drifted()], [(A, "seo: CreativeWork\n", ""), (A, "ndex: ''\n", "seo: CreativeWork\nndex: ''\n")], []),
    "the drift is resolved": ([drifted()], [(A, OTHER, CAPTION)], []),
    "a drifted file is moved": ([drifted()], [(A, "mv", "_figures/PMC1000001__moved.md")], ["PF201"]),
    "a drifted file is moved, figid and all": (
        [drifted()],
        [(A, "__g001\n", "__moved\n"), (A, "__g001.html", "__moved.html"), (A, "filename: g001", "filename: moved"),
         (A, "mv", "_figures/PMC1000001__moved.md")], ["PF206"]),
    "the figid of a drifted record is another": ([drifted()], [(A, "figid: PMC1000001__g001\n", "figid: PMC1000001__x\n")], ["PF201"]),
    "a file with another name is moved again": (
        [("_figures/PMC1000001__x.md", drifted()[1])], [("_figures/PMC1000001__x.md", "mv", "_figures/PMC1000001__y.md")], ["PF201"]),
    "number beside a wrong alias": ([(A, paper(1)[0][1].replace(*("figid_alias: PMC1000001__F1", "figid_alias: PMC1000001__F9")))],
                                    [(A, "number: F1", "number: F2")], ["PF203", "PF204"]),
    "number beside a wrong type": ([(A, paper(1)[0][1].replace("figtype: Figure", "figtype: Scheme"))],
                                   [(A, "number: F1", "number: F2"), (A, "__F1\n", "__F2\n"), (A, "/figure/F1/", "/figure/F2/")], ["PF208"]),
    "figid beside a wrong page": ([(A, paper(1)[0][1].replace("__g001.html", "__g009.html"))],
                                  [(A, "figid: PMC1000001__g001\n", "figid: PMC1000001__z\n")], ["PF201"]),
    "the reference beside a wrong year": ([(A, paper(1)[0][1].replace("year: '2022'", "year: '2021'"))],
                                          [(A, "Biomedicines. 2022 Aug", "Biomedicines. 2023 Aug")], ["PF210"]),
    "the wrong year is quoted otherwise": ([(A, paper(1)[0][1].replace("year: '2022'", "year: '2021'"))], [(A, "year: '2021'", 'year: "2021"')], []),
    "the link beside a number that it contradicts": (
        [(A, paper(1)[0][1].replace("/figure/F1/", "/figure/sch1/"))], [(A, "/figure/sch1/", "/figure/sch2/")], ["PF215"]),
    "a link of another article": ([(A, paper(1)[0][1].replace("articles/PMC1000001", "articles/PMC1"))],
                                  [(A, "articles/PMC1/", "articles/PMC2/")], ["PF211"]),
    "one of two values of a key": ([(A, paper(1)[0][1].replace("number: F1\n", "number: F1\nnumber: F2\n"))],
                                   [(A, "number: F2", "number: F3")], ["PF006"]),
    "beside two values of a key": ([(A, paper(1)[0][1].replace("number: F1\n", "number: F1\nnumber: F2\n"))],
                                   [(A, "publisher_name: MDPI", "publisher_name: Basel")], []),
    "a third figure takes an alias": ([*paper(1), clashing(2)], [(C, "", clashing(3)[1])], ["PF402"]),
    "another figure takes the place of one": ([*paper(1), clashing(2)], [(B, "rm", ""), (C, "", clashing(3)[1])], ["PF402"]),
    "one of three that clash is touched": ([*paper(1), clashing(2), clashing(3)], [(A, "publisher_name: MDPI", "publisher_name: Basel")], []),
    "one of two that clash is moved": (
        [*paper(1), clashing(2)],
        [(B, "__g002\n", "__moved\n"), (B, "__g002.html", "__moved.html"), (B, "filename: g002", "filename: moved"),
         (B, "mv", "_figures/PMC1000001__moved.md")], ["PF402"]),
    "a disagreement gets another value": (
        [*paper(1), *paper(2, journal_title="Cells"), *paper(3)], [(B, "journal_title: Cells", "journal_title: Nature")], ["PF405"]),
    "a disagreement is joined by one that agrees": ([*paper(1), *paper(2, journal_title="Cells"), *paper(3)], [(D, "", paper(4)[0][1])], []),
    "a disagreement is joined by another": (
        [*paper(1), *paper(2, journal_title="Cells"), *paper(3)], [(D, "", paper(4, journal_title="Cells")[0][1])], ["PF405"]),
    "the majority is another": ([*paper(1), *paper(2, journal_title="Cells")], [(C, "", paper(3, journal_title="Cells")[0][1])], []),
    "a table that differed is another": ([*paper(1), table("Glucose", "PLGA")], [(TABLE, "PLGA", "LPS")], ["PF408"]),
    "keywords that differed are others": ([*paper(1), table("Glucose", "PLGA")], [(A, "  - AKT1\n", "  - MYC\n")], ["PF408"]),
    "a table that differed is in another order": ([*paper(1), table("Glucose", "PLGA")], [(TABLE, *("\n".join(table(*w)[1].split("\n")[1:]) for w in
                                                   (("Glucose", "PLGA"), ("PLGA", "Glucose"))))], []),
    "a third record takes a figid": (
        [*paper(1), ("_figures/PMC1000001__copy.md", paper(1)[0][1])], [("_figures/PMC1000001__again.md", "", paper(1)[0][1])], ["PF401"]),
    "a page that two are of is touched": (
        [page("Homo sapiens", "a"), page("Homo sapiens", "b"), page("Homo sapiens", "c")], [("_organisms/b.md", "common: Homo", "common: man,")], []),
}  # fmt: skip


def write_base(repository, records) -> None:  # noqa: F811
    """Write the records of a case, and an organism page where it has none."""
    write(repository, *records, page("Homo sapiens", "homo_sapiens") if not records[0][0].startswith("_org") else records[0])


def make_edits(repository, edits) -> None:  # noqa: F811
    """Make the edits of a case."""
    for name, old, new in edits:
        path = repository / name
        if old == "mv":
            git("mv", name, new)
        elif old == "rm":
            path.unlink()
        elif old:
            assert old in path.read_text(), old
            path.write_text(path.read_text().replace(old, new))
        else:
            write(repository, (name, new))


@pytest.mark.parametrize("case", CASES)
def test_a_finding_is_introduced_when_a_value_that_it_is_about_changed(repository, run, case):  # noqa: F811
    base, edits, wanted = CASES[case]
    write_base(repository, base)
    git("add", ".")
    git("commit", "-q", "-m", "records")
    before = json.loads(run("--output-format", "json").out)["diagnostics"]
    make_edits(repository, edits)
    result = run("--since", "main", "--introduced", "--output-format", "jsonl")
    assert sorted(json.loads(line)["code"] for line in result.out.splitlines()) == wanted
    assert result.status == bool(wanted)
    known = {each["fingerprint"] for each in before}
    now = json.loads(run("--output-format", "json").out)["diagnostics"]
    if not wanted and case not in ("the drift is resolved", "the majority is another"):
        assert known == {each["fingerprint"] for each in now}, "what was not introduced kept its fingerprint"


def test_a_table_of_another_root_has_figures_of_its_own(repository, run):  # noqa: F811
    """One figure of each root is read, because a missing record is only reported for a table beside records."""
    for root in ("a", "b", "c"):
        write(repository / root, *paper(1), page("Homo sapiens", "homo_sapiens"))
    git("add", ".")
    git("commit", "-q", "-m", "records")
    for root in ("a", "b", "c"):
        write(repository / root, ("_data/PMC1__gone-chemicals.tsv", table("Glucose")[1]))
    result = run("--since", "main", "--introduced", "--output-format", "jsonl")
    assert [(json.loads(line)["code"], json.loads(line)["path"][0]) for line in result.out.splitlines()] == [
        ("PF409", "a"), ("PF409", "b"), ("PF409", "c"),
    ]  # fmt: skip


def test_a_named_file_in_a_hidden_folder_meets_its_neighbours(repository, run):  # noqa: F811
    write(repository / ".site", *paper(1, 2))
    git("add", ".")
    git("commit", "-q", "-m", "records")
    write(repository / ".site", clashing(2))
    result = run("--since", "main", "--introduced", "--output-format", "jsonl", f".site/{B}")
    assert [json.loads(line)["code"] for line in result.out.splitlines()] == ["PF402"]


def test_where_all_records_are_read_tables_of_others_are_no_figures(repository, run):  # noqa: F811
    """Git cannot search for an identifier with a quote, so every record is read."""
    write(
        repository,
        *paper(1),
        figure(2000002),
        ("_data/PMC2000002__g001-chemicals.tsv", table("Glucose")[1]),
        page("Homo sapiens", "human"),
    )
    git("add", ".")
    git("commit", "-q", "-m", "records")
    path = repository / A
    path.write_text(path.read_text().replace("figid_alias: PMC1000001__F1", "figid_alias: PMC1000001__F1'"))
    result = run("--since", "main", "--introduced", "--output-format", "jsonl")
    assert result.err == ""
    assert [json.loads(line)["code"] for line in result.out.splitlines()] == ["PF203"]
    assert "1 introduced, 0 resolved, 0 remaining." in run("--since", "main", "--introduced").out, "others are not counted"


def test_of_a_clash_the_record_that_is_new_is_reported(repository, run):  # noqa: F811
    """Also when its name comes first."""
    write(repository, clashing(2), clashing(3), page("Homo sapiens", "human"))
    git("add", ".")
    git("commit", "-q", "-m", "records")
    write(repository, *paper(1))
    result = run("--since", "main", "--introduced", "--output-format", "jsonl")
    assert [(json.loads(line)["code"], json.loads(line)["path"]) for line in result.out.splitlines()] == [("PF402", A)]


def test_a_record_that_the_settings_exclude_is_no_neighbour(repository, run):  # noqa: F811
    write(repository, *paper(1, 2), ("pfocr-lint.toml", 'exclude = ["*g002*"]\n'), page("Homo sapiens", "human"))
    git("add", ".")
    git("commit", "-q", "-m", "records")
    write(repository, (A, paper(1)[0][1].replace("__F1\n", "__F2\n").replace("number: F1", "number: F2").replace("/F1/", "/F2/")))
    result = run("--since", "main", "--introduced", "--output-format", "jsonl")
    assert (result.status, result.out, result.err) == (0, "", "")


def test_a_fault_in_the_comparison_of_the_base_is_a_fault(repository, run, monkeypatch):  # noqa: F811
    write(repository, *paper(1, 2), page("Homo sapiens", "human"))
    git("add", ".")
    git("commit", "-q", "-m", "records")
    write(repository, clashing(2))
    calls = []

    def compare(*args, real=cross_record.compare, **options):
        calls.append(1)
        found = real(*args, **options)
        return found if len(calls) == 1 else replace(found, faults=("rule PF402 failed: oh",))

    monkeypatch.setattr(cross_record, "compare", compare)
    result = run("--since", "main", "--introduced")
    assert (result.status, result.err) == (3, "pfocr-lint: rule PF402 failed: oh\n")


def test_a_table_of_a_figure_that_cannot_be_read_has_its_record(repository, run):  # noqa: F811
    write(repository, *paper(1), table("Glucose"), page("Homo sapiens", "human"))
    git("add", ".")
    git("commit", "-q", "-m", "records")
    path = repository / A
    path.write_text(path.read_text().replace("figtitle: Prop", "figtitle: Review: Prop"))
    for args in (["--since", "main", "--introduced"], []):
        assert [json.loads(line)["code"] for line in run(*args, "--output-format", "jsonl").out.splitlines()] == ["PF005"]
