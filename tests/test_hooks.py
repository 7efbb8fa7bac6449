"""The hooks for pre-commit: their entry lines as written in the file, the files they get, and a run of pre-commit."""

from __future__ import annotations

import random
import re
import shlex
import subprocess
import sys

import pytest
import yaml
from conftest import ROOT, clean_text
from test_repository import figure, page, write

from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings.model import DEFAULT
from pfocr_lint.workspace import discovery

HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
TWINS = 20


@pytest.fixture
def hook(run):
    """Run a hook like pre-commit, in this process: its entry line, then the file names."""

    def call(name: str, *names: str):
        program, *args = shlex.split(HOOKS[name]["entry"])
        assert program == "pfocr-lint"
        return run(*args, *HOOKS[name].get("args", ()), *(names if HOOKS[name].get("pass_filenames", True) else ()))

    return call


@pytest.fixture
def records(tmp_path):
    """Clean figures, one figure with a defect that ``--fix`` fixes, and the page of their organism."""
    write(tmp_path, *(figure(1000001 + number) for number in range(6)), page("Homo sapiens", "human"))
    write(tmp_path, figure(1000001, seo="Creative"))
    return tmp_path


PLANTED, CLEAN = figure(1000001)


def names(folder) -> list[str]:
    """Return the files of a folder that pre-commit passes to the hook."""
    pattern = re.compile(HOOKS["pfocr-lint"]["files"])
    found = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.*")))
    return [name for name in found if pattern.search(name)]


def test_there_are_the_three_hooks_that_are_promised():
    assert list(HOOKS) == ["pfocr-lint", "pfocr-lint-fix", "pfocr-lint-repository"]
    assert HOOKS["pfocr-lint"]["files"] == HOOKS["pfocr-lint-fix"]["files"]
    assert "rules that compare records do not run" in HOOKS["pfocr-lint"]["description"]


def test_the_check_fails_on_a_defect_and_passes_without(records, hook):
    result = hook("pfocr-lint", *names(records))
    assert (result.status, "PF104" in result.out) == (1, True)
    assert hook("pfocr-lint", *(name for name in names(records) if name != PLANTED)).status == 0


def test_the_fix_fails_once(records, hook):
    assert [hook("pfocr-lint-fix", *names(records)).status for _ in range(2)] == [1, 0]
    assert (records / PLANTED).read_text() == CLEAN
    assert hook("pfocr-lint", *names(records)).status == 0


def test_chunks_in_any_order_report_the_same_as_one_run(records, hook):
    write(records, figure(1000002, stem="scheme"), ("_figures/torn.md", "---\nfigid: [\n"))
    whole = hook("pfocr-lint", "--output-format", "jsonl", *names(records)).out
    shuffled = names(records)
    random.Random(1).shuffle(shuffled)
    chunks = [shuffled[at : at + 2] for at in range(0, len(shuffled), 2)]
    parts = [hook("pfocr-lint", "--output-format", "jsonl", *chunk).out for chunk in chunks]
    assert sorted("".join(parts).splitlines()) == sorted(whole.splitlines())
    assert "PF402" not in whole
    assert "PF402" in hook("pfocr-lint-repository").out


def test_files_that_the_settings_exclude_are_left_out_though_they_are_named(records, hook, run):
    (records / "pfocr-lint.toml").write_text(f'exclude = ["{PLANTED}"]\n')
    assert hook("pfocr-lint", PLANTED).status == 0
    assert hook("pfocr-lint-fix", *names(records)).status == 0
    assert run(PLANTED).status == 1


def test_the_repository_is_checked_whatever_the_names(records, hook):
    assert hook("pfocr-lint-repository", "_figures/nothing.md").status == 1
    write(records, (PLANTED, CLEAN))
    assert hook("pfocr-lint-repository").status == 0


RECORDS = ["_figures/PMC1__x.md", "_organisms/a b.md", "figures/x.yml", "site/_figures/x.md", "a/b/_data/PMC1__x-genes.tsv",
           "_data/PMC1__x-chemicals.tsv", "_data/PMC1__x-y-diseases.tsv", "_figures/ü\n.md", "_figures/$(x).md", "a.b/figures/::x.yml", "a\nb/_figures/x.md"]  # fmt: skip
