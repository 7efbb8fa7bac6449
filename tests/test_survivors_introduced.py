"""Tests for mutants of the scope of a diff, which survived the other tests in `make mutate`."""

from __future__ import annotations

import json

import pytest
from test_edited import git, repository  # noqa: F401 - the fixture
from test_introduced import clashing, drifted, paper, table
from test_repository import figure, page, write

from pfocr_lint.dataclass import replace
from pfocr_lint.settings.model import DEFAULT
from pfocr_lint.workspace import cross_record, git_objects, introduced, many_files

File = tuple[str, str]
FAR = ("_figures/zzz.md", figure(9999999)[1])  # the last name: one figure of each root is always read
BROKEN = "---\nfigtitle: a: b\n---\n"
NO_NUMBER = {"number": "", "redirect_from": ""}


def misnamed_figure(name: str, pmc: int, **values: str) -> File:
    """Return a figure whose file name differs from its figid."""
    return f"_figures/{name}.md", figure(pmc, **values)[1]


def commit() -> None:
    git("add", ".")
    git("commit", "-q", "-m", "records")


# ---- which records are related to a touched one

# name: (the new file, [(a file of the base, (whether it is read, whether it is compared))])
READ_ONLY, COMPARED, PASSED = (True, False), (True, True), (False, False)
MEETINGS: dict[str, tuple[File, list[tuple[File, tuple[bool, bool]]]]] = {
    "by the paper's number in the name": (
        figure(2000001),
        [
            (("_figures/PMC2000001__x.md", BROKEN), COMPARED),
            (("_data/PMC2000001__x-chemicals.tsv", table("PLGA")[1]), COMPARED),
            (("_data/PMC2000002__x-chemicals.tsv", table("PLGA")[1]), PASSED),
            (("_figures/PMC2000001__g001.bak", figure(2000001)[1]), PASSED),
            (misnamed_figure("mention", 2000002, caption="The same as in PMC2000001__g001, and not more."), READ_ONLY),
            (figure(2000003), PASSED),
        ],
    ),
    "by a name that differs in case only": (
        figure(2000001),
        [(("_figures/pmc2000001__G001.md", BROKEN), COMPARED), (("_figures/pmc2000001__g002.md", BROKEN), PASSED)],
    ),
    "by the paper's number alone": (
        misnamed_figure("quartz", 2000001, pmcid="PMC2000005"),
        [
            (misnamed_figure("b", 2000002, pmcid="PMC2000005"), COMPARED),
            (misnamed_figure("c", 2000003, pmcid="PMC2000006"), PASSED),
        ],
    ),
    "by figid alone": (
        misnamed_figure("quartz", 2000001, figid="PMC2000007__x"),
        [
            (misnamed_figure("b", 2000002, figid="PMC2000007__x"), COMPARED),
            (misnamed_figure("c", 2000003, figid="PMC2000008__x"), PASSED),
        ],
    ),
    "by alias alone": (
        misnamed_figure("quartz", 2000001, figid_alias="PMC2000007__F1", **NO_NUMBER),
        [
            (misnamed_figure("b", 2000002, figid_alias="PMC2000007__F1", **NO_NUMBER), COMPARED),
            (misnamed_figure("c", 2000003, figid_alias="PMC2000008__F1", **NO_NUMBER), PASSED),
        ],
    ),
    "by a redirect onto a page": (
        misnamed_figure("quartz", 2000001, redirect_from="/figures/PMC2000007__gX.html"),
        [
            (misnamed_figure("b", 2000002, figid="PMC2000007__gX"), COMPARED),
            (misnamed_figure("c", 2000003, figid="PMC2000007__g"), PASSED),
        ],
    ),
    "by the name of a record that cannot be read": (
        ("_figures/odd.md", BROKEN),
        [
            (("_data/odd-chemicals.tsv", table("PLGA")[1]), COMPARED),
            (("_data/even-chemicals.tsv", table("PLGA")[1]), PASSED),
            (misnamed_figure("b", 2000002, caption="XX, a text that does not mention the other."), PASSED),
        ],
    ),
    "by the name of a table": (
        ("_data/odd-chemicals.tsv", table("PLGA")[1]),
        [(("_figures/odd.md", BROKEN), COMPARED), (("_figures/even.md", BROKEN), PASSED)],
    ),
    "by the organism of a page": (
        page("Danio rerio", "fish"),
        [
            (figure(2000001, organisms=["Homo sapiens", "Danio rerio"]), COMPARED),
            (figure(2000002, caption="What a fish does."), PASSED),
            (page("Homo sapiens", "human"), COMPARED),
        ],
    ),
    "a page without a name": (
        page("5", "fish"),
        [(figure(2000002, caption="XX, a text that says nothing of a fish."), PASSED), (page("Homo sapiens", "human"), COMPARED)],
    ),
    "a file without an extension": (("_figures/draft", BROKEN), [(figure(2000002), PASSED)]),
}


