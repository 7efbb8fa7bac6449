"""Untrusted settings and Git files: they run no program, read nothing outside the repository, and turn off no check."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT
from test_repository import figure, page, write

from pfocr_lint.workspace import settings_files

PATH, CLEAN = figure(1000001)
SECRET = "Secretus absconditus"


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    settings_files.discover.cache_clear()
    for key, value in {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
                       "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}.items():  # fmt: skip
        monkeypatch.setenv(key, value)
    yield
    settings_files.discover.cache_clear()


@pytest.fixture
def work(tmp_path, monkeypatch, run):
    """A Git repository with a clean record, one folder below a secret file."""
    top = tmp_path / "work"
    write(top, (PATH, CLEAN), page("Homo sapiens", "human"))
    write(tmp_path / "outside", page(SECRET, "secret"), ("settings.toml", 'ignore = ["PF1", "PF2", "PF3", "PF4"]\n'))
    git(top, "init", "-q", "-b", "main")
    commit(top)
    monkeypatch.chdir(top)
    return top


def git(top: Path, *args: str) -> str:
    return subprocess.run(["git", "-C", top, *args], check=True, capture_output=True, text=True).stdout.strip()


def commit(top: Path) -> str:
    git(top, "add", "--all", "--force")
    git(top, "commit", "-q", "--allow-empty", "-m", "x")
    return git(top, "rev-parse", "HEAD")


# Kinds of files that are not settings files, each with its message.
def _link(path: Path, outside: Path) -> None:
    path.symlink_to(outside / "settings.toml")


def _loop(path: Path, outside: Path) -> None:
    path.symlink_to(path.name)


def _gone(path: Path, outside: Path) -> None:
    path.symlink_to("nothing.toml")


def _pipe(path: Path, outside: Path) -> None:
    os.mkfifo(path)


def _folder(path: Path, outside: Path) -> None:
    path.mkdir()


def _device(path: Path, outside: Path) -> None:
    path.symlink_to("/dev/zero")


def _socket(path: Path, outside: Path) -> None:
    os.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)


def _huge(path: Path, outside: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100_000_000)


SORTS = [
    (_link, "is a link that leads out of the repository"), (_device, "is a link that leads out of the repository"),
    (_loop, "cannot be read: Too many levels of symbolic links"), (_gone, "cannot be read: No such file or directory"),
    (_pipe, "is not a file"), (_folder, "is not a file"), (_socket, "cannot be read: No such device or address"),
    (_huge, "is larger than 256 KiB"),
]  # fmt: skip


@pytest.mark.needs("devices", "links", "pipes")
@pytest.mark.parametrize("name", ["pfocr-lint.toml", "pyproject.toml"])
@pytest.mark.parametrize(("make", "message"), SORTS, ids=[make.__name__ for make, _ in SORTS])
def test_a_settings_file_that_is_no_file_is_named_and_not_read(work, run, make, message, name):
    make(work / name, work.parent / "outside")
    os.chdir(work)
    result = run(str(work))
    assert (result.status, result.out) == (2, "")
    assert result.err == f"pfocr-lint: {work / name}: {message}\n"


@pytest.mark.needs("links")
def test_a_link_inside_the_repository_is_followed_and_globs_begin_at_the_link(work, run):
    write(work / "config", ("real.toml", 'exclude = ["_figures/PMC1*"]\n'))
    (work / "pfocr-lint.toml").symlink_to("config/real.toml")
    assert run(str(work), "--show-files").out.split() == [f"{work}/_organisms/human.md"]


def test_a_named_settings_file_may_lie_anywhere(work, run):
    assert run(str(work), "--config", str(work.parent / "outside" / "settings.toml")).status == 0


OUTSIDE = [
    "{outside}/_organisms",
    "../outside/_organisms",
    "_figures/../../outside/_organisms",
    "link",
    "link/../_organisms",
    "/",
    "..",
    "\0",
]


@pytest.mark.needs("links")
@pytest.mark.parametrize("folder", OUTSIDE)
@pytest.mark.parametrize("source", ["work tree", "revision"])
def test_the_folder_of_organism_pages_stays_inside_the_repository(work, run, folder, source):
    outside = work.parent / "outside"
    (work / "link").symlink_to(outside / "_organisms")
    named = folder.format(outside=outside)
    write(work, ("pfocr-lint.toml", f"organisms = {json.dumps(named)}\n"), figure(1000002, organisms=[SECRET]))
    commit(work)
    result = run(str(work), *(["--settings-from", "HEAD"] if source == "revision" else []))
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"pfocr-lint: {work / 'pfocr-lint.toml'}: organisms is '")
    assert result.err.endswith("', want a folder inside the repository\n")


@pytest.mark.parametrize("folder", ["_organisms", "./_organisms", "site/../_organisms", "{work}/_organisms"])
def test_a_folder_inside_is_used(work, run, folder):
    write(work, ("pfocr-lint.toml", f'organisms = "{folder.format(work=work)}"\n'), figure(1000002, organisms=[SECRET]))
    (work / "site").mkdir()
    assert "PF404" in run(str(work)).out
    write(work / "site", ("pfocr-lint.toml", 'organisms = "../_organisms"\n'), figure(1000003, organisms=[SECRET]))
    assert run("site").out.count("PF404") == 1, "nested settings mean the repository's folder"


@pytest.mark.needs("links")
@pytest.mark.parametrize("setting", ["", 'organisms = "_organisms"\n'])
def test_a_folder_of_organism_pages_that_becomes_a_link_is_not_followed(work, run, setting):
    """The settings come from the base; the folder that they name is untrusted."""
    write(work, ("pfocr-lint.toml", setting))
    commit(work)
    (work / "_organisms" / "human.md").unlink()
    (work / "_organisms").rmdir()
    (work / "_organisms").symlink_to(work.parent / "outside" / "_organisms")
    write(work, figure(1000001, organisms=["Secretus abscondita"]))
    result = run("_figures", "--settings-from", "HEAD")
    assert SECRET not in result.out + result.err
    assert result.status == (2 if setting else 0)


SLOW = [
    ("a dotted key", ".".join(["a"] * 131_000) + "=1", "has a key of more than 50 parts"),
    ("a dotted key of quoted parts", ".".join(['"a"'] * 65_000) + "=1", "has a key of more than 50 parts"),
    ("a dotted key with spaces", " . ".join(["a"] * 65_000) + "=1", "has a key of more than 50 parts"),
    ("a dotted table", "[" + ".".join(["a"] * 131_000) + "]", "has a key of more than 50 parts"),
    ("a dotted key behind texts", 'x = ["""a\n""", {' + ".".join(["a"] * 131_000) + '=1, b=""}]', "has a key of more than 50 parts"),
    ("deep lists", "select = " + "[" * 250_000, "is not TOML: "),
    ("deep tables", "select = " + "{a=" * 80_000, "is not TOML: "),
    ("quotes", '"' * 250_000, "is not TOML: "),
    ("a long number", "select = " + "9" * 250_000, "is not TOML: "),
    ("a long hexadecimal number", "select = 0x" + "f" * 250_000, "select is a number of very many digits, want a list of texts"),
    ("many codes", "select = [" + "'PF'," * 50_000 + "]", "select has 50,000 entries, want at most 1,000"),
    ("many globs", "exclude = [" + "'*'," * 60_000 + "]", "exclude has 60,000 entries, want at most 1,000"),
    ("a long code", f"select = ['{'P' * 250_000}']", "select: there is no rule 'PPP"),
    ("a long key", f"{'P' * 250_000} = 1", "unknown setting 'PPP"),
    ("a long glob", f"exclude = ['{'*a' * 100_000}']", "exclude: '*a*a"),
    ("many stars", f"per-file-ignores = {{'{'*a' * 100}' = 'PF1'}}", "per-file-ignores: '*a*a"),
    ("a long version", f"required-version = '>={'1.' * 120_000}'", "required-version is '>=1.1"),
    ("many versions", f"required-version = '{'>=0,' * 60_000}'", "required-version is '>=0,"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), [case[1:] for case in SLOW], ids=[case[0] for case in SLOW])
def test_settings_that_would_take_long_are_refused_at_once(work, run, text, message):
    write(work, ("pfocr-lint.toml", text))
    started = time.process_time()
    result = run(str(work))
    assert time.process_time() - started < 2
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert result.err.startswith(f"pfocr-lint: {work / 'pfocr-lint.toml'}: {message}")
    assert len(result.err) < 600


def test_globs_take_no_longer_than_their_length(work, run):
    """The slowest allowed glob, and file names that almost match."""
    worst = [f"{'*a' * 10}{n}b" for n in range(400)] + [f"*{'[ab]' * 50}{n}" for n in range(400)]
    write(
        work,
        (
            "pfocr-lint.toml",
            f"exclude = {json.dumps(worst)}\nper-file-ignores = {json.dumps(dict.fromkeys(worst, 'PF1')).replace(': ', ' = ')}\n",
        ),
    )
    write(work, *((f"_figures/{'a' * 230}{n}.md", "x") for n in range(10)))
    started = time.process_time()
    assert run(str(work)).status == 1
    assert time.process_time() - started < 10


def test_other_tools_settings_are_left_to_them(work, run):
    """Dots in numbers, texts and comments are not keys."""
    text = f'[tool.x]\na = [{"1.5, " * 100}]\nb = """{". x " * 100}"""\n# {"a." * 100}\nc = "{"a." * 100}" # {"." * 100}\n'
    write(work, ("pyproject.toml", text))
    assert run(str(work)).status == 0


# Ways to make Git run a program. Each creates the file 'pwned' when it works.
RUN = "touch {top}/pwned; cat"


@pytest.mark.parametrize("flags", [["--since", "HEAD"], ["--since", "HEAD", "--introduced"], ["--settings-from", "HEAD"]])
def test_a_folder_with_the_files_of_a_repository_is_not_one(work, run, flags):
    """A pull request may contain a bare repository whose settings run programs and whose HEAD is another one."""
    site = work / "site"
    write(
        site,
        figure(1000001, figtype="Scheme"),
        ("pfocr-lint.toml", 'ignore = ["PF1", "PF2", "PF3", "PF4"]\n'),
        (".gitattributes", "* filter=x\n"),
    )
    git(site, "init", "-q")
    commit(site)
    (site / "pfocr-lint.toml").unlink()
    shutil.copytree(site / ".git", site, dirs_exist_ok=True)
    shutil.rmtree(site / ".git")
    program = RUN.format(top=work)
    for key, value in {"core.worktree": str(site), "core.fsmonitor": program, "filter.x.clean": program}.items():
        subprocess.run(["git", "config", "--file", site / "config", key, value], check=True)
    for path in ("site", "site/_figures"):
        result = run(path, *flags)
        assert (result.status, "PF208" in result.out) == (1, True), result.err
    assert not (work / "pwned").exists()
    git(site, "diff", "HEAD", "--")
    assert (work / "pwned").exists(), "the trap works"


@pytest.mark.needs("links", "sh")
def test_git_attributes_run_no_program(work, run):
    """Not even a program of the user: untrusted attributes would run it with untrusted bytes."""
    (work / "pwned-by").write_text(f"#!/bin/sh\n{RUN.format(top=work)}\n")
    (work / "pwned-by").chmod(0o755)
    program = str(work / "pwned-by")
    settings_of_user = {"filter.x.clean": program, "filter.x.smudge": program, "filter.x.required": "true", "filter.y.process": program,
                        "diff.x.textconv": program, "diff.x.command": program, "diff.external": program, "core.fsmonitor": program}  # fmt: skip
    for key, value in settings_of_user.items():
        git(work, "config", key, value)
    for hook in ("post-index-change", "fsmonitor-watchman"):
        (work / ".git" / "hooks").mkdir(exist_ok=True)
        (work / ".git" / "hooks" / hook).symlink_to(program)
    write(work, (".gitattributes", "* filter=x diff=x\n*.yml filter=y\n"), figure(1000001, figtype="Scheme"))
    write(work, page("Mus musculus", "mouse"), ("figures/x.yml", "x"))
    for flags in ([], ["--introduced"], ["--settings-from", "HEAD"]):
        result = run(".", "--since", "HEAD", *flags)
        assert "PF208" in result.out
    assert not (work / "pwned").exists()
    git(work, "diff")
    assert (work / "pwned").exists(), "the trap works"


@pytest.mark.parametrize(
    ("name", "text"),
    [(".gitignore", "*\n"), (".gitattributes", "*.md binary\n"), (".gitattributes", "*.md -diff -text filter=x\n")],
)
def test_git_files_hide_no_record(work, run, name, text):
    """A deleted organism page is reported for its figures, and an alias of another figure is reported."""
    write(work, page("Mus musculus", "mouse"), figure(1000002, organisms=["Mus musculus"]), figure(1000003))
    base = commit(work)
    write(work, (name, text), figure(1000005, figid_alias="PMC1000003__F1", redirect_from="/figures/PMC1000003__F1", number=""))
    (work / "_organisms" / "mouse.md").unlink()
    commit(work)
    result = run(".", "--since", base, "--introduced", "--output-format", "concise", "--select", "PF4")
    assert {line.split()[1] for line in result.out.splitlines() if line.startswith("_")} == {"PF402", "PF404"}


LOUD = {
    "color.ui": "always",
    "color.grep": "always",
    "diff.relative": "true",
    "diff.orderFile": "nowhere",
    "grep.lineNumber": "true",
}


@pytest.mark.parametrize(
    "environment",
    [
        {"GIT_LITERAL_PATHSPECS": "1"},
        {"GIT_NOGLOB_PATHSPECS": "1", "GIT_GLOB_PATHSPECS": "1", "GIT_ICASE_PATHSPECS": "1"},
        {"GIT_CONFIG_COUNT": str(len(LOUD))}
        | {f"GIT_CONFIG_KEY_{number}": key for number, key in enumerate(LOUD)}
        | {f"GIT_CONFIG_VALUE_{number}": value for number, value in enumerate(LOUD.values())},
        {"GIT_DIR": "{top}/other/.git", "GIT_WORK_TREE": "{top}/other", "GIT_PREFIX": "x/"},
        {},
    ],
    ids=lambda environment: next(iter(environment), "settings"),
)
def test_git_answers_the_same_for_every_user(work, run, monkeypatch, environment):
    """With any settings and variables of the user, or of Git for a hook."""
    other = work.parent / "other"
    write(other, figure(9))
    git(other, "init", "-q")
    commit(other)
    write(work, page("Mus musculus", "mouse"), figure(1000002, organisms=["Mus musculus"]))
    base = commit(work)
    (work / "_organisms" / "mouse.md").unlink()
    for key, value in {} if environment else LOUD.items():
        git(work, "config", key, value)
    for key, value in environment.items():
        monkeypatch.setenv(key, value.format(top=work.parent))
    result = run(".", "--since", base, "--introduced", "--output-format", "concise")
    assert (result.status, *result.out.split()[1:2]) == (1, "PF404"), result.err


@pytest.mark.parametrize("latin", ["a" * 140_000, r'"a\0b"', r'"a\nb"', r'"\ud800"', '"a\'b"', "-e", r'"\u00a0"'])
def test_texts_that_are_no_identifiers_hide_no_record(work, run, latin):
    """Git gets no identifier that an argument or a line cannot hold; the other records are checked, and related records are read."""
    write(work, page("Mus musculus", "mouse"), figure(1000002, organisms=["Mus musculus"]))
    base = commit(work)
    (work / "_organisms" / "mouse.md").unlink()
    long = "b" * 140_000
    write(work, page(latin, "strange"), figure(1000003, redirect_from=long), figure(1000004, figid_alias=long, figtype="Scheme"))
    result = run(".", "--since", base, "--introduced", "--output-format", "concise")
    assert result.status == 1, result.err
    assert {("PF208", "_figures/PMC1000004__g001.md"), ("PF404", "_figures/PMC1000002__g001.md")} <= {
        (line.split()[1], line.partition(":")[0]) for line in result.out.splitlines() if line.startswith("_figures")
    }


def test_a_git_that_fails_is_no_empty_answer(work, run):
    write(work, figure(1000001, figtype="Scheme"))
    (work / ".git" / "index").write_bytes(b"DIRC broken")
    result = run(".", "--since", "HEAD")
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("pfocr-lint: git ls-files failed: ")


@pytest.mark.needs("links")
def test_nested_settings_are_those_of_the_revision(work, run):
    """Each folder uses the nearest settings of the base; added, deleted or linked files of the diff have no effect."""
    write(
        work,
        ("pfocr-lint.toml", 'ignore = ["PF208"]\n'),
        ("a/pyproject.toml", '[tool.pfocr-lint]\nignore = ["PF207"]\n'),
        ("c/pyproject.toml", "[tool.x]\n"),
    )
    base = commit(work)
    for top in ("a", "b", "c"):
        write(work / top, figure(1000002, figtype="Scheme"))
    (work / "pfocr-lint.toml").unlink()
    (work / "pfocr-lint.toml").symlink_to("a/other.toml")
    (work / "a" / "pyproject.toml").unlink()
    write(
        work,
        ("a/other.toml", 'ignore = ["PF1", "PF2", "PF3", "PF4"]\n'),
        ("a/pfocr-lint.toml", 'ignore = ["PF1", "PF2", "PF3", "PF4"]\n'),
        ("b/pfocr-lint.toml", "select = 1\n"),
        ("c/pyproject.toml", "["),
    )
    commit(work)
    result = run(".", "--settings-from", base, "--output-format", "concise")
    assert [line.split()[0].partition("/")[0] for line in result.out.splitlines() if "PF208" in line] == ["a"]
    assert run(".").status == 2


@pytest.mark.needs("links")
def test_a_settings_file_that_is_a_link_in_the_revision_is_named(work, run):
    write(work, ("real.toml", 'extend-select = ["PF108"]\n'))
    (work / "pfocr-lint.toml").symlink_to("real.toml")
    head = commit(work)
    result = run(".", "--settings-from", "HEAD")
    assert (result.status, result.err) == (2, f"pfocr-lint: {work / 'pfocr-lint.toml'}: is a link in {head[:12]}, want a file\n")


@pytest.mark.parametrize("start", ["fork", "spawn", "forkserver"])
def test_the_command_imports_nothing_from_the_work_tree(work, start):
    """The console script, as hooks call it, and its processes."""
    for name in (
        "yaml",
        "json",
        "multiprocessing",
        "concurrent",
        "sitecustomize",
        "usercustomize",
        "pfocr_lint",
        "encodings",
        "pickle",
        "re",
    ):
        write(work, (f"{name}/__init__.py", f"open({str(work / 'pwned')!r}, 'w')\n"))
    script = "from pfocr_lint.cli.main import run\nif __name__ == '__main__':\n    run()"
    launcher = work.parent / "bin" / "pfocr-lint"
    write(launcher.parent, ("pfocr-lint", f"#!{sys.executable}\n{script}\n"))
    launcher.chmod(0o755)
    write(work, *(figure(2000000 + n) for n in range(4)))
    environ = {"PFOCR_LINT_START": start, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        [launcher, "--jobs", "2", "."], capture_output=True, text=True, check=False, env={**os.environ, **environ}
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert not (work / "pwned").exists()
