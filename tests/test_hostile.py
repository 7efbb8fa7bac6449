"""Hostile input: one line for each such file, the other records are checked and fixed, in bounded time and memory."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import ROOT, SEED, clean_text, seed_text

from pfocr_lint.record.limits import MAX_BYTES
from pfocr_lint.report import FORMATS
from pfocr_lint.schema.kinds import Kind
from pfocr_lint.settings import model, parsing
from pfocr_lint.workspace import discovery, fixed_together, many_files, one_file, source

DEEP = 100_000
MEMORY = 300  # MiB, the limit of any run
PATIENCE = 60  # seconds until a run counts as hanging
CANARY = "canary-in-a-file-outside"
DIRTY = clean_text().replace("year: '2022'", "year: 2022")


def fenced(body: str) -> bytes:
    data = f"---\n{body}\n---\n".encode()
    assert len(data) <= MAX_BYTES, len(data)
    return data


def stairs(line: str, end: str = "\n", steps: int = 1200) -> str:
    """Return lines that are each nested one step deeper."""
    return "".join(" " * n + line + end for n in range(steps))


# Contents of files, each with the code of its one finding.
HOLDING = {
    "flow lists": (fenced("a: " + "[" * DEEP), "PF008"),
    "flow lists, closed": (fenced("a: " + "[" * DEEP + "]" * DEEP), "PF008"),
    "flow lists, a line each": (fenced("a:\n" + " [\n" * DEEP), "PF008"),
    "flow lists, spaced": (fenced("a: " + "\t[ " * DEEP), "PF008"),
    "flow lists, comments between": (fenced("a: " + "[ #x\n " * DEEP), "PF008"),
    "flow lists, texts between": (fenced("a: " + "['x', " * DEEP), "PF008"),
    "flow lists, quoted": (fenced("a: " + '["[", ' * DEEP), "PF008"),
    "flow lists, tagged": (fenced("a: " + "!!seq [" * DEEP), "PF008"),
    "flow lists, anchored": (fenced("a: " + "&a [" * DEEP), "PF008"),
    "flow mappings": (fenced("a: " + "{a: " * DEEP), "PF008"),
    "flow mappings, bare": (fenced("a: " + "{" * DEEP), "PF008"),
    "flow mappings, keys marked": (fenced("a: " + "{? " * DEEP), "PF008"),
    "flow, both": (fenced("a: " + "[{a: " * DEEP), "PF008"),
    "flow, pairs": (fenced("a: " + "[a: " * DEEP), "PF008"),
    "lists in one line": (fenced("- " * DEEP), "PF008"),
    "keys in one line": (fenced("? " * DEEP), "PF008"),
    "lists and keys in one line": (fenced("- ? " * DEEP), "PF008"),
    "mappings by lines": (fenced(stairs("a:")), "PF008"),
    "mappings by lines that end in CR": (fenced("a:\r" + stairs("a:", "\r")), "PF008"),
    "mappings by lines that end in NEL": (fenced("a:\n" + stairs("a:", "\u0085")), "PF008"),
    "mappings by lines that end in U+2028": (fenced("a:\n" + stairs("a:", "\u2028")), "PF008"),
    "lists by lines": (fenced(stairs("-")), "PF008"),
    "keys by lines": (fenced(stairs("?")), "PF008"),
    "lists in mappings": (fenced("a:\n" + "".join("  " * n + "- a:\n" for n in range(700))), "PF008"),
    "deep after texts": (fenced("a: 'x'\nb: \"[\"\n# [\nc: " + "[" * DEEP), "PF008"),
    "deep behind a few levels": (fenced(stairs("a:", steps=15) + " " * 15 + "- " * 10), "PF008"),
    "alias bomb": (fenced("a: &a [x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(20))), "PF007"),
    "alias of itself": (fenced("a: &a [*a]"), "PF007"),
    "mapping in itself": (fenced("a: &a\n  b: *a"), "PF007"),
    "merge bomb": (fenced("a: &a {x: y}\n" + "".join(f"k{n}: {{<<: *a}}\n" for n in range(2000))), "PF007"),
    "many aliases": (fenced("a: &a x\n" + "".join(f"b{n}: *a\n" for n in range(60_000))), "PF008"),
    "many anchors": (fenced("".join(f"a{n}: &a{n} x\n" for n in range(50_000))), "PF008"),
    "many directives": (fenced("".join(f"%TAG !{n}! tag:x\n" for n in range(40_000)) + "--- x"), "PF007"),
    "many values in one line": (fenced("a: [" + "x," * 300_000 + "]"), "PF008"),
    "many values by NEL": (fenced("a:\n" + "- x\u0085" * 150_000), "PF008"),
    "many keys": (fenced("".join(f"k{n}: v\n" for n in range(60_000))), "PF008"),
    "a long key": (fenced("a" * 1_000_000 + ": b"), "PF005"),
    "quotes that open": (fenced("a: '\n" * 200_000), "PF008"),
    "colons": (fenced("a: " + "b: " * 300_000), "PF005"),
    "nothing but line breaks": (b"\n" * MAX_BYTES, "PF004"),
    "NUL": (b"\0" * MAX_BYTES, "PF002"),
    "no UTF-8": (b"\xff" * MAX_BYTES, "PF002"),
    "one byte too many": (b"---\n" + b"x" * MAX_BYTES, "PF008"),
}  # fmt: skip


def link_chain(path: Path) -> None:
    for n in range(5):
        (path.parent / f"chain{n}").symlink_to(f"chain{n + 1}" if n < 4 else "../../outside/secret.md")
    path.symlink_to("chain0")


def as_socket(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # a socket's path may have 108 bytes
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path.name)
    finally:
        os.chdir(here)


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"---\n")
        file.truncate(2 << 30)


# Kinds of files, each with the message of PF001 (or the code of another finding).
BEING: dict[str, tuple[Callable[[Path], object], str]] = {
    "folder": (lambda path: path.mkdir(), "it is a folder"),
    "pipe": (getattr(os, "mkfifo", None), "it is a pipe"),
    "socket": (as_socket, "it cannot be read"),
    "null": (lambda path: path.symlink_to("/dev/null"), "leads out of the repository"),
    "zero": (lambda path: path.symlink_to("/dev/zero"), "leads out of the repository"),
    "loop": (lambda path: path.symlink_to(path.name), "it cannot be read"),
    "dangling": (lambda path: path.symlink_to("nothing"), "there is no such file"),
    "out": (lambda path: path.symlink_to("../../outside/secret.md"), "leads out of the repository"),
    "chain": (link_chain, "leads out of the repository"),
    "out, absolute": (lambda path: path.symlink_to(path.parent.parent.parent.resolve() / "outside/secret.md"), "leads out of the repository"),
    "sparse": (sparse, "PF008"),
}  # fmt: skip
NAMES = [
    "line\nbreak", "::error::x", "\x1b[31mred\x1b[0m\x07", "a\rb", "tab\tx", "\u202eevil", " space ", "'quote\"`$(x)", "-rf", "@file", "x" * 252,
    "\udcff\udcfe", "<b>&amp;", "%0A", "a,b:c", "é", "e\u0301", "|pipe|", "\u2028", "*", "~", "#",
]  # fmt: skip


def special(name: str) -> str:
    return f"{name}.md"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Create a repository with all hostile files beside good and bad records, once for every run."""

    def make() -> Path:
        top = tmp_path_factory.mktemp("hostile")
        repo, outside = top / "repository", top / "outside"
        figures = repo / "_figures"
        for folder in (figures, repo / "_organisms", repo / ".git", outside / "_figures"):
            folder.mkdir(parents=True)
        (outside / "secret.md").write_text(DIRTY.replace("MDPI", CANARY))
        (outside / "_figures" / "secret.md").write_text(DIRTY.replace("MDPI", CANARY))
        (repo / "more").mkdir()
        (repo / "more" / "_figures").symlink_to(outside / "_figures")
        (figures / "folder-link.md").symlink_to(outside)
        for name, (data, _) in HOLDING.items():
            (figures / special(name)).write_bytes(data)
        for name, (make, _) in BEING.items():
            make(figures / special(name))
        for name in NAMES:
            (figures / special(name)).write_text(DIRTY)
        (figures / f"{SEED}.md").write_text(seed_text())
        (figures / "PMC1__dirty.md").write_text(DIRTY)
        (figures / "PMC1__link.md").symlink_to("PMC1__dirty.md")
        for latin in ("homo_sapiens", "mus_musculus"):
            (repo / "_organisms" / f"{latin}.md").write_text(
                (ROOT / "samples" / "_organisms" / f"{latin}.md").read_text()
                if (ROOT / "samples" / "_organisms" / f"{latin}.md").exists()
                else clean_text(Kind.ORGANISM)
            )
        return repo

    return make


