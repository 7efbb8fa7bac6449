"""CR LF in a work tree: no finding where Git stores LF, a finding where Git stores CR LF, and kept by every fix."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from conftest import SEED, clean_text
from language_client import Client
from test_repository import figure, page

import pfocr_lint
from pfocr_lint.record.line_ends import in_ends_of, with_lf
from pfocr_lint.workspace import atomic_write, cache, git_line_ends, reading

NAME = f"_figures/{SEED}.md"
CLEAN = clean_text().encode()
DIRTY = CLEAN.replace(b"publisher_name: MDPI", b"publisher_name: ' MDPI'")  # PF306, which has a safe fix


def crlf(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Git's settings of a user and of a system, which a test may write."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in ("system", "global"):
        (folder / name).touch()
        monkeypatch.setenv(f"GIT_CONFIG_{name.upper()}", str(folder / name))
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(folder / "cache"))
    return folder


@pytest.fixture
def tree(tmp_path, home, monkeypatch):
    """An empty repository."""
    folder = tmp_path / "tree"
    (folder / "_figures").mkdir(parents=True)
    monkeypatch.chdir(folder)
    git("init", "-q", "-b", "main")
    return folder


def git(*args: str) -> bytes:
    names = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *names, *args], check=True, capture_output=True).stdout


def commit(data: bytes, name: str = NAME) -> None:
    """Commit exactly these bytes."""
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_bytes(data)
    git("-c", "core.autocrlf=false", "add", name)
    git("commit", "-q", "-m", "a record")


def check_out(*names: str) -> None:
    """Write files again, as Git's settings want their lines to end."""
    for name in names or (NAME,):
        Path(name).unlink()
    git("checkout", "-q", "--", *(names or (NAME,)))


@pytest.fixture
def found(run, tree, monkeypatch):
    def call(*args: str, stdin: bytes = b"") -> list[str]:
        monkeypatch.chdir(tree)
        result = run("--output-format", "json", "--no-cache", *args, stdin=stdin)
        assert result.err == ""
        return [each["code"] for each in json.loads(result.out)["diagnostics"]]

    return call


def setting(where: str, name: str, value: str):
    """Return what makes Git write CR LF, by its settings or by attributes."""

    def make(home: Path) -> None:
        if where == "attributes":
            Path(".gitattributes").write_text(f"*.md {name}={value}\n")
        else:
            (home / where).write_text(f"[core]\n\t{name} = {value}\n")

    return make


CONVERTING = {
    "the system's settings": setting("system", "autocrlf", "true"),
    "the user's settings": setting("global", "autocrlf", "true"),
    "attributes": setting("attributes", "eol", "crlf"),
}
# name: (the committed bytes, the codes that are found in the file that Git writes)
STORED = {"LF": (CLEAN, []), "CR LF": (crlf(CLEAN), ["PF009"]), "LF, with a defect": (DIRTY, ["PF306"])}


@pytest.mark.parametrize("convert", CONVERTING.values(), ids=CONVERTING)
@pytest.mark.parametrize(("stored", "codes"), STORED.values(), ids=STORED)
def test_what_git_stores_decides(found, home, convert, stored, codes):
    commit(stored)
    convert(home)
    check_out()
    assert Path(NAME).read_bytes() == crlf(with_lf(stored))
    for given in ([NAME], ["."], ["--stdin-filename", NAME]):
        assert found(*given, stdin=Path(NAME).read_bytes()) == codes


# name: (autocrlf, attributes, the bytes of the new file, whether PF009 is silent)
NEW = {
    "nothing is said": ("false", "", crlf(CLEAN), False),
    "autocrlf": ("true", "", crlf(CLEAN), True),
    "autocrlf in one direction": ("input", "", crlf(CLEAN), True),
    "autocrlf, in other words": ("yes", "", crlf(CLEAN), True),
    "text": ("false", "*.md text", crlf(CLEAN), True),
    "text, if Git says so": ("false", "*.md text=auto", crlf(CLEAN), True),
    "eol": ("false", "*.md eol=crlf", crlf(CLEAN), True),
    "no text": ("true", "*.md -text", crlf(CLEAN), False),
    "autocrlf, and a lone CR": ("true", "", crlf(CLEAN).replace(b"\r\nnumber", b"\rnumber"), False),
    "text, and a lone CR": ("false", "*.md text=auto", crlf(CLEAN).replace(b"\r\nnumber", b"\rnumber"), False),
    "other attributes": ("true", "*.md ident", crlf(CLEAN), True),
}