def meeting(monkeypatch, path: str) -> tuple[set[str], set[str]]:
    """Return the files that a run reads and those that it compares, without the new file."""
    read, compared = [], []

    def process_all(sources, *args, real=many_files.process_all):
        read.append([each.path for each in sources])
        return real(sources, *args)

    def compare(facts, *args, real=cross_record.compare, **options):
        compared.extend(facts)
        return real(facts, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(many_files, "process_all", process_all)
        patch.setattr(cross_record, "compare", compare)
        assert len(list(introduced.diff_of([path], "main", lambda _: DEFAULT).results())) == 1
    assert read[0] == [path]
    return set(read[1]), {each.path for each in compared} - {path}


@pytest.mark.parametrize("case", MEETINGS)
def test_exactly_the_records_related_to_a_touched_one_are_read_and_compared(repository, run, monkeypatch, case):  # noqa: F811
    new, others = MEETINGS[case]
    write(repository, FAR, *(file for file, _ in others))
    commit()
    write(repository, new)
    compared_with = {FAR[0], *(name for (name, _), (_, is_compared) in others if is_compared)}
    assert meeting(monkeypatch, new[0]) == ({FAR[0], *(name for (name, _), (is_read, _) in others if is_read)}, compared_with)
    monkeypatch.setattr(git_objects, "MANY", -1)
    every = {name for (name, _), _ in others if not name.endswith(".bak")}
    assert meeting(monkeypatch, new[0]) == ({FAR[0], *every}, compared_with), "where there is no search, all are read"


def test_where_the_papers_number_is_searched_for_the_figures_identifiers_are_not(repository, run, monkeypatch):  # noqa: F811
    write(repository, FAR, figure(2000002))
    commit()
    write(repository, figure(2000001))
    monkeypatch.setattr(git_objects, "MANY", 1)
    assert meeting(monkeypatch, figure(2000001)[0]) == ({FAR[0]}, {FAR[0]}), "the search has one text, and so it is made"


# ---- reported findings


def since(run, *args: str) -> list[tuple[str, str]]:
    result = run("--since", "main", "--output-format", "jsonl", *args)
    return [(each["code"], each["path"]) for each in map(json.loads, result.out.splitlines())]


def test_without_introduced_too_a_touched_record_meets_the_untouched_ones(repository, run):  # noqa: F811
    write(repository, *paper(1), page("Homo sapiens", "human"))
    commit()
    write(repository, clashing(2))
    assert since(run) == [("PF402", clashing(2)[0])]


def test_a_folder_below_the_one_that_is_named_may_have_any_name(repository, run):  # noqa: F811
    write(repository / "sub" / "Xs", figure(1000001))
    commit()
    write(repository / "sub" / "Xs", figure(1000001, figtype="Scheme"))
    assert since(run, "--introduced", "sub") == [("PF208", f"sub/Xs/{figure(1000001)[0]}")]


def test_by_default_known_findings_and_excluded_files_are_not_left_out(repository, run):  # noqa: F811
    name = figure(1000001)[0]
    write(repository, figure(1000001, figtype="Scheme"))
    commit()
    write(repository, figure(1000001, figtype="Scheme", publisher_name="MDPI, Basel"))
    excluding = replace(DEFAULT, exclude=("*g001*",))
    assert excluding.excludes(name)
    (result,) = introduced.diff_of([name], "main", lambda _: excluding).results()
    assert (result.path, [each.code for each in result.left]) == (name, ["PF208"])


def test_the_settings_of_a_folder_are_read_once(repository, run):  # noqa: F811
    write(repository, FAR)
    commit()
    write(repository, *paper(1, 2, 3))
    asked = []
    scope = introduced.diff_of(["."], "main", lambda path: asked.append(path) or DEFAULT)
    assert (len(scope.sources), len(asked)) == (3, 1)


def test_of_equal_findings_the_record_that_is_last_by_its_path_is_reported(repository, run):  # noqa: F811
    """In several papers, because another order could be right by chance."""
    papers = range(1000001, 1000006)

    def clash(pmc: int, number: int) -> File:
        name, text = figure(pmc, number)
        text = text.replace(f"__F{number}\n", "__F1\n").replace(f"number: F{number}\n", "number: F1\n")
        return name, text.replace(f"/figure/F{number}/", "/figure/x/")

    write(repository, *(clash(pmc, number) for pmc in papers for number in range(1, 6)), page("Homo sapiens", "human"))
    write(repository, *(figure(pmc, 6) for pmc in papers))
    commit()
    write(repository, *(clash(pmc, 6) for pmc in papers))
    assert since(run, "--introduced") == [("PF402", clash(pmc, 6)[0]) for pmc in papers]


def test_what_a_record_waives_of_the_comparison_is_counted(repository, run):  # noqa: F811
    write(repository, *paper(1), page("Homo sapiens", "human"))
    commit()
    name, text = clashing(2)
    write(
        repository,
        (name, text.replace("figid_alias:", "# pfocr-lint: ignore[PF402] the journal numbers both so\nfigid_alias:", 1)),
    )
    result = run("--since", "main", "--introduced")
    assert (result.status, "1 finding waived." in result.out) == (0, True), result


def test_a_fault_in_the_comparison_of_the_work_tree_is_a_fault(repository, run, monkeypatch):  # noqa: F811
    write(repository, *paper(1), page("Homo sapiens", "human"))
    commit()
    write(repository, clashing(2))
    faults = [("rule PF402 failed: oh",), ()]

    def compare(*args, real=cross_record.compare, **options):
        return replace(real(*args, **options), faults=faults.pop(0))

    monkeypatch.setattr(cross_record, "compare", compare)
    result = run("--since", "main", "--introduced")
    assert (result.status, result.err) == (3, "pfocr-lint: rule PF402 failed: oh\n")


def test_a_copy_has_the_findings_of_its_own_though_those_of_the_original_are_resolved(repository, run):  # noqa: F811
    write(repository, drifted(), page("Homo sapiens", "human"))
    commit()
    write(repository, paper(1, caption="Stromal signaling in leukemia, and what follows from it.")[0])
    write(repository, ("_figures/PMC1000001__copy.md", drifted()[1]))
    assert ("PF206", "_figures/PMC1000001__copy.md") in since(run, "--introduced")


def test_named_excluded_files_are_left_out_with_force_exclude(repository, run):  # noqa: F811
    """For all ways to name them."""
    names = [figure(1000001, number)[0] for number in (1, 2)]
    write(repository, FAR, ("pfocr-lint.toml", 'exclude = ["_figures/*g001*"]\n'))
    commit()
    write(repository, *(figure(1000001, number, figtype="Scheme") for number in (1, 2)))
    for named in (names, [f"./{name}" for name in names], [str(repository / name) for name in names], [names[0], "_figures"]):
        assert [code for code, _ in since(run, *named)] == ["PF208", "PF208"]
        assert [code for code, _ in since(run, "--force-exclude", *named)] == ["PF208"]


def test_a_path_that_is_not_there_is_refused(repository, run):  # noqa: F811
    write(repository, FAR)
    commit()
    result = run("--since", "main", FAR[0], "_figures/missing.md")
    assert (result.status, result.out) == (2, "")
    assert "_figures/missing.md: there is no such file or folder" in result.err