class Run(NamedTuple):
    status: int
    out: str
    err: str
    memory: float  # MiB, of the process or its largest child
    seconds: float  # of processor time, children included


# A process starts with the peak memory of its parent, so it is forked from a small process.
MEASURED = """
import json, resource, subprocess, sys
status = subprocess.call(sys.argv[2:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as file:
    json.dump([status, used.ru_maxrss / 1024, used.ru_utime + used.ru_stime], file)
"""


def run(cwd: Path, *argv: str) -> Run:
    """Run the command like a user, and measure its memory and time."""
    out, err, figures = (cwd.parent / name for name in ("stdout", "stderr", "figures"))
    command = [sys.executable, "-c", MEASURED, str(figures), sys.executable, "-m", "pfocr_lint", *argv]
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            command, cwd=cwd, stdout=stdout, stderr=stderr, stdin=subprocess.DEVNULL, start_new_session=True
        )
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            pytest.fail(f"{argv} hangs")
    status, memory, seconds = json.loads(figures.read_text())
    texts = [each.read_bytes().decode("utf-8", "surrogateescape") for each in (out, err)]
    return Run(status, *texts, memory, seconds)


def held(result: Run, status: int) -> None:
    """Assert the guarantees of every run."""
    assert result.status == status, result.err[-2000:]
    assert "Traceback" not in result.err
    assert "fault" not in result.err, result.err
    assert result.memory < MEMORY
    assert CANARY not in result.out + result.err