@pytest.mark.parametrize(("autocrlf", "attributes", "data", "silent"), NEW.values(), ids=NEW)
@pytest.mark.parametrize("staged", [False, True], ids=["new", "intent to add"])
def test_of_a_new_file_git_is_asked_what_it_will_store(found, home, autocrlf, attributes, data, silent, staged):
    setting("system", "autocrlf", autocrlf)(home)
    Path(".gitattributes").write_text(f"{attributes}\n")
    Path(NAME).write_bytes(data)
    if staged:
        git("add", "-N", NAME)
    assert found(NAME) == ([] if silent else ["PF009"])
    git("add", NAME)  # Git does what was foretold
    assert (b"\r" not in git("cat-file", "blob", f":{NAME}")) is silent


@pytest.mark.parametrize("where", ["no repository", "no Git", "Git fails"])
def test_without_an_answer_cr_lf_is_reported(found, tree, home, monkeypatch, where):
    setting("system", "autocrlf", "true")(home)
    Path(NAME).write_bytes(crlf(CLEAN))
    if where == "no repository":
        (tree / ".git").rename(tree / "git")
    elif where == "no Git":
        monkeypatch.setenv("PATH", "")
    else:
        (tree / ".git" / "index").write_bytes(b"no index")
    assert found(NAME) == ["PF009"]


FIXES = {
    "CR LF": (crlf(DIRTY), crlf(CLEAN)),
    "LF": (DIRTY, CLEAN),
    "both": (crlf(DIRTY).replace(b"\r\n", b"\n", 3), crlf(CLEAN).replace(b"\r\n", b"\n", 3)),
    "no final line break": (crlf(DIRTY)[:-2], crlf(CLEAN)),
}


@pytest.mark.parametrize(("before", "after"), FIXES.values(), ids=FIXES)
@pytest.mark.parametrize("reference", [False, True], ids=["fast path", "reference path"])
def test_a_fix_keeps_the_line_ends(run, tree, home, monkeypatch, before, after, reference):
    commit(DIRTY)
    setting("system", "autocrlf", "true")(home)
    Path(NAME).write_bytes(before)
    if reference:
        monkeypatch.setattr("pfocr_lint.workspace.many_files.fix_together", lambda *args: {})
    monkeypatch.chdir(tree)
    stream = run("--fix", "--stdin-filename", NAME, stdin=before)
    assert stream.out == after.decode()
    assert run("--fix", "--no-cache", NAME).status == 0
    assert Path(NAME).read_bytes() == after
    changes = [line for line in git("diff", "-U0").splitlines() if line[:1] in b"+-" and line[:3] not in (b"+++", b"---")]
    assert [line[1:] for line in changes] == [b"publisher_name: ' MDPI'", b"publisher_name: MDPI"]
    assert run("--fix", "--no-cache", NAME).status == 0
    assert Path(NAME).read_bytes() == after


def test_a_diff_is_the_one_of_git_and_applies(run, tree, home, monkeypatch):
    commit(DIRTY)
    setting("system", "autocrlf", "true")(home)
    check_out()
    monkeypatch.chdir(tree)
    patch = run("--diff", NAME).out
    assert "\r" not in patch
    subprocess.run(["git", "apply"], input=patch.encode(), check=True)
    assert Path(NAME).read_bytes() == crlf(CLEAN)


def test_waivers_keep_the_line_ends(run, tree, home, monkeypatch):
    commit(DIRTY)
    setting("system", "autocrlf", "true")(home)
    check_out()
    monkeypatch.chdir(tree)
    assert run("waive", "PF306", NAME, "--reason", "the publisher writes it so").status == 0
    data = Path(NAME).read_bytes()
    assert data.count(b"\r\n") == data.count(b"\n") == DIRTY.count(b"\n") + 1


def test_positions_are_those_of_the_file(run, tree, home, monkeypatch):
    commit(DIRTY)
    setting("system", "autocrlf", "true")(home)
    monkeypatch.chdir(tree)
    with_lines = json.loads(run("--output-format", "json", NAME).out)["diagnostics"]
    check_out()
    assert json.loads(run("--output-format", "json", NAME).out)["diagnostics"] == with_lines
    line = Path(NAME).read_bytes().split(b"\n")[with_lines[0]["line"] - 1]
    assert line[with_lines[0]["column"] - 1 : with_lines[0]["end_column"] - 1] == b" ", "the space of ' MDPI'"


def test_line_ends_of_the_work_tree_are_not_introduced(found, home):
    names = [name for name, text in (figure(1000001, 1), figure(1000001, 2)) for _ in [commit(text.encode(), name)]]
    for name, text in (page("Homo sapiens", "homo_sapiens"), page("Mus musculus", "mus_musculus")):
        commit(text.encode(), name)
    setting("system", "autocrlf", "true")(home)
    check_out(*names)
    assert found("--since", "HEAD", "--introduced") == []
    Path(names[0]).write_bytes(Path(names[0]).read_bytes().replace(b"publisher_name: MDPI", b"publisher_name: ' MDPI'"))
    assert found("--since", "HEAD", "--introduced") == ["PF306"]
    commit(crlf(figure(1000001, 2)[1].encode()), names[1])
    assert found("--since", "HEAD~1", "--introduced") == ["PF306", "PF009"]


