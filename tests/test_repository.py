"""The cross-record check, in any order and with any number of processes; and introduced findings."""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path

import pytest
from conftest import clean_text, real_records

from pfocr_lint.linter import checker
from pfocr_lint.record import emitter
from pfocr_lint.record.facts import FigureFacts, PageFacts, Repository, facts_of
from pfocr_lint.record.parser import read
from pfocr_lint.rules.catalogue import BY_CODE
from pfocr_lint.rules.mentions import CHEMICALS, DISEASES, GENES
from pfocr_lint.schema import schemas
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import DEFAULT
from pfocr_lint.workspace import compared_results, git_objects
from pfocr_lint.workspace.many_files import process
from pfocr_lint.workspace.one_file import Task
from pfocr_lint.workspace.source import Source

GENE = "9606\tHomo sapiens\tPrimates\tPTEN\tPTEN\t{}\t5728\tncbigene_symbol\t1\t1\t1\n"


def figure(pmc: int, number: int = 1, **values) -> tuple[str, str]:
    """Return the path and text of a separate clean figure."""
    stem = values.pop("stem", f"g{number:03}")
    figid = f"PMC{pmc}__{stem}"
    data = schemas.example(Kind.FIGURE)
    alias = f"PMC{pmc}__F{number}"
    data.update(
        figid=figid, pmcid=f"PMC{pmc}", filename=f"{stem}.jpg", figlink=f"/pmc/articles/PMC{pmc}/figure/F{number}/",
        number=f"F{number}", figid_alias=alias, redirect_from=f"/figures/{alias}", doi=f"10.1234/{pmc}", organisms=["Homo sapiens"],
    )  # fmt: skip
    data["schema-jsonld"]["@id"] = f"https://pfocr.wikipathways.org/figures/{figid}.html"
    data["schema-jsonld"]["keywords"] = values.pop("keywords", ["PTEN", "AKT1", "Glucose"])
    data.update(values)
    if "caption" in values:
        data["schema-jsonld"]["description"] = values["caption"]
    return f"_figures/{figid}.md", emitter.document(data)


def page(latin: str, name: str) -> tuple[str, str]:
    return f"_organisms/{name}.md", clean_text(Kind.ORGANISM).replace("Homo sapiens", latin)


def write(root: Path, *files: tuple[str, str]) -> None:
    for name, text in files:
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


# One case of each rule, in a repository of clean records: (code, path of the finding)
PLANTED = [
    ("PF401", "_figures/PMC9000002__copy.md"),
    ("PF402", "_figures/PMC9000003__scheme.md"),
    ("PF403", "_figures/PMC9000004__g001.md"),
    ("PF404", "_figures/PMC9000005__g001.md"),
    ("PF405", "_figures/PMC9000006__g003.md"),
    ("PF406", "_figures/PMC9000007__g001.md"),
    ("PF407", "_data/PMC9000008__g001-genes.tsv"),
    ("PF408", "_figures/PMC9000009__g001.md"),
    ("PF409", "_data/PMC9999999__g001-genes.tsv"),
    ("PF410", "_data/PMC9000010__g001-genes.tsv"),
    ("PF411", "_organisms/human.md"),
]