def expected() -> dict[str, str]:
    return {
        **{special(name): code for name, (_, code) in HOLDING.items()},
        **{special(name): problem if problem.startswith("PF") else "PF001" for name, (_, problem) in BEING.items()},
    }


def reported(result: Run) -> dict[str, list[str]]:
    """Return the codes by path."""
    import json

    found: dict[str, list[str]] = {}
    for each in json.loads(result.out)["diagnostics"]:
        found.setdefault(each["path"], []).append(each["code"])
    return found


@pytest.mark.needs("bytes", "devices", "links", "pipes", "signals")
@pytest.mark.parametrize("jobs", [pytest.param("1", marks=pytest.mark.slow), "2"])
def test_a_folder_that_holds_it_all(made, jobs):
    repo = made()
    held(run(repo, "--jobs", jobs, "--output-format", "full", *(f"--output-format={name}:../{name}.out" for name in FORMATS)), 1)
    for name in FORMATS:
        assert CANARY not in (repo.parent / f"{name}.out").read_text()
    result = run(repo, "--jobs", jobs, "--output-format", "json", "--ignore", "PF4")
    held(result, 1)
    found = reported(result)
    for name, code in expected().items():
        assert found[f"_figures/{name}"] == [code], name
    assert "_figures/" + f"{SEED}.md" not in found
    assert "PF105" in found["_figures/PMC1__dirty.md"]
    assert "PF105" in found["_figures/PMC1__link.md"]
    assert len([path for path, codes in found.items() if "PF105" in codes]) == len(NAMES) + 2