def asked(monkeypatch) -> list[str]:
    """Count the listings that Git makes."""
    calls = []
    real = git_line_ends._output
    monkeypatch.setattr(git_line_ends, "_output", lambda top, *args: calls.append(args[0]) or real(top, *args))
    return calls


def many(data_of, count: int = cache.WORTH_A_CACHE + 20) -> list[str]:
    names = []
    for number in range(count):
        name = NAME.replace("PMC9405586", f"PMC{10_000_000 + number}")
        Path(name).write_bytes(data_of(CLEAN.replace(b"PMC9405586", b"PMC%d" % (10_000_000 + number))))
        names.append(name)
    git("-c", "core.autocrlf=false", "add", ".")
    git("commit", "-q", "-m", "records")
    return names


def test_no_blob_is_fetched(run, tree, home, monkeypatch):
    """In a partial clone with a sparse checkout, the index names files whose blobs are not there."""
    names = many(bytes)
    commit(CLEAN, "other/_figures/PMC1__x.md")
    git("config", "uploadpack.allowFilter", "true")
    setting("system", "autocrlf", "true")(home)
    git("clone", "-q", "--filter=blob:none", "--sparse", tree.as_uri(), "clone")
    monkeypatch.chdir(tree / "clone")
    git("sparse-checkout", "set", "other")
    name = "other/_figures/PMC1__x.md"
    assert b"\r\n" in Path(name).read_bytes()
    missing = git("rev-list", "--objects", "--all", "--missing=print").count(b"?")
    assert missing == len(names)
    monkeypatch.setattr(git_line_ends, "FEW", 0)
    assert "PF009" not in run("--output-format", "concise", ".").out
    assert git("rev-list", "--objects", "--all", "--missing=print").count(b"?") == missing


@pytest.mark.parametrize("start", [*(["fork"] if hasattr(os, "fork") else []), "spawn"])
def test_git_is_asked_once_a_run_and_only_where_there_is_cr_lf(run, tree, home, monkeypatch, start):
    names = many(bytes)
    monkeypatch.setenv("PFOCR_LINT_START", start)
    monkeypatch.chdir(tree)
    calls = asked(monkeypatch)
    flags = ("--no-cache", "--jobs", "2", "--output-format", "concise")
    assert run(*flags, ".").status == 0
    assert calls == []
    setting("system", "autocrlf", "true")(home)
    check_out(*names)
    assert run(*flags, ".").out == "No diagnostics in 320 records.\n"
    assert calls == ["ls-files"]
    assert run("--no-cache", "--jobs", "1", *names[:5]).status == 0
    assert calls == ["ls-files"] * 2


def test_the_cache_follows_git(run, tree, home, monkeypatch):
    """The same bytes with the same stamps have another result when Git's state is another."""
    monkeypatch.setattr(cache, "RACY", -1_000_000_000_000)
    names = many(bytes)
    setting("system", "autocrlf", "true")(home)
    check_out(*names)
    monkeypatch.chdir(tree)
    opened = []
    real = reading.load_as_it_is
    monkeypatch.setattr(reading, "load_as_it_is", lambda path: opened.append(path) or real(path))

    def codes() -> list[str]:
        opened.clear()
        out = run("--output-format", "json", "--jobs", "1", ".").out
        return [each["code"] for each in json.loads(out)["diagnostics"]]

    assert codes() == []
    assert codes() == []
    assert opened == [], "a work tree with CR LF is known too"
    stamps = [os.stat(name).st_mtime_ns for name in names]
    blob = git("hash-object", "-w", "--no-filters", names[0]).decode().strip()
    git("update-index", "--add", "--cacheinfo", f"100644,{blob},{names[0]}")
    assert codes() == ["PF009"]
    assert set(opened) == {names[0]}
    assert codes() == ["PF009"]
    assert opened == []
    git("add", "--renormalize", names[0])
    git("rm", "--cached", "-q", names[1])
    assert codes() == []
    (home / "system").write_text("")
    assert codes() == ["PF009"], "a file that is not in the index depends on the settings"
    assert [os.stat(name).st_mtime_ns for name in names] == stamps


def test_a_file_that_gets_cr_lf_is_not_the_known_one(run, tree, home, monkeypatch):
    monkeypatch.setattr(cache, "RACY", -1_000_000_000_000)
    names = many(bytes)
    monkeypatch.chdir(tree)
    assert run("--jobs", "1", ".").status == 0
    Path(names[0]).write_bytes(crlf(Path(names[0]).read_bytes()))
    assert run("--jobs", "1", ".").status == 0
    git("add", names[0])
    assert run("--jobs", "1", "--output-format", "concise", ".").out.count("PF009") == 1