def plant(root: Path, count: int) -> None:
    """Create a repository of ``count`` clean figures, with the cases."""
    write(root, *(figure(1_000_000 + index // 3, index % 3 + 1) for index in range(count)))
    write(root, page("Homo sapiens", "homo_sapiens"), page("Homo sapiens", "human"))
    twin = figure(9000002)[1]
    write(root, figure(9000002), ("_figures/PMC9000002__copy.md", twin))
    write(root, figure(9000003), figure(9000003, stem="scheme"))
    page_of_other = figure(9000004, 2, stem="F1")
    write(root, figure(9000004), page_of_other)
    write(root, figure(9000005, organisms=["Homo sapien"]))
    write(root, figure(9000006, 1), figure(9000006, 2), figure(9000006, 3, doi="10.1234/other"))
    write(root, figure(9000007), figure(9000007, 2, stem="G001"))
    write(root, figure(9000008), ("_data/PMC9000008__g001-genes.tsv", f"{GENES}\n{GENE.format('PTEN')}PTEN\n"))
    write(root, figure(9000009), ("_data/PMC9000009__g001-chemicals.tsv", f"{CHEMICALS}\nLactate\tNA\tNA\tNA\tNA\n"))
    write(root, ("_data/PMC9999999__g001-genes.tsv", f"{GENES}\n{GENE.format('PTEN')}"))
    write(root, figure(9000010), ("_data/PMC9000010__g001-genes.tsv", f"{GENES}\n{GENE.format('PTEN') * 2}"))
    write(root, figure(9000011), ("_data/PMC9000011__g001-diseases.tsv", f"{DISEASES}\nPTEN\tNA\tNA\tNA\tNA\n"))


@pytest.mark.needs("case")
@pytest.mark.parametrize("count", [60, pytest.param(20_000, marks=pytest.mark.slow)])
def test_exactly_what_is_planted_is_found_whatever_the_processes(tmp_path, run, count):
    plant(tmp_path, count)
    outputs = {run("--jobs", jobs, "--output-format", "jsonl").out for jobs in ("1", "2", "3")}
    assert len(outputs) == 1
    found = [json.loads(line) for line in outputs.pop().splitlines()]
    assert sorted((d["code"], d["path"]) for d in found) == sorted(PLANTED)
    related = {d["code"]: [r["path"] for r in d["related"]] for d in found}
    assert related["PF401"] == ["_figures/PMC9000002__g001.md"]
    assert related["PF402"] == ["_figures/PMC9000003__g001.md"]
    assert related["PF403"] == ["_figures/PMC9000004__F1.md"]
    assert related["PF405"] == ["_figures/PMC9000006__g001.md"]
    assert related["PF406"] == ["_figures/PMC9000007__G001.md"]
    assert related["PF411"] == ["_organisms/homo_sapiens.md"]


def test_the_order_of_files_does_not_matter(tmp_path):
    plant(tmp_path, 9)
    paths = [str(path) for path in tmp_path.rglob("*.*")]
    sources = [Source(path) for path in paths]
    seen = set()
    for seed in range(3):
        random.Random(seed).shuffle(sources)
        alone = [process(source, Task()) for source in sources]
        results, comparison = compared_results.compared(
            alone, filter(None, [each.facts for each in alone]), lambda _: DEFAULT, Task()
        )
        assert comparison.faults == ()
        seen.add(tuple(sorted((d.code, d.path, d.message, d.fingerprint) for result in results for d in result.left)))
    assert len(seen) == 1


def known(path: str, **values) -> FigureFacts:
    """Return the facts of a figure with few values."""
    nothing = {"figid": None, "alias": None, "redirect": None, "pmcid": None, "organisms": (), "paper": bytes(24)}
    return FigureFacts(path=path, keywords=None, **{**nothing, **values})


@pytest.mark.needs("case")
@pytest.mark.parametrize(
    ("code", "figures", "reported"),
    [
        ("PF401", [known("a"), known("b"), known("c", figid="X")], []),
        ("PF401", [known("a", figid="X"), known("b"), known("c", figid="X")], ["c"]),
        ("PF402", [known("a", alias="X", figid="1"), known("b", alias="X", figid="1"), known("c", alias="Y", figid="2")], []),
        ("PF402", [known("a", alias="X", figid="1"), known("b", alias="X", figid="2"), known("c")], ["b"]),
        ("PF403", [known("a", figid="X"), known("b", redirect="/figures/X")], ["b"]),
        ("PF403", [known("a", figid="X"), known("b", redirect="/figures/X.html/")], []),
        ("PF403", [known("a", figid="X"), known("b", redirect="/figures/X.html")], ["b"]),
        ("PF403", [known("a", figid="X"), known("b", redirect="/figures/X//"), known("c")], ["b"]),
        ("PF403", [known("a", figid="X", redirect="/figures/X"), known("b", redirect="/pictures/X")], []),
        ("PF403", [known("a", figid="X"), known("b", alias="Y", redirect="/figures/X")], []),
        ("PF405", [known("a", pmcid="1", paper=b"aaaa" * 6), known("b", pmcid="2"), known("c", paper=b"bbbb" * 6)], []),
        ("PF405", [known("a", pmcid="1", paper=b"aaaa" * 6), known("b", pmcid="1")], []),
        ("PF405", [known(name, pmcid="1", paper=b"abbb"[at : at + 1] * 24) for at, name in enumerate("abcd")], ["a"] * 6),
        ("PF406", [known("a\nb"), known("A\nB"), known("c")], ["a\nb"]),
        ("PF406", [known("a\nb"), known("A"), known("b")], []),
        ("PF406", [known("\u00c4"), known("a\u0308"), known("STRASSE"), known("stra\u00dfe")], ["stra\u00dfe", "\u00c4"]),
    ],
)
def test_the_batch_comparison_overlooks_no_record(code, figures, reported):
    def opened(path):
        return read(path, f"---\nfigid: {path}\n---\n".encode(), Kind.FIGURE)

    repository = Repository(tuple(sorted(figures)), (PageFacts("p", None),), (), lambda _: frozenset(), opened)
    assert [each.path for each in BY_CODE[code].compare(repository)] == reported


def test_single_files_are_not_compared_and_the_message_gives_the_way(tmp_path, run):
    plant(tmp_path, 3)
    result = run("_figures/PMC9000002__copy.md", "--select", "PF201,PF4", "--output-format", "concise")
    assert "PF201" in result.out
    assert "PF401" not in result.out
    assert "Rules that compare records (PF4) did not run: give the folder of the repository as PATH." in result.out
    assert "did not run" in run("_figures/PMC9000002__copy.md", "--select", "duplicate-figid").out
    assert "did not run" not in run("_figures/PMC9000002__copy.md", "--select", "PF407,PF2").out


def test_organism_pages_are_read_from_the_folder_of_the_settings(tmp_path, run):
    write(tmp_path, figure(1000001), page("Mus musculus", "mouse"))
    (tmp_path / "site").mkdir()
    (tmp_path / "_organisms").rename(tmp_path / "site" / "_organisms")
    assert run("_figures").status == 0, "no pages: silent"
    (tmp_path / "pfocr-lint.toml").write_text('organisms = "site/_organisms"\n')
    assert "no organism page for 'Homo sapiens'" in run("_figures", "--config", "pfocr-lint.toml").out
    (tmp_path / "site" / "_organisms").rename(tmp_path / "_organisms")
    (tmp_path / "pfocr-lint.toml").write_text("")
    assert "no organism page for 'Homo sapiens'" in run("_figures", "--config", "pfocr-lint.toml").out, "pages beside the figures"
    (tmp_path / "pfocr-lint.toml").write_text("organisms = 'pages'\n")
    assert run("_figures", "--config", "pfocr-lint.toml").err == (
        "pfocr-lint: pfocr-lint.toml: organisms is 'pages', and there is no such folder\n"
    )
    (tmp_path / "pfocr-lint.toml").write_text("organisms = false\n")
    assert run(".", "--config", "pfocr-lint.toml").status == 0


def test_two_roots_are_two_repositories(tmp_path, run):
    write(tmp_path / "a", figure(1000001))
    write(tmp_path / "b", figure(1000001))
    assert run().status == 0


def test_a_record_can_waive_its_cross_record_findings(tmp_path, run):
    name, text = figure(1000001, stem="scheme")
    write(
        tmp_path,
        figure(1000001),
        (name, text.replace("figid_alias", "# pfocr-lint: ignore[PF402] to be renumbered\nfigid_alias")),
    )
    assert run().status == 0


def test_unsafe_fixes_bring_keywords_and_tables_together(tmp_path, run):
    table = ("_data/PMC1000001__g001-genes.tsv", f"{GENES}\n{GENE.format('MTOR')}")
    write(tmp_path, figure(1000001), table)
    result = run("--fix", "--unsafe-fixes")
    assert result.status == 0
    assert result.out.endswith("PF408 schema-jsonld/keywords: 'MTOR' added\n\n1 fixed. No diagnostics in 2 records.\n")
    assert (tmp_path / "_figures/PMC1000001__g001.md").read_text() == figure(
        1000001, keywords=["PTEN", "AKT1", "Glucose", "MTOR"]
    )[1]


def test_the_real_tables_have_the_expected_findings(tmp_path, run):
    for name, path in real_records().items():
        write(tmp_path, (name, path.read_text(encoding="utf-8")))
    found = [
        json.loads(line) for line in run("--select", "PF4", "--ignore", "PF404", "--output-format", "jsonl").out.splitlines()
    ]
    assert [(d["code"], d["path"].split("/")[1].split("_")[0], d["message"]) for d in found] == [
        ("PF410", "PMC10034247", "the table is doubled: each of its 5 rows appears twice"),
        # from the pipeline of 2023, which left out chemicals and diseases
        ("PF408", "PMC10030845", "keywords lack 'Ser', 'Thr', 'Dimethyl', 'fumarate' and 3 more of the tables"),
        ("PF408", "PMC10033548", "keywords lack 'Stroma', 'Prostate cancer' of the tables"),
        ("PF408", "PMC10034247", "keywords lack 'Statins', 'Ca2+', 'hypertensives', 'COVID' of the tables"),
    ]


@pytest.mark.parametrize("flags", [[], ["--unsafe-fixes"], ["--unsafe-fixes", "--select", "PF408"]], ids=" ".join)
def test_a_patch_is_what_fix_makes_of_all_records(tmp_path, run, flags):
    """The patch has the fixes of cross-record findings too, one diff per file; the summary is the same as with --fix."""

    def now():
        return {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    for name, path in real_records().items():
        write(tmp_path, (name, path.read_text(encoding="utf-8")))
    before = now()
    patch = run("--diff", *flags, "--output-format", "json:left.json")
    assert patch.out.count("+++ ") == len({line for line in patch.out.splitlines() if line.startswith("+++ ")}) > 2
    left = json.loads((tmp_path / "left.json").read_text())
    (tmp_path / "left.json").unlink()
    assert now() == before
    fixed = json.loads(run("--fix", *flags, "--output-format", "json").out)
    assert left["diagnostics"] == fixed["diagnostics"]
    assert f"{fixed['summary']['fixed']:,} would be fixed, {len(fixed['diagnostics']):,} would remain" in patch.err
    after = now()
    for name, path in real_records().items():
        write(tmp_path, (name, path.read_text(encoding="utf-8")))
    subprocess.run(["git", "apply", "-"], input=patch.out.encode(), cwd=tmp_path, check=True)
    assert now() == after


def test_facts_stay_small():
    """The facts of 100,000 records fit in 100 MB: those of one take less than 1,000 bytes."""
    import gc
    import tracemalloc

    texts = [real_records()[name].read_bytes() for name in real_records() if name.startswith("_figures")]
    facts_of(read("_figures/x.md", texts[0]))
    tracemalloc.start()
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    kept = [facts_of(read(f"_figures/{index}.md", text)) for index in range(10) for text in texts]
    gc.collect()  # frees objects that parsers and their errors still reference
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert used / len(kept) < 1000


# ---- a diff, in Git


@pytest.fixture
def git(tmp_path, monkeypatch):
    """A repository with a commit on main: five records, one with five old defects, one page; a branch is checked out."""
    for key, value in {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
                       "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}.items():  # fmt: skip
        monkeypatch.setenv(key, value)

    def call(*args: str, cwd: Path = tmp_path) -> str:
        return subprocess.run(["git", "-C", str(cwd), *args], check=True, capture_output=True, text=True).stdout

    call("init", "-q", "-b", "main")
    old = figure(1000001, caption=OLD, papertitle="A title?.", seo="Creative", year="2021", publisher_name=".na.character")
    write(
        tmp_path,
        old,
        figure(1000002),
        figure(1000003),
        figure(1000003, 2),
        figure(1000004, caption=LONG),
        page("Homo sapiens", "human"),
    )
    call("add", ".")
    call("commit", "-q", "-m", "records")
    call("switch", "-q", "-c", "curator")
    return call


OLD = "Stromal cellular signaling () in leukemia. Cells divide and grow in niches that nobody has seen before."
LONG = "Stromal cellular signaling in leukemia. Cells divide and grow in niches that nobody has seen before this one."


def places(result) -> list[tuple[str, str]]:
    return [(d["code"], d["path"]) for d in map(json.loads, result.out.splitlines())]


def introduced(run, *args: str):
    return run("--since", "main", "--introduced", "--output-format", "jsonl", *args)


def test_a_caption_edited_beside_five_old_defects(git, run, tmp_path):
    name, text = figure(1000001)
    path = tmp_path / name
    text = path.read_text()
    path.write_text(text.replace("caption: Stromal", "caption: Normal \\"))
    result = introduced(run)
    assert (result.status, places(result)) == (1, [("PF310", name), ("PF206", name)])
    shown = run("--since", "main", "--introduced")
    assert "2 introduced, 0 resolved, 5 remaining.\n" in shown.out
    assert len(places(run("--since", "main", "--output-format", "jsonl"))) == 7


def test_a_new_record_that_takes_the_alias_of_an_untouched_one(git, run, tmp_path):
    write(tmp_path, figure(1000002, stem="a-scheme"))
    result = introduced(run)
    assert (result.status, places(result)) == (1, [("PF402", "_figures/PMC1000002__a-scheme.md")])
    assert json.loads(result.out)["related"][0]["path"] == "_figures/PMC1000002__g001.md"
    git("add", ".")
    git("commit", "-q", "-m", "a scheme")
    assert places(introduced(run)) == places(result), "committed or not"


def test_an_alias_taken_under_another_name_is_found_by_what_records_mention(git, run, tmp_path):
    alias = "PMC1000002__F1"
    write(tmp_path, figure(7000001, figid_alias=alias, redirect_from=f"/figures/{alias}", number="", stem="odd"))
    assert ("PF402", "_figures/PMC7000001__odd.md") in places(introduced(run))


@pytest.mark.parametrize("kind", ["renamed", "rewrapped", "moved key", "deleted", "nothing", "ignored"])
def test_what_changes_no_value_introduces_nothing(git, run, tmp_path, kind):
    if kind == "renamed":
        git("mv", "_organisms/human.md", "_organisms/homo sapiens – ä.md")
        (tmp_path / "sub").mkdir()
        git("mv", "_figures", "sub/_figures")
        git("mv", "_organisms", "sub/_organisms")
    elif kind == "rewrapped":
        path = tmp_path / figure(1000004)[0]
        text = path.read_text()
        start, end = text.index("caption: "), text.index("\npapertitle")
        assert "\n" in text[start:end]
        path.write_text(text[:start] + text[start:end].replace("\n ", "") + text[end:])
    elif kind == "moved key":
        path = tmp_path / figure(1000001)[0]
        text = path.read_text()
        path.write_text(text.replace("seo: Creative\n", "").replace("ndex: ''\n", "seo: Creative\nndex: ''\n"))
    elif kind == "deleted":
        git("rm", "-q", figure(1000003, 2)[0])
    elif kind == "ignored":
        (tmp_path / ".gitignore").write_text("draft/\n")
        write(tmp_path / "draft", ("_figures/x.md", "x"))
    result = introduced(run)
    assert (result.status, result.out, result.err) == (0, "", "")


def test_a_deleted_page_is_reported_for_the_records_that_need_it(git, run, tmp_path):
    git("rm", "-q", "_organisms/human.md")
    write(tmp_path, page("Mus musculus", "mouse"))
    assert places(introduced(run)) == [
        ("PF404", figure(pmc, n)[0]) for pmc, n in [(1000001, 1), (1000002, 1), (1000003, 1), (1000003, 2), (1000004, 1)]
    ]


@pytest.mark.parametrize("also", [False, True], ids=["committed before", "comes with the change"])
def test_a_record_that_goes_leaves_its_tables(git, run, tmp_path, also):
    table = ("_data/PMC1000002__g001-genes.tsv", f"{GENES}\n{GENE.format('PTEN')}")
    if not also:
        write(tmp_path, table)
        git("add", ".")
        git("commit", "-q", "-m", "a table")
        git("branch", "-f", "main")
    git("rm", "-q", figure(1000002)[0])
    write(tmp_path, table)
    assert places(introduced(run)) == [("PF409", table[0])]


def test_a_fixed_defect_is_resolved(git, run, tmp_path):
    path = tmp_path / figure(1000001)[0]
    path.write_text(path.read_text().replace("seo: Creative\n", "seo: CreativeWork\n").replace("title?.", "title?"))
    result = run("--since", "main", "--introduced")
    assert (result.status, result.out) == (0, "No diagnostics in 1 record.\n0 introduced, 2 resolved, 3 remaining.\n")


def test_old_clashes_are_not_introduced_again(git, run, tmp_path):
    write(tmp_path, figure(1000002, stem="scheme"))
    git("add", ".")
    git("commit", "-q", "-m", "clash")
    git("branch", "-f", "main", "curator")
    name, text = figure(1000002)
    write(tmp_path, (name, text.replace("publisher_name: MDPI", "publisher_name: Elsevier")))
    assert introduced(run).out == ""
    write(tmp_path, figure(1000002, stem="third"))
    assert places(introduced(run)) == [("PF402", "_figures/PMC1000002__third.md")]


def test_a_folder_below_and_other_work_trees(git, run, tmp_path, monkeypatch):
    path = tmp_path / figure(1000002)[0]
    path.write_text(path.read_text().replace("seo: CreativeWork", "seo: X"))
    monkeypatch.chdir(tmp_path / "_figures")
    assert places(introduced(run)) == [("PF104", "PMC1000002__g001.md")]
    assert places(introduced(run, str(tmp_path))) == [("PF104", str(path))]
    assert introduced(run, "../_organisms").out == ""
    git("worktree", "add", "-q", str(tmp_path / "other tree"), "main")
    assert introduced(run, str(tmp_path / "other tree")).out == ""


@pytest.mark.needs("links")
def test_a_page_below_another_root_is_found_by_any_path(git, run, tmp_path, monkeypatch):
    (tmp_path / "_organisms").rename(tmp_path / "moved")
    (tmp_path / "pages").mkdir()
    (tmp_path / "moved").rename(tmp_path / "pages" / "_organisms")
    (tmp_path / "pfocr-lint.toml").write_text('organisms = "pages/_organisms"\n')
    git("add", "-A")
    git("commit", "-q", "-m", "pages")
    git("branch", "-f", "main")
    human = tmp_path / "pages" / "_organisms" / "human.md"
    human.write_text(human.read_text().replace("Homo sapiens", "Homo sapienss"))
    assert [code for code, _ in places(introduced(run))] == ["PF404"] * 5, "no figure was touched"
    path = tmp_path / figure(1000002)[0]
    path.write_text(path.read_text() + "\n")  # also a figure
    link = tmp_path.parent / f"{tmp_path.name}-link"
    link.symlink_to(tmp_path)
    for way in (".", str(tmp_path), str(link)):
        assert [code for code, _ in places(introduced(run, way))].count("PF404") == 5


def test_submodules_are_repositories_of_their_own(git, run, tmp_path, monkeypatch):
    git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path), "records")
    git("commit", "-q", "-m", "submodule")
    path = tmp_path / "records" / figure(1000002)[0]
    path.write_text(path.read_text().replace("seo: CreativeWork", "seo: X"))
    assert introduced(run).out == ""
    git("branch", "main", "origin/main", cwd=tmp_path / "records")
    assert places(introduced(run, "records")) == [("PF104", "records/_figures/PMC1000002__g001.md")]


def test_a_base_that_is_not_there_is_named_with_what_to_do(git, run, tmp_path, monkeypatch):
    def line(*args: str) -> str:
        result = run(*args)
        assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)
        return result.err

    assert line("--since", "nowhere").startswith(
        "pfocr-lint: --since: there is no revision 'nowhere' in this clone; fetch it first; with"
    )
    assert "no revision '--output=x'" in line("--since=--output=x")
    assert line("--introduced").startswith("pfocr-lint: --introduced needs --since")
    assert line("--introduced", "--since", "main", "--fix").startswith("pfocr-lint: --introduced needs --since")
    git("commit", "-q", "--allow-empty", "-m", "later")
    shallow = tmp_path / "shallow"
    git("clone", "-q", "--depth", "1", "--no-single-branch", f"file://{tmp_path}", str(shallow))
    assert "no common history" in line("--since", "origin/main", str(shallow))
    assert "fetch-depth: 0" in line("--since", "origin/main", str(shallow))
    outside = tmp_path.parent / f"{tmp_path.name} outside"
    write(outside, figure(1000001))
    assert "is in no Git repository" in line("--since", "main", str(outside))
    monkeypatch.setenv("PATH", str(outside))
    assert line("--since", "main") == "pfocr-lint: --since and --revision need git, which is not installed here\n"


def test_fix_with_since_fixes_only_touched_records(git, run, tmp_path):
    path = tmp_path / figure(1000002)[0]
    clean = path.read_text()
    path.write_text(clean.replace("seo: CreativeWork", "seo: X"))
    assert run("--since", "main", "--fix").status == 0
    assert path.read_text() == clean
    assert "seo: Creative\n" in (tmp_path / figure(1000001)[0]).read_text()


def test_fix_with_since_makes_the_unsafe_fixes_of_the_comparison(git, run, tmp_path):
    table = ("_data/PMC1000002__g001-genes.tsv", f"{GENES}\n{GENE.format('PTEN')}{GENE.replace('PTEN', 'BRCA1').format('BRCA1')}")
    path = tmp_path / figure(1000002)[0]
    write(tmp_path, table, (figure(1000002)[0], path.read_text().replace("publisher_name: MDPI", "publisher_name: Elsevier")))
    assert "PF408" in run("--since", "main").out
    shown = run("--since", "main", "--diff", "--unsafe-fixes")
    assert "+  - BRCA1\n" in shown.out
    assert run("--since", "main", "--fix", "--unsafe-fixes").status == 0
    assert "  - BRCA1\n" in path.read_text()
    assert run("--since", "main").status == 0


def planted(git, tmp_path) -> None:
    """Records that are only found by their content; a branch changes some of their related records."""
    write(
        tmp_path,
        figure(1000006, organisms=["Mus musculus"], publisher_name=".na.character"),
        page("Mus musculus", "mouse"),
        figure(1000007, stem="one"),
        ("_figures/odd.md", figure(1000008)[1]),
    )
    git("add", ".")
    git("commit", "-q", "-m", "more records")
    git("branch", "-f", "main")
    git("rm", "-q", "_organisms/mouse.md")
    name, text = figure(1000008, 2)
    write(
        tmp_path,
        figure(7000001, redirect_from="/figures/PMC1000007__one.html", figid_alias="", number="", stem="odd"),
        ("_figures/second.md", figure(1000009)[1].replace("1000009", "1000002")),
        (name, text.replace("10.1234/1000008", "10.1234/2")),
    )


@pytest.mark.parametrize("many", [0, 300], ids=["all records read", "searched"])
def test_related_records_are_the_same_searched_or_read(git, run, tmp_path, monkeypatch, many):
    planted(git, tmp_path)
    monkeypatch.setattr(git_objects, "MANY", many)
    shown = run("--since", "main", "--introduced", "--output-format", "concise", "--select", "PF4")
    found = {tuple(line.split()[:2]) for line in shown.out.splitlines() if line.startswith("_")}
    assert {(path.partition(":")[0], code) for path, code in found} == {
        ("_figures/PMC1000006__g001.md", "PF404"),
        ("_figures/PMC1000008__g002.md", "PF405"),
        ("_figures/PMC7000001__odd.md", "PF403"),
        ("_figures/second.md", "PF401"),
    }
    assert shown.out.endswith("\n4 introduced, 0 resolved, 0 remaining.\n")


def test_many_touched_records_are_checked_once_and_not_searched(git, run, tmp_path, monkeypatch):
    """As in a run without --since: no rule runs again for the facts, and Git does not search all records for each."""
    write(tmp_path, *(figure(2000000 + number) for number in range(git_objects.MANY + 1)))
    asked = []
    ask = git_objects.run
    monkeypatch.setattr(git_objects, "run", lambda top, args, *more: asked.append(args) or ask(top, args, *more))
    monkeypatch.setattr(checker, "check_record", lambda *_: pytest.fail("a clean record was checked by the reference path"))
    assert introduced(run) == (0, "", "")
    assert asked
    assert not [args for args in asked if "grep" in args]


def test_named_files_are_checked_where_they_differ(git, run, tmp_path):
    """In any folder, and with any exclude setting: as without --since."""
    write(
        tmp_path,
        ("pfocr-lint.toml", 'exclude = ["_figures/PMC2*"]\n'),
        (".gitignore", "ignored/\n"),
        ("drafts/old.md", figure(2000003, figtype="Scheme")[1]),
    )
    git("add", ".")
    git("commit", "-q", "-m", "settings")
    git("branch", "-f", "main")
    excluded = figure(2000001, figtype="Scheme")
    write(
        tmp_path,
        excluded,
        ("drafts/PMC2000002__g001.md", figure(2000002, figtype="Scheme")[1]),
        ("ignored/PMC2000004__g001.md", figure(2000004, figtype="Scheme")[1]),
    )
    named = [excluded[0], "drafts/PMC2000002__g001.md", "ignored/PMC2000004__g001.md", "drafts/old.md"]
    for flags in (["--introduced"], []):
        result = run("--since", "main", *flags, "--output-format", "jsonl", *named)
        assert places(result) == [("PF208", path) for path in sorted(named[:3])]
    assert places(introduced(run)) == []
    kept_out = run("--since", "main", "--introduced", "--force-exclude", named[0])
    assert kept_out.out == "No diagnostics in 0 records.\n0 introduced, 0 resolved, 0 remaining.\n"
    (tmp_path / "note.md").write_text("x")
    assert run("--since", "main", "note.md").status == run("note.md").status == 2


@pytest.mark.parametrize("folder", [".old", "node_modules", "excluded", "a/.b/c"])
def test_files_that_discovery_skips_take_no_part(git, run, tmp_path, folder):
    """It is not checked and not compared: the findings with --since are a part of those without."""
    write(tmp_path, ("pfocr-lint.toml", 'exclude = ["excluded", "_figures/PMC3000001*"]\n'))
    write(tmp_path, figure(3000001, figid_alias="PMC1000002__F2", redirect_from="/figures/PMC1000002__F2", number=""))
    write(tmp_path / folder, figure(3000002, figtype="Scheme"), figure(3000003))
    git("add", ".", "--force")
    git("commit", "-q", "-m", "base")
    git("branch", "-f", "main")
    write(tmp_path / folder, figure(3000002, seo="X"), figure(3000003, 2, figid_alias="PMC3000003__F1"))
    write(tmp_path, figure(1000002, 2))
    assert run().status == 1, "the old defects"
    assert introduced(run) == (0, "", "")
    assert "\n0 introduced, 0 resolved, 0 remaining." in run("--since", "main", "--introduced").out
    asked = [path for code, path in places(introduced(run, folder)) if code == "PF104"]
    assert asked == ([] if folder == "excluded" else [f"{folder}/{figure(3000002)[0]}"])


@pytest.mark.parametrize("setting", ["_organisms", "sites/_organisms"])
def test_pages_of_the_folder_that_the_settings_name_are_those_of_each_version(git, run, tmp_path, setting):
    git("rm", "-q", "-r", "_organisms")
    folder = tmp_path / setting
    mouse, human = (page(latin, "x")[1] for latin in ("Mus musculus", "Homo sapiens"))
    write(folder, ("human.md", human), ("mouse.md", mouse))
    write(tmp_path, ("pfocr-lint.toml", f'organisms = "{setting}"\n'), figure(1000006, organisms=["Danio rerio"]))
    git("add", ".")
    git("commit", "-q", "-m", "settings")
    git("branch", "-f", "main")
    (folder / "human.md").unlink()
    write(folder, ("fish.md", page("Danio rerio", "x")[1]))
    write(tmp_path, figure(1000002, publisher_name="Elsevier"), figure(1000007, organisms=["Danio rerio"]))
    result = run("--since", "main", "--introduced", "--output-format", "concise", "--select", "PF404")
    output = {line.partition(":")[0] for line in result.out.splitlines() if "PF404" in line}
    assert figure(1000002)[0] in output
    assert figure(1000006)[0] not in output
    if setting == "_organisms":
        assert result.out.endswith("\n5 introduced, 1 resolved, 0 remaining.\n")


def test_paths_in_two_repositories_are_refused(git, run, tmp_path):
    git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path), "records")
    outside = tmp_path.parent / f"{tmp_path.name} beside"
    write(outside, figure(1000001, seo="X"))
    for other in ("records", f"records/{figure(1000002)[0]}", str(outside), str(outside / figure(1000001)[0])):
        result = run("--since", "main", "_figures", other)
        assert (result.status, result.out) == (2, "")
        assert result.err == (
            f"pfocr-lint: --since: '{other}' is not in the Git repository of '_figures'; name those of one at a time\n"
        )
    assert run("--since", "main", "_figures", str(tmp_path / "_organisms"), figure(1000002)[0]).status == 0