@pytest.mark.needs("bytes", "devices", "links", "pipes", "signals")
@pytest.mark.parametrize("jobs", [pytest.param("1", marks=pytest.mark.slow), "2"])
def test_fixing_a_folder_with_all_of_it(made, jobs):
    repo = made()
    outside = {path: path.read_bytes() for path in (repo.parent / "outside").rglob("*.md")}
    before = {name: (repo / "_figures" / special(name)).read_bytes() for name in HOLDING}
    would = run(repo, "--jobs", jobs, "--diff", "--ignore", "PF4,PF2")
    held(would, 1)
    assert (repo / "_figures" / "PMC1__dirty.md").read_text() == DIRTY
    result = run(repo, "--jobs", jobs, "--fix", "--output-format", "json", "--ignore", "PF4")
    held(result, 1)
    assert "in the meantime" not in result.err, "a link and what it leads to are one file"
    for path, data in outside.items():
        assert path.read_bytes() == data
    for name, data in before.items():
        path = repo / "_figures" / special(name)
        assert path.read_bytes() == data, name
    for name in ("PMC1__dirty", *NAMES):
        assert "year: '2022'\n" in (repo / "_figures" / special(name)).read_text(), name
    assert (repo / "_figures" / "PMC1__link.md").is_symlink()
    assert not [name for name in os.listdir(repo / "_figures") if name.startswith(".")]
    again = run(repo, "--jobs", jobs, "--diff", "-q", "--ignore", "PF4")
    assert again.out == ""


@pytest.mark.needs("bytes", "devices", "links", "pipes")
@pytest.mark.parametrize("name", [*HOLDING, *BEING])
def test_each_alone_takes_its_moment(made, name, tmp_path):
    folder = tmp_path / "repository" / "_figures"
    folder.mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.md").write_text(DIRTY)
    path = folder / special(name)
    if name in HOLDING:
        path.write_bytes(HOLDING[name][0])
    else:
        BEING[name][0](path)
    started = time.process_time()
    result = many_files.process(source.Source(str(path)), one_file.Task("fix", unsafe=True))
    assert time.process_time() - started < 2, "a second is promised; a slow machine has two"
    problem = (HOLDING.get(name) or BEING[name])[1]
    assert len(result.left) == 1
    assert problem in f"{result.left[0].code} {result.left[0].message}"
    assert "\n" not in result.left[0].message
    assert not result.faults


TABLE = "_data/PMC1__x-genes.tsv"
HEADER = "\t".join(["organism_id", "organism_name", "organism_group", "word", "match", "ncbigene_symbol", "ncbigene_id", "source",
                    "count_direct", "count_synonym", "count_match"])  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["\t" * MAX_BYTES, "\n" * MAX_BYTES, f"{HEADER}\n" + "\t\n" * 500_000, f"{HEADER}\n" + "x" * 1_000_000, f"{HEADER}\n" + "\r" * 1_000_000,
     f"{HEADER}\n" + "a\tb\n" * 200_000, f"{HEADER}\n" + '"' * 1_000_000, (HEADER + "\n") * 9000, f"{HEADER}\n" + ("x" + "\tx" * 10 + "\n") * 40_000,
     f"{HEADER}\n" + "".join(f"{n}" + "\ty" * 10 + "\n" for n in range(35_000)), "\ufeff" * 300_000],
    ids=["tabs", "lines", "empty rows", "a line", "CR", "ragged", "quotes", "headers", "one row", "many rows", "marks"],
)  # fmt: skip
def test_a_table_takes_its_moment(tmp_path, text):
    path = tmp_path / TABLE
    path.parent.mkdir()
    path.write_bytes(text.encode()[:MAX_BYTES])
    started = time.process_time()
    result = many_files.process(source.Source(str(path)), one_file.Task("fix", unsafe=True))
    assert time.process_time() - started < 4
    assert len(result.left) < 110, "of a wrong table the first lines are enough"
    assert not result.faults


