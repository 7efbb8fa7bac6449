"""`--revision`: the records of a Git revision give the diagnostics of a checkout of it."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from conftest import real_records
from test_edited import git, repository  # noqa: F401 - the fixture
from test_introduced import CASES, clashing, drifted, make_edits, paper, write_base
from test_repository import figure, page, write

from pfocr_lint.settings.model import DEFAULT
from pfocr_lint.workspace import git_objects, many_files, reading
from pfocr_lint.workspace.introduced import diff_of
from pfocr_lint.workspace.revision_files import files_at


def commit(message: str = "records") -> str:
    git("add", "-A")
    git("commit", "-q", "--allow-empty", "-m", message)
    return git("rev-parse", "HEAD").strip()


def diagnostics(result) -> list[dict]:
    assert result.status in (0, 1), result
    return json.loads(result.out)["diagnostics"]


def without_files() -> None:
    """Remove the work tree: nothing is left but .git."""
    for path in Path().iterdir():
        if path.name != ".git":
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def same(run, *args: str, revision: str = "HEAD") -> list[dict]:
    """Return the diagnostics of a checkout, which are those of the revision without it."""
    before = diagnostics(run(*args, "--output-format", "json", "--no-cache"))
    without_files()
    assert diagnostics(run("--revision", revision, *args, "--output-format", "json")) == before
    return before


def test_every_sample_has_the_diagnostics_of_the_checkout(repository, run):  # noqa: F811
    for name, path in real_records().items():
        target = repository / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    commit()
    assert same(run, "--select", "PF")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_records_that_clash_do_so_in_a_revision(repository, run, monkeypatch, jobs):  # noqa: F811
    monkeypatch.setattr(many_files, "FIRST", 2)
    write(
        repository,
        *paper(1, journal_title="Cells"),
        clashing(2),
        *paper(3),
        drifted(4),
        ("_figures/PMC1000001__copy.md", paper(3)[0][1]),
        figure(1000002, organisms=["Danio rerio"]),
        page("Homo sapiens", "homo_sapiens"),
        page("Mus musculus", "mouse"),
        ("_data/PMC1000009__x-genes.tsv", "x"),
        ("pfocr-lint.toml", 'exclude = ["_figures/*__F9.md"]\n[severity]\nPF206 = "off"\n'),
    )
    commit()
    found = {each["code"] for each in same(run, "--jobs", jobs)}
    assert {"PF401", "PF402", "PF404", "PF405"} <= found
    assert "PF206" not in found, "the settings are those of the revision"


@pytest.mark.parametrize("case", CASES)
def test_what_a_revision_introduces_is_what_its_checkout_does(repository, run, case):  # noqa: F811
    base, edits, wanted = CASES[case]
    write_base(repository, base)
    commit()
    git("switch", "-q", "-c", "pull")
    make_edits(repository, edits)
    commit("edits")
    found = same(run, "--since", "main", "--introduced", revision="pull")
    assert sorted(each["code"] for each in found) == wanted


NAMED = ("_figures/PMC1000001__g001.md", "_organisms")
PATHS = [("_figures",), (".",), NAMED, ("sub",), ("sub/_figures/PMC1000009__g001.md",)]


@pytest.mark.parametrize("paths", PATHS, ids=" ".join)
def test_paths_mean_what_they_mean_in_a_checkout(repository, run, paths):  # noqa: F811
    write(repository, *paper(1), clashing(2), page("Homo sapiens", "human"))
    write(repository / "sub", figure(1000009, figtype="Scheme"), page("Mus musculus", "mouse"))
    write(repository / ".hidden", figure(1000009, figtype="Scheme"))
    commit()
    shown = run("--show-files", *paths).out
    assert bool(same(run, *paths)) == (paths != NAMED)
    assert run("--show-files", "--revision", "HEAD", *paths).out == shown


def test_a_folder_below_and_absolute_paths(repository, run, monkeypatch, tmp_path_factory):  # noqa: F811
    write(repository, *paper(1), clashing(2), page("Homo sapiens", "human"))
    commit()
    link = tmp_path_factory.mktemp("links") / "link"
    link.symlink_to(repository)
    wanted = {"."}, {str(repository)}, {str(link)}
    for (path,) in map(tuple, wanted):
        before = diagnostics(run(path, "--output-format", "json"))
        assert diagnostics(run("--revision", "HEAD", path, "--output-format", "json")) == before != []
    monkeypatch.chdir(repository / "_figures")
    before = diagnostics(run("--output-format", "json"))
    assert diagnostics(run("--revision", "HEAD", "--output-format", "json")) == before != []


LINKS = {
    "inside": ("_figures/x.md", "PMC1000001__g001.md"),
    "in a circle": ("_figures/x.md", "x.md"),
    "to nothing": ("_figures/x.md", "nothing.md"),
    "to a folder": ("_figures/x.md", "../_organisms"),
    "out of the repository": ("_figures/x.md", "../../outside.md"),
    "out of it, absolute": ("_figures/x.md", "/etc/hosts"),
    "a folder, inside": ("sub/_figures", "../_figures"),
    "a folder, outside": ("sub/_figures", "../.."),
    "the settings": ("pfocr-lint.toml", "other/settings.toml"),
    "the folder of pages": ("_organisms", "pages/_organisms"),
}


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("paths", [("--select", "PF"), ("sub/_figures", "_figures", "--select", "PF")], ids=["all", "named"])
def test_links_lead_where_they_do_in_a_checkout(repository, run, link, paths):  # noqa: F811
    name, target = LINKS[link]
    write(repository.parent, ("outside.md", "x"))
    write(
        repository,
        *paper(1),
        ("other/settings.toml", 'ignore = ["PF404"]\n'),
        ("pages/_organisms/a.md", page("Homo sapiens", "a")[1]),
    )
    if name != "_organisms":
        write(repository, page("Mus musculus", "mouse"))
    if name != "sub/_figures":
        write(repository / "sub", figure(1000009, figtype="Scheme"))
    (repository / name).parent.mkdir(parents=True, exist_ok=True)
    (repository / name).symlink_to(target)
    commit()
    reading.leads_out.cache_clear()
    same(run, *paths)


def test_settings_are_those_of_the_revision(repository, run):  # noqa: F811
    write(repository, figure(1000001, figtype="Scheme"), ("pfocr-lint.toml", 'ignore = ["PF208", "PF404"]\n'))
    commit()
    write(repository, ("pfocr-lint.toml", "nonsense"))
    assert run("--revision", "HEAD").status == 0
    assert run("--revision", "HEAD", "--isolated", "--select", "PF208").status == 1
    shown = run("--revision", "HEAD", "--show-settings").out
    assert "PF208" not in shown
    write(repository, ("pfocr-lint.toml", 'organisms = "nowhere"\n'))
    head = commit()
    result = run("--revision", "HEAD")
    assert (result.status, result.err) == (
        2, f"pfocr-lint: {repository / 'pfocr-lint.toml'}: organisms is 'nowhere', and there is no such folder\n",
    )  # fmt: skip
    assert run("--revision", head, "--settings-from", f"{head}~1").status == 0


def test_a_fix_of_a_revision_is_shown_and_never_written(repository, run):  # noqa: F811
    write(repository, figure(1000001, figtype="Scheme"), page("Homo sapiens", "human"))
    commit()
    wanted = run("--diff").out
    assert "+figtype: Figure" in wanted
    without_files()
    assert run("--diff", "--revision", "HEAD").out == wanted
    assert run("--diff", "--unsafe-fixes", "--revision", "HEAD").out == wanted
    assert git("status", "--porcelain").split() == ["D", f"{figure(1000001)[0]}", "D", "_organisms/human.md"]


def test_waivers_of_a_revision_are_listed(repository, run):  # noqa: F811
    name, text = figure(1000001, figtype="Scheme")
    write(repository, (name, text.replace("figtype:", "# pfocr-lint: ignore[PF208] so\nfigtype:")))
    commit()
    wanted = run("--list-waivers").out
    without_files()
    assert run("--list-waivers", "--revision", "HEAD").out == wanted
    assert "PF208" in wanted


def test_no_cache_is_used(repository, run, monkeypatch, tmp_path_factory):  # noqa: F811
    from pfocr_lint.workspace import work_tree

    monkeypatch.setattr(work_tree, "WORTH_A_CACHE", 1)
    folder = tmp_path_factory.mktemp("cache")
    write(repository, figure(1000001, figtype="Scheme"))
    commit()
    run("--revision", "HEAD", "--cache-dir", str(folder))
    assert list(folder.iterdir()) == []
    run("--cache-dir", str(folder))
    assert list(folder.iterdir()) != []


REFUSED = {
    ("--fix",): "--revision and --fix cannot be combined: the records of a revision are in Git, not in files",
    ("-",): "--revision and standard input cannot be combined: the records of a revision are in Git, not in files",
    (
        "--stdin-filename",
        "x.md",
    ): "--revision and standard input cannot be combined: the records of a revision are in Git, not in files",
    ("--offline", "--all-blobs"): "--offline and --all-blobs cannot be combined: --offline forbids fetching",
    ("--max-fetch", "much"): "--max-fetch: 'much' is not a size; write it as in 500MB or 2GB",
    ("nowhere",): "nowhere: there is no such file or folder in HEAD",
    ("..",): "--revision: '..' is in no Git repository",
    (".", ".."): "--revision: '..' is not in the Git repository of '.'; name those of one at a time",
    (
        "--since",
        "gone",
    ): "--since: there is no revision 'gone' in this clone; fetch it first; with actions/checkout, set fetch-depth: 0",
    ("_organisms",): "no record found in _organisms; records are in _data, _figures, _organisms, figures",
}


@pytest.mark.parametrize("args", REFUSED, ids=" ".join)
def test_what_cannot_be_is_refused_in_one_line(repository, run, args):  # noqa: F811
    write(repository, figure(1000001), ("_organisms/readme.txt", "x"))
    commit()
    result = run("--revision", "HEAD", *args)
    assert (result.status, result.out, result.err) == (2, "", f"pfocr-lint: {REFUSED[args]}\n")


def test_a_revision_that_is_not_there(repository, run):  # noqa: F811
    commit()
    result = run("--revision", "gone")
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("pfocr-lint: --revision: there is no revision 'gone' in this clone; ")


def test_names_of_any_kind(repository, run):  # noqa: F811
    write(repository, *((f"_figures/{name}.md", figure(1000001)[1]) for name in ("a b", "ä", "new\nline", '"quoted"', "-x")))
    commit()
    assert len({each["path"] for each in same(run)}) == 5


def test_folders_of_any_depth_and_links_of_any_length(repository, run):  # noqa: F811
    """As no checkout could have them: only Git's objects hold them."""
    write(repository, figure(1000001, figtype="Scheme"), ("link", "x/" * 300_000))
    commit()
    blob = git("hash-object", "-w", figure(1000001)[0]).strip()
    link = git("hash-object", "-w", "link").strip()
    deep = "/".join(["a"] * 1_100)  # more than Python nests calls
    git("update-index", "--add", "--cacheinfo", f"100644,{blob},{deep}/_figures/PMC1000001__g001.md")
    git("update-index", "--add", "--cacheinfo", f"120000,{link},_figures/PMC1000001__link.md")
    git("commit", "-q", "-m", "deep")
    found = diagnostics(run("--revision", "HEAD", "--output-format", "json", "--select", "PF208,PF001"))
    assert [(each["code"], each["path"]) for each in found] == [
        ("PF208", figure(1000001)[0]),
        ("PF001", "_figures/PMC1000001__link.md"),
        ("PF208", f"{deep}/_figures/PMC1000001__g001.md"),
    ]