OTHERS = ["README.md", "_figures/x.txt", "_figures/x.md.bak", "_figures/.hidden.md", "_figures/below/x.md", "my_figures/x.md", "figures/x.md",
          "figures/x.yaml", "_data/x.tsv", "_data/x-genes.csv", "x-genes.tsv", ".git/_figures/x.md", "a/node_modules/_figures/x.md",
          "_figures/x.MD", "_figures/.md", ".site/figures/x.yml", "_figures/x.md/y", "_figures/x.md\n"]  # fmt: skip
LEFT_TO_THE_THIRD = ["@x/_figures/x.md", "-x/_figures/x.md"]


@pytest.mark.parametrize("path", RECORDS + OTHERS + LEFT_TO_THE_THIRD)
def test_the_hooks_get_the_records_that_discovery_finds(path, tmp_path, monkeypatch):
    wanted = path in RECORDS
    assert bool(re.search(HOOKS["pfocr-lint"]["files"], path)) is wanted
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text("x")
    monkeypatch.chdir(tmp_path)
    found = [source.path for source in discovery.gather(["."], lambda _: DEFAULT)]
    # a folder with the name of a record is reported (PF001); the hooks get only files
    assert found == (["_figures/x.md"] if path == "_figures/x.md/y" else [] if path in OTHERS else [path])


def pre_commit(folder, *args: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "pre_commit", *args, "--color", "never"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return result.returncode, result.stdout + result.stderr


def commit(folder, message: str) -> None:
    subprocess.run(["git", "-C", folder, "add", "."], check=True)
    subprocess.run(["git", "-C", folder, "commit", "-q", "-m", message], check=True)


@pytest.fixture
def ours(tmp_path, monkeypatch):
    """A repository with the current files of this one, from which pre-commit installs."""
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "hooks"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "a")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@b")
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "-co", "--exclude-standard"], check=True, capture_output=True)
    source = tmp_path / "source"
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run(["git", "init", "-q", "-b", "main", source], check=True)
    commit(source, "as it is")
    return source


@pytest.mark.slow
def test_pre_commit_runs_the_hooks(ours, tmp_path):
    folder = tmp_path / "records"
    write(folder, figure(1000001, seo="Creative"), figure(1000002), page("Homo sapiens", "human"))
    write(folder, ("figures/PMC10003241__ijms-24-04893-g003.yml", clean_text(Kind.FETCHED)), ("README.md", "seo: Creative\n"))
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    commit(folder, "records")

    status, output = pre_commit(folder, "try-repo", str(ours), "pfocr-lint", "--all-files")
    assert (status, "PF104" in output) == (1, True), output

    revision = subprocess.run(["git", "-C", ours, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    config = {"repos": [{"repo": str(ours), "rev": revision, "hooks": [{"id": name} for name in HOOKS]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    commit(folder, "hooks")
    status, output = pre_commit(folder, "run", "pfocr-lint-fix", "--all-files")
    assert (status, "files were modified by this hook" in output, "1 fixed" in output) == (1, True, True), output
    assert (folder / PLANTED).read_text() == CLEAN
    status, output = pre_commit(folder, "run", "--all-files")
    assert (status, output.count("Passed")) == (0, 3), output

    # enough names for two chunks: of twenty pairs with one alias each, some pairs are split in any order
    long = "x" * 200
    write(folder, *(figure(2000000 + number, stem=f"{long}{number}") for number in range(700)))
    write(folder, *(figure(2000000 + number, stem=f"scheme{number}") for number in range(TWINS)))
    assert sum(len(name) + 1 for name in names(folder)) > 131_072
    commit(folder, "more")
    status, output = pre_commit(folder, "run", "pfocr-lint", "--all-files")
    assert (status, "Passed" in output) == (0, True), output
    status, output = pre_commit(folder, "run", "pfocr-lint-repository", "--all-files")
    assert (status, output.count("[PF402]")) == (1, TWINS), output