SETTINGS: dict[str, Callable[[Path], object]] = {
    "device": lambda path: path.symlink_to("/dev/zero"),
    "pipe": getattr(os, "mkfifo", None),
    "folder": lambda path: path.mkdir(),
    "loop": lambda path: path.symlink_to(path.name),
    "sparse": sparse,
    "long": lambda path: path.write_bytes(b"# " + b"x" * parsing.MAX_BYTES),
    "binary": lambda path: path.write_bytes(b"\xff\xfe\0"),
    "deep list": lambda path: path.write_text("select = " + "[" * DEEP),
    "deep table": lambda path: path.write_text("a = " + "{a=" * 60_000),
    "deep key": lambda path: path.write_text(".".join("a" * DEEP) + " = 1"),
    "deep header": lambda path: path.write_text(f"[{'.'.join('a' * DEEP)}]"),
    "many headers": lambda path: path.write_text("".join(f"[a.b.c{n}]\n" for n in range(20_000))),
    "many keys": lambda path: path.write_text("".join(f"a{n} = 1\n" for n in range(20_000))),
    "many codes": lambda path: path.write_text("select = [" + "'XX1', " * 30_000 + "]"),
    "a long code": lambda path: path.write_text("select = ['" + "P" * 200_000 + "']"),
    "a long version": lambda path: path.write_text("required-version = '" + "1." * 100_000 + "'"),
    "a long number": lambda path: path.write_text("select = " + "1" * 200_000),
    "a long date": lambda path: path.write_text("select = 2000-01-01" + "0" * 200_000),
    "open text": lambda path: path.write_text('select = "' + "\\\\" * 100_000),
    "spaces": lambda path: path.write_text("select" + " " * 200_000 + "x"),
    "wrong glob": lambda path: path.write_text('[per-file-ignores]\n"a" = ["XX"]'),
}


@pytest.mark.needs("devices", "links", "pipes", "signals")
@pytest.mark.slow
@pytest.mark.parametrize("name", SETTINGS)
def test_a_hostile_settings_file_is_one_line(tmp_path, name):
    repo = tmp_path / "repository"
    (repo / "_figures").mkdir(parents=True)
    (repo / "_figures" / f"{SEED}.md").write_text(seed_text())
    path = repo / "odd.toml"
    SETTINGS[name](path)
    result = run(repo, "--config", "odd.toml", ".")
    held(result, 2)
    assert result.err.count("\n") == 1
    assert result.err.startswith("pfocr-lint: odd.toml: ")
    assert len(result.err) < 500
    assert result.seconds < 3


@pytest.mark.needs("signals")
@pytest.mark.slow
@pytest.mark.parametrize("glob", ["*" * 300 + "x", "*a" * 200, "[" * 5000, "**/" * 300, "[!" + "a-" * 2000 + "]", "?" * 5000])
def test_a_glob_takes_its_moment(tmp_path, glob):
    (tmp_path / "repository" / "_figures").mkdir(parents=True)
    (tmp_path / "repository" / "_figures" / f"{'a' * 200}.md").write_text(DIRTY)
    (tmp_path / "repository" / "pfocr-lint.toml").write_text(f"exclude = ['{glob}']\nper-file-ignores = {{ '{glob}' = ['PF1'] }}")
    result = run(tmp_path / "repository", ".")
    assert result.status in (1, 2)
    assert "Traceback" not in result.err
    assert result.seconds < 3