def test_the_settings_of_another_revision_hold(git, run, tmp_path):
    (tmp_path / "pfocr-lint.toml").write_text('exclude = ["_figures"]\n')
    (tmp_path / "_figures" / "pyproject.toml").write_text('[tool.pfocr-lint]\nselect = ["PF104"]\n')
    git("add", ".")
    git("commit", "-q", "-m", "settings")
    (tmp_path / "pfocr-lint.toml").unlink()
    (tmp_path / "_figures" / "pyproject.toml").write_text("[tool.pfocr-lint]\nselect = 1\n")
    old = figure(1000001)[0]
    assert places(run("--settings-from", "HEAD", "--output-format", "jsonl")) == [("PF104", old)]
    assert len(places(run("--settings-from", "main", "--output-format", "jsonl", old))) == 5
    git("rm", "-q", "--cached", "_figures/pyproject.toml")
    git("commit", "-q", "-m", "no settings of the figures' own")
    assert places(run("--settings-from", "HEAD", "--output-format", "jsonl")) == []
    assert f'exclude = ["_figures"]  # {tmp_path}/pfocr-lint.toml' in run("--settings-from", "HEAD", "--show-settings").out
    for wrong in (["--settings-from", "nowhere"], ["--settings-from", "HEAD", "--isolated"], ["--settings-from", "main", "-"]):
        assert (run(*wrong).status, run(*wrong).err.count("\n")) == (2, 1)