ENDS = {
    "LF": (b"a\nb\n", b"a\nx\n", b"a\nx\n"),
    "CR LF": (b"a\r\nb\r\n", b"a\nx\ny\n", b"a\r\nx\r\ny\r\n"),
    "another text": (b"a\r\nc\r\n", b"x\n", b"x\n"),
    "no final end": (b"a\r\nb", b"a\nx", b"a\r\nx"),
    "a final end is added": (b"a\r\nb", b"a\nb\n", b"a\r\nb\r\n"),
    "both, more CR LF": (b"a\nb\r\nc\r\nd\n", b"a\nx\ny\nd\n", b"a\nx\r\ny\r\nd\n"),
    "both, more LF": (b"a\r\nb\nc\nd\n", b"a\nx\ny\nd\n", b"a\r\nx\ny\nd\n"),
    "both, a line less": (b"a\r\nb\nc\r\n", b"a\nc\n", b"a\r\nc\r\n"),
    "both, a final end is added": (b"a\nb\r\nc", b"a\nb\nc\n", b"a\nb\r\nc\r\n"),
    "both, the end changes": (b"a\nb\r\nc\r\nd", b"a\nb\nc\nx", b"a\nb\r\nc\r\nx"),
    "a CR before CR LF": (b"a\r\r\nb\n", b"a\nb\n", b"a\r\nb\n"),
}


@pytest.mark.parametrize(("given", "new", "written"), ENDS.values(), ids=ENDS)
def test_line_ends_are_given_back(tmp_path, given, new, written):
    old = b"a\nb\n" if given == b"a\r\nc\r\n" else with_lf(given)
    assert in_ends_of(given, old, new) == written
    if with_lf(given) == old:
        assert in_ends_of(given, old, old) == given
        path = tmp_path / "record"
        path.write_bytes(given)
        atomic_write.write(str(path), old, new)
        assert path.read_bytes() == written


def test_a_save_in_other_line_ends_and_with_other_text_is_kept(tmp_path):
    path = tmp_path / "record"
    path.write_bytes(b"a\r\nz\r\n")
    with pytest.raises(atomic_write.Changed):
        atomic_write.write(str(path), b"a\nb\n", b"a\nx\n")
    assert path.read_bytes() == b"a\r\nz\r\n"


def test_a_plan_is_applied_proven_and_undone_in_such_a_work_tree(run, tree, home):
    commit(DIRTY)
    (home / "global").write_text("[core]\nautocrlf = true\n")
    Path(NAME).write_bytes(crlf(DIRTY))
    assert run("plan", "-o", "p.jsonl", "--select", "PF306").status == 0
    assert run("apply", "p.jsonl").status == 0
    fixed = Path(NAME).read_bytes()
    assert fixed == crlf(fixed.replace(b"\r\n", b"\n")) != crlf(DIRTY)
    assert run("verify", "p.jsonl").status == 0
    assert run("undo", "p.jsonl").status == 0
    assert Path(NAME).read_bytes() == crlf(DIRTY)


@pytest.mark.parametrize(("autocrlf", "codes"), [("true", ["PF210", "PF306"]), ("false", ["PF009", "PF210", "PF306"])])
def test_an_editor_has_the_same_findings(tree, home, autocrlf, codes):
    commit(DIRTY if autocrlf == "true" else crlf(DIRTY))
    (home / "global").write_text(f"[core]\nautocrlf = {autocrlf}\n")
    Path(NAME).write_bytes(crlf(DIRTY))
    editor = Client(tree)
    text = crlf(DIRTY).decode()
    editor.open(NAME, text)
    found = editor.diagnostics(NAME, 1)
    line = text.split("\r\n").index("year: '2022'")
    digit = {"start": {"line": line, "character": 10}, "end": {"line": line, "character": 11}}
    editor.change(NAME, 2, {"range": digit, "text": "1"})
    found = editor.diagnostics(NAME, 2)
    assert sorted(each["code"] for each in found) == codes
    assert {each["range"]["start"]["line"] for each in found if each["code"] == "PF210"} == {line}
    editor.close()
    editor.end()


@pytest.mark.parametrize("stores_lf", [False, True])
def test_the_api_takes_what_git_stores_as_a_parameter(stores_lf):
    data = crlf(DIRTY)
    assert [each.code for each in pfocr_lint.check(NAME, data, stores_lf=stores_lf)] == ["PF009"] * (not stores_lf) + ["PF306"]
    fixed = pfocr_lint.fix(NAME, data, stores_lf=stores_lf)
    assert (fixed.left, fixed.data) == ((), crlf(CLEAN) if stores_lf else CLEAN)
    assert pfocr_lint.fix(NAME, crlf(CLEAN), stores_lf=True).data == crlf(CLEAN)