@pytest.mark.needs("devices", "pipes", "signals")
@pytest.mark.slow
@pytest.mark.parametrize("argument", ["@/dev/zero", "@pipe", "@big", "@itself", "@binary", "@folder", "@missing"])
def test_a_hostile_file_of_arguments_is_one_line(tmp_path, argument):
    repo = tmp_path / "repository"
    (repo / "folder").mkdir(parents=True)
    os.mkfifo(repo / "pipe")
    sparse(repo / "big")
    (repo / "itself").write_text("@itself\n")
    (repo / "binary").write_bytes(b"\xff\n")
    result = run(repo, argument)
    held(result, 2)
    assert result.err.count("\n") == 1


def test_standard_input_without_an_end(tmp_path):
    for flags in ([], ["--fix"]):
        with subprocess.Popen([sys.executable, "-m", "pfocr_lint", *flags, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, cwd=tmp_path) as process:  # fmt: skip
            data = b"---\nfigid: " + b"x" * (4 << 20)
            out, err = process.communicate(data, timeout=PATIENCE)
        assert process.returncode == 1
        assert b"PF008" in out + err
        if flags:
            assert out == data, "a record that is too large to check is copied unchanged"


@pytest.mark.needs("links", "signals")
def test_a_named_folder_is_no_way_out(tmp_path):
    """This holds for a linked folder, a file below it, and a link in the path."""
    repo, outside = tmp_path / "repository", tmp_path / "outside"
    (repo / ".git").mkdir(parents=True)
    (outside / "_figures").mkdir(parents=True)
    (outside / ".git").mkdir()
    (outside / "_figures" / "x.md").write_text(DIRTY.replace("MDPI", CANARY))
    (repo / "_figures").symlink_to("../outside/_figures")
    (repo / "site").symlink_to("../outside")
    (repo / "real" / "_figures").mkdir(parents=True)
    (repo / "real" / "_figures" / "y.md").write_text(DIRTY)
    (repo / "alias").symlink_to("real")
    for path in ("_figures", "_figures/", "_figures/x.md", "site", "site/_figures", "site/_figures/x.md", f"{repo}/_figures"):
        for flags in ([], ["--fix"]):
            result = run(repo, *flags, "--output-format", "concise", path)
            held(result, 2)
            assert result.out.count("PF001") == 1, result.out
            assert "leads out of the repository" in result.out
    assert CANARY in (outside / "_figures" / "x.md").read_text()
    assert "year: 2022\n" in (outside / "_figures" / "x.md").read_text()
    held(run(repo, "--fix", "alias/_figures", "--ignore", "PF2"), 0)
    assert "year: '2022'\n" in (repo / "real" / "_figures" / "y.md").read_text(), "a link inside is followed"


def change(path: Path, how: str) -> None:
    if how == "vanishes":
        path.unlink()
    elif how == "grows":
        with path.open("ab") as file:
            file.truncate(2 << 30)
    elif how == "becomes a pipe":
        path.unlink()
        os.mkfifo(path)
    elif how == "becomes a way out":
        path.unlink()
        (path.parent.parent / "secret.md").write_text(DIRTY)
        path.symlink_to("../secret.md")
        (path.parent / ".git").mkdir()
    else:
        path.write_bytes(b"somebody else's")


HOWS = ["vanishes", "grows", "becomes a pipe", "becomes a way out", "is saved"]


@pytest.mark.needs("links", "pipes")
@pytest.mark.parametrize("how", HOWS)
def test_a_file_that_changes_between_listing_and_reading(tmp_path, how):
    path = tmp_path / "_figures" / "x.md"
    path.parent.mkdir()
    path.write_text(DIRTY)
    (source,) = discovery.gather([str(tmp_path)], lambda _: model.DEFAULT)
    change(path, how)
    result = many_files.process(source, one_file.Task("fix"))
    assert [each.code for each in result.left] == [{"grows": "PF008", "is saved": "PF004"}.get(how, "PF001")]
    assert not result.faults


@pytest.mark.needs("links", "pipes")
@pytest.mark.parametrize("how", HOWS)
def test_a_file_that_changes_between_reading_and_writing(tmp_path, monkeypatch, how):
    path = tmp_path / "_figures" / "x.md"
    path.parent.mkdir()
    path.write_text(DIRTY)
    fix_until_stable = one_file.fixer.fix_until_stable

    def slow(*args, **options):
        change(path, how)
        return fix_until_stable(*args, **options)

    monkeypatch.setattr(many_files, "fix_together", lambda *_: {})
    monkeypatch.setattr(one_file.fixer, "fix_until_stable", slow)
    result = many_files.process(source.Source(str(path)), one_file.Task("fix"))
    assert "PF105" in [each.code for each in result.left]
    assert len(result.notes) == 1
    assert not result.faults
    assert not [name for name in os.listdir(path.parent) if name.startswith(".pfocr")]
    if how == "becomes a way out":
        assert (tmp_path / "secret.md").read_text() == DIRTY
    if how == "is saved":
        assert path.read_bytes() == b"somebody else's"


@pytest.mark.needs("links", "pipes")
@pytest.mark.parametrize("how", HOWS)
def test_a_file_that_changes_before_many_are_written_is_checked_as_it_is_now(tmp_path, monkeypatch, how):
    path = tmp_path / "_figures" / "x.md"
    path.parent.mkdir()
    path.write_text(DIRTY)
    verified = fixed_together.entry_fixer.verified

    def slow(*args, **options):
        change(path, how)
        return verified(*args, **options)

    monkeypatch.setattr(fixed_together.entry_fixer, "verified", slow)
    result = many_files.process(source.Source(str(path)), one_file.Task("fix"))
    assert [each.code for each in result.left] == [{"grows": "PF008", "is saved": "PF004"}.get(how, "PF001")]
    assert result.fixed == () == result.faults
    assert not [name for name in os.listdir(path.parent) if name.startswith(".pfocr")]
    if how == "becomes a way out":
        assert (tmp_path / "secret.md").read_text() == DIRTY
    if how == "is saved":
        assert path.read_bytes() == b"somebody else's"


@pytest.mark.needs("permissions")
@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_permissions_that_go(tmp_path):
    """Run as another user than root, because root may read everything."""
    figures = tmp_path / "_figures"
    figures.mkdir()
    for name in ("forbidden", "good"):
        (figures / f"{name}.md").write_text(DIRTY)
    (figures / "forbidden.md").chmod(0)
    code = (
        "import os, sys\n"
        "import importlib, pkgutil, pfocr_lint\n"
        "for module in pkgutil.walk_packages(pfocr_lint.__path__, 'pfocr_lint.'):\n"
        "    module.name.endswith('__main__') or importlib.import_module(module.name)\n"
        "import yaml, jsonschema, ruamel.yaml, tempfile\n"
        "from pfocr_lint.workspace.discovery import Source\n"
        "from pfocr_lint.workspace.many_files import process\n"
        "from pfocr_lint.workspace.one_file import Task, process_bytes\n"
        "process(Source('nothing'), Task())\n"
        "process_bytes(Source('_figures/x.md'), open('_figures/good.md', 'rb').read(), Task('diff'))\n"
        "os.geteuid() or os.setuid(65534)\n"
        "for name in ('forbidden', 'good'):\n"
        "    result = process(Source(f'_figures/{name}.md'), Task('fix'))\n"
        "    print([d.message for d in result.left if d.code == 'PF001'], result.notes, result.faults)\n"
    )
    if os.geteuid() == 0:
        os.chmod(figures, 0o755)
        for parent in (tmp_path, *tmp_path.parents):
            if not os.stat(parent).st_mode & 0o001:
                os.chmod(parent, os.stat(parent).st_mode | 0o011) if "pytest" in str(parent) else pytest.skip(
                    "nobody may not look here"
                )
    else:
        os.chmod(figures, 0o555)
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stderr == ""
    first, second = done.stdout.splitlines()
    assert first == "['its permissions forbid reading it'] () ()"
    assert "it could not be written and is left as it is" in second
    assert (figures / "good.md").read_text() == DIRTY
