"""What a CI needs: paths that it finds, why Git refuses a repository, and colors without a terminal."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import SEED, clean_text
from test_repository import figure, write

from pfocr_lint.report import reporter
from pfocr_lint.workspace import git_objects, git_revision
from pfocr_lint.workspace.ci_paths import from_root

RECORD = f"_figures/{SEED}.md"
WRONG = clean_text().replace("license: CC0", "license: CC1")
VARIABLES = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")


@pytest.fixture(autouse=True)
def outside(monkeypatch):
    """No test sees the CI that it runs in."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def workspace(tmp_path):
    folder = tmp_path / "work space"
    write(folder / "sub", (RECORD, WRONG))
    return folder


def git_root(folder: Path) -> None:
    subprocess.run(["git", "init", "-q", str(folder)], check=True)


def first_path(name: str, out: str) -> str:
    """The path of the first finding in an output."""
    if name == "github":
        return re.search("file=([^,]*),", out)[1]
    if name in ("full", "concise"):
        return re.search(r"(?m)^(?: *--> )?([^:\n]*\.md):\d", out)[1]
    data = json.loads(out)
    if name == "sarif":
        return data["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].replace("%20", " ")
    first = data[0] if name == "gitlab" else data["diagnostics"][0]
    return first["path"] if name == "json" else first["location"]["path"]


# name: (the Git work tree, the values of the variables, where the run begins, the path that is given, the path in a CI)
ROOTS = {
    "the root": (".", {}, ".", "sub", f"sub/{RECORD}"),
    "a subfolder": (".", {}, "sub", ".", f"sub/{RECORD}"),
    "the records' folder": (".", {}, "sub/_figures", ".", f"sub/{RECORD}"),
    "beside it": (".", {}, "sub/_figures", "../../sub", f"sub/{RECORD}"),
    "an absolute path": (".", {}, ".", "{}/sub", f"sub/{RECORD}"),
    "outside of the repository": ("sub", {}, ".", "sub", RECORD),
    "the workspace of a CI": (None, {"GITHUB_WORKSPACE": "{}"}, "sub", ".", f"sub/{RECORD}"),
    "the project of a CI": (None, {"CI_PROJECT_DIR": "{}"}, "sub", ".", f"sub/{RECORD}"),
    "another workspace": (None, {"GITHUB_WORKSPACE": "{}/elsewhere", "CI_PROJECT_DIR": "{}/sub"}, ".", "sub", RECORD),
    "a checkout below the workspace": ("sub", {"GITHUB_WORKSPACE": "{}"}, ".", "sub", RECORD),
    "the root is the workspace": (".", {"GITHUB_WORKSPACE": "{}"}, "sub", ".", f"sub/{RECORD}"),
    "an empty variable": (None, {"GITHUB_WORKSPACE": ""}, "sub", ".", RECORD),
    "nothing is known": (None, {}, "sub", ".", RECORD),
}
FROM_ROOT, AS_GIVEN = ("github", "sarif", "rdjson", "gitlab"), ("full", "concise", "json")


@pytest.mark.parametrize(("root", "variables", "start", "given", "path"), ROOTS.values(), ids=ROOTS)
def test_paths_are_those_of_the_repository(run, workspace, monkeypatch, root, variables, start, given, path):
    if root is not None:
        git_root(workspace / root)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(workspace))
    monkeypatch.chdir(workspace / start)
    given = given.format(workspace)
    for name in FROM_ROOT:
        for flags in (("--output-format", name), ("--output-format", f"{name}:{workspace}/out", "-q")):
            result = run(given, *flags)
            out = result.out if len(flags) == 2 else (workspace / "out").read_text()
            assert (result.status, first_path(name, out)) == (1, path), name
    shown = re.sub(
        r"^\./", "", f"{given}/{RECORD if not start.endswith('_figures') or '..' in given else RECORD.partition('/')[2]}"
    )
    for name in AS_GIVEN:
        assert first_path(name, run(given, "--output-format", name).out) == shown, name


@pytest.mark.parametrize(("name", "path"), [("-", "-"), (RECORD, f"sub/{RECORD}")])
def test_standard_input_has_the_path_of_its_name(run, workspace, monkeypatch, name, path):
    git_root(workspace)
    monkeypatch.chdir(workspace / "sub")
    flags = [] if name == "-" else ["--stdin-filename", name]
    assert first_path("gitlab", run("-", *flags, "--output-format", "gitlab", stdin=WRONG.encode()).out) == path