def test_a_submodule_is_a_folder_without_records(repository, run):  # noqa: F811
    write(repository, figure(1000001, figtype="Scheme"))
    head = commit()
    git("update-index", "--add", "--cacheinfo", f"160000,{head},_figures/sub.md")
    git("commit", "-q", "-m", "a submodule")
    Path("_figures/sub.md").mkdir()
    assert "PF001" in {each["code"] for each in same(run)}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_a_process_that_is_not_forked_reads_the_revision_itself(repository, run, monkeypatch):  # noqa: F811
    write(repository, *(figure(1000001, number, figtype="Scheme") for number in range(1, 40)))
    commit()
    monkeypatch.setattr(many_files, "FIRST", 4)
    monkeypatch.setenv("PFOCR_LINT_START", "spawn")
    assert len(same(run, "--jobs", "2", "--select", "PF208")) == 39


def test_the_processes_of_git_end_with_the_run(repository, run):  # noqa: F811
    write(repository, *paper(1), clashing(2), page("Homo sapiens", "human"))
    commit()
    assert run("--revision", "HEAD").status == 1
    assert git_objects._open == {}


def test_a_scope_from_python(repository, run):  # noqa: F811
    """As an integration uses it: a repository, two revisions, settings."""
    write(repository, *paper(1))
    base = commit()
    write(repository, clashing(2))
    head = commit()
    git("checkout", "-q", base)
    diff = diff_of([str(repository)], base, lambda _: DEFAULT, files=files_at(str(repository), head))
    assert [source.path for source in diff.sources] == [str(repository / clashing(2)[0])]
    assert "PF402" in {each.code for result in diff.results() for each in result.left}
    git_objects.close()


def test_a_bare_repository(repository, run, monkeypatch, tmp_path_factory):  # noqa: F811
    write(repository, *paper(1), page("Homo sapiens", "human"))
    commit()
    git("switch", "-q", "-c", "pull")
    write(repository, clashing(2), ("pfocr-lint.toml", 'ignore = ["PF206"]\n'))
    commit()
    wanted = diagnostics(run("--output-format", "json"))
    bare = tmp_path_factory.mktemp("bare") / "x.git"
    git("clone", "-q", "--bare", str(repository), str(bare))
    monkeypatch.chdir(bare)
    assert diagnostics(run("--revision", "pull", "--output-format", "json")) == wanted
    args = ("--revision", "pull", "--since", "main", "--introduced", "--settings-from", "main", "--output-format", "json")
    assert [each["code"] for each in diagnostics(run(*args))] == ["PF402"]
    assert [each["code"] for each in diagnostics(run(*args, "_figures"))] == ["PF402"]
    result = run("--since", "main")
    assert (result.status, result.err) == (
        2, "pfocr-lint: '.' is a bare repository, without a work tree; check a revision instead: --revision HEAD\n",
    )  # fmt: skip