def test_related_places_have_such_paths_too(run, workspace, monkeypatch):
    git_root(workspace)
    name, text = figure(1000001, 1)
    write(workspace / "sub", (name, text), ("_figures/PMC1000001__copy.md", text))
    monkeypatch.chdir(workspace / "sub")
    log = json.loads(run(".", "--select", "PF401", "--output-format", "sarif").out)
    related = [each["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in log["runs"][0]["results"]]
    assert related == [f"sub/{name}"]
    found = json.loads(run(".", "--select", "PF401", "--output-format", "json").out)["diagnostics"]
    assert [place["path"] for each in found for place in each["related"]] == [name]


def test_a_run_that_streams_has_such_paths_in_its_files(run, workspace, monkeypatch):
    git_root(workspace)
    for number in range(reporter.STREAMED_FROM):
        write(workspace / "sub", (f"_figures/PMC{number}__x.md", "---\n"))
    monkeypatch.chdir(workspace / "sub")
    result = run(".", "--jobs", "1", "--output-format", "concise", "--output-format", "gitlab:out")
    assert first_path("concise", result.out) == "_figures/PMC0__x.md"
    issues = json.loads(Path("out").read_text())
    assert len(issues) > reporter.STREAMED_FROM
    assert all(each["location"]["path"].startswith("sub/_figures/") for each in issues)


@pytest.mark.needs("links")
def test_a_link_leads_to_the_file_in_the_repository(workspace, monkeypatch):
    git_root(workspace)
    (workspace / "link").symlink_to("sub")
    monkeypatch.chdir(workspace)
    assert from_root(f"link/{RECORD}") == f"sub/{RECORD}"
    assert from_root("/nowhere.md") == "/nowhere.md"


# what Git prints: (the message)
REFUSED = {
    "fatal: detected dubious ownership in repository at '/w'\nTo add an exception for this directory, call:\n\n"
    "\tgit config --global --add safe.directory /w\n": "Git refuses the repository of '.': detected dubious ownership in repository at"
    " '/w'; if you trust it, run: git config --global --add safe.directory /w",
    "fatal: unsafe repository ('/w' is owned by someone else)\nTo add an exception for this directory, call:\n\n"
    "\tgit config --global --add safe.directory '/w'\n": "Git refuses the repository of '.': unsafe repository ('/w' is owned by"
    " someone else); if you trust it, run: git config --global --add safe.directory '/w'",
    "fatal: not a git repository (or any of the parent directories): .git\n": "'.' is in no Git repository",
    "fatal: bad config line 1 in file .git/config\n": "Git cannot read the repository of '.': bad config line 1 in file .git/config",
    "": "'.' is in no Git repository",
}


@pytest.mark.parametrize(("said", "message"), REFUSED.items())
def test_why_git_finds_no_repository(said, message):
    assert git_revision._why_no_repository(".", said) == message


@pytest.mark.parametrize("flags", [("--since", "main"), ("--since", "main", "--introduced"), ("--settings-from", "main")])
def test_a_repository_of_another_user_is_named_with_what_helps(run, workspace, monkeypatch, flags):
    git_root(workspace)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setitem(git_objects.git_environment.__globals__["_ENVIRONMENT"], "GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.chdir(workspace / "sub")
    result = run(*flags, ".")
    assert (result.status, result.out) == (2, "")
    assert "dubious ownership" in result.err
    assert f"git config --global --add safe.directory '{workspace}'\n" in result.err
    assert result.err.count("\n") == 1


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


# (the flag, NO_COLOR, FORCE_COLOR, TERM, whether there is color: on a terminal, in a file)
COLORS = [
    ("auto", None, None, "xterm", True, False),
    ("auto", None, None, "dumb", False, False),
    ("auto", None, "1", "dumb", True, True),
    ("auto", None, "0", "xterm", True, True),
    ("auto", None, "", "xterm", True, False),
    ("auto", "", "1", "xterm", True, True),
    ("auto", "1", None, "xterm", False, False),
    ("auto", "0", "1", "xterm", False, False),
    ("never", None, "1", "xterm", False, False),
    ("always", "1", None, "dumb", True, True),
]


@pytest.mark.parametrize(("flag", "no", "force", "term", "terminal", "file"), COLORS)
def test_colors(monkeypatch, flag, no, force, term, terminal, file):
    for name, value in (("NO_COLOR", no), ("FORCE_COLOR", force), ("TERM", term)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    assert (reporter._color(flag, Terminal()), reporter._color(flag, io.StringIO())) == (terminal, file)


def test_forced_colors_are_for_text_on_standard_output_alone(run, workspace, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.chdir(workspace)
    assert "\x1b[" in run("sub").out
    assert "\x1b" not in run("sub", "--output-format", "json").out
    run("sub", "--output-format", "full:out")
    assert "\x1b" not in Path("out").read_text()
