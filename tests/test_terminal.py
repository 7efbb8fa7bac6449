"""Output on a terminal: untrusted text gives no control characters, in any stream and with any flag."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
from functools import partial
from typing import NamedTuple

import pytest
from conftest import clean_text
from hypothesis import example, given
from hypothesis import settings as limit
from readers import Page
from test_action import obeyed
from test_formats import TEXT, shown
from test_repository import figure, page, write

from pfocr_lint.cli import main
from pfocr_lint.integrations import github
from pfocr_lint.report import FORMATS, reporter, unified
from pfocr_lint.workspace import settings_files

EVIL = ["\x1b[31mred\x1b]0;title\x07", "\x9b2J\x9d0;t\x9c", "\u202egpj\u2066", "\r\x08\x7f", "::error::x", "a\u2028b\x85c"]
COLOR = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Ran(NamedTuple):
    status: int
    out: str
    err: str


def on_a_terminal(*argv: str, stdin: bytes = b"", out: type[io.StringIO] = Terminal) -> Ran:
    """Run the command in this process, with terminals as its streams."""
    settings_files.discover.cache_clear()
    streams = main.Streams(io.TextIOWrapper(io.BytesIO(stdin)), out(), Terminal())
    return Ran(main.main(list(argv), streams), streams.stdout.getvalue(), streams.stderr.getvalue())


def harmless(ran: Ran, *, painted: bool = False) -> bool:
    """Whether a text has no control characters except the colours of pfocr-lint."""
    texts = [COLOR.sub("", text) if painted else text for text in ran[1:]]
    return all(char.isprintable() or char in "\n\u00a0" for text in texts for char in text)


pytestmark = pytest.mark.needs("bytes", "links")  # the names of files in the repository of all tests


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A repository with hostile names, texts, keys and comments."""
    tmp_path, monkeypatch = tmp_path_factory.mktemp("hostile"), pytest.MonkeyPatch()
    for key, value in {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
                       "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}.items():  # fmt: skip
        monkeypatch.setenv(key, value)
    git = partial(subprocess.run, check=True, capture_output=True, cwd=tmp_path)
    write(tmp_path, page("Homo sapiens", "human"))
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
        git(["git", *command])
    for number, text in enumerate(EVIL):
        name, data = figure(
            1000001 + number, figtype="Scheme", figtitle=f"A title {text} of it", caption=f"{text} \\", seo=text, organisms=[text]
        )
        data = data.replace("seo:", f"{json.dumps(text)}: {json.dumps(text)}\nndex{number}: ''\nseo:")
        if text == EVIL[2]:  # YAML allows it unquoted
            data = data.replace("figtype: Scheme", f"figtype: Scheme # {text}")
        write(tmp_path, (name, data), (f"_figures/{text}.md", data), (f"{text}/_figures/x.md", "---\n- x: [" + text))
        write(
            tmp_path,
            (f"_data/PMC{1000001 + number}__g001-genes.tsv", f"{text}\t{text}\n"),
            (f"figures/{text}.yml", f"---\n{text}: {text}\n---\n"),
        )
    write(tmp_path, (f"_figures/{os.fsdecode(bytes([0xFF, 0x9B]))}.md", clean_text()))
    (tmp_path / "_figures" / f"{EVIL[0]}-link.md").symlink_to(f"/{EVIL[1]}")
    yield tmp_path
    monkeypatch.undo()


@pytest.fixture(autouse=True)
def here(made, monkeypatch):
    monkeypatch.chdir(made)


@pytest.fixture
def hostile(made, tmp_path, monkeypatch):
    """A writable copy."""
    shutil.copytree(made, tmp_path / "copy", symlinks=True)
    monkeypatch.chdir(tmp_path / "copy")
    return tmp_path / "copy"


FLAGS = [
    *(["--output-format", form] for form in FORMATS), ["--diff"], ["--diff", "--unsafe-fixes"], ["--show-files"], ["--statistics"],
    ["--statistics", "--output-format", "json"], ["-v"], ["-q"], ["--since", "HEAD"], ["--since", "HEAD", "--introduced"],
    ["--color", "always"], ["--jobs", "2"],
]  # fmt: skip


@pytest.mark.parametrize("flags", FLAGS, ids=" ".join)
def test_no_control_character_of_the_records_is_written(flags):
    ran = on_a_terminal(".", *flags)
    assert ran.status == (0 if "--show-files" in flags else 1)
    assert len(ran.out) > 100
    assert harmless(ran, painted=not {"--diff", "--show-files", *FORMATS} - {"full", "concise"} & {*flags})


@pytest.mark.parametrize("color", ["always", "never"])
def test_colours_are_the_only_control_sequences(color):
    ran = on_a_terminal(".", "--color", color)
    assert harmless(ran, painted=True)
    assert harmless(ran) is (color == "never")


def test_a_progress_bar_names_no_file(hostile):
    write(hostile, *((f"_figures/{EVIL[0]}{number}.md", "x") for number in range(reporter.PROGRESS_FROM)))
    ran = on_a_terminal("_figures", "--select", "PF001", "--jobs", "1")
    assert all(char.isprintable() or char in "\n\r" for char in COLOR.sub("", ran.err).replace("\x1b[A", ""))


ARGUMENTS = [
    ["{}"], ["{}.md"], ["--{}"], ["--{}=x", "."], ["--select", "{}"], ["--ignore", "PF1,{}"], ["--output-format", "{}"], ["--output-format", "json:{}/x"],
    ["--output-format", "{}:"], ["--explain", "{}"], ["--jobs", "{}"], ["--since", "{}"], ["--settings-from", "{}"], ["--config", "{}"],
    ["--fail-on", "{}"], ["--color", "{}"], ["@{}"], ["--select", "PF2", "--stdin-filename", "{}", "x"], ["--show-files", "{}"], ["--stdin-filename", "{}"],
    ["-{}"], [".", "--since", "HEAD", "{}"],
]  # fmt: skip


@pytest.mark.parametrize("argv", ARGUMENTS, ids=" ".join)
def test_no_control_character_of_the_command_line_is_written(argv):
    ran = on_a_terminal(*(arg.replace("{}", "".join(EVIL)) for arg in argv))
    assert ran.status == 2
    assert harmless(ran, painted=True)


def test_no_control_character_of_the_fixes_is_written(hostile):
    ran = on_a_terminal(".", "--fix", "--unsafe-fixes")
    assert "fixed." in ran.out
    assert harmless(ran, painted=True)


SETTINGS = [
    "{} = 1", '"{}" = 1', 'select = ["{}"]', 'exclude = ["{}"]', 'organisms = "{}"', 'required-version = "{}"', '[severity]\n"{}" = "off"',
    '[severity]\nPF101 = "{}"', '[per-file-ignores]\n"{}" = 1', '[per-file-ignores]\n"{}" = ["PF101"]', '[organism-synonyms]\n"{}" = 1',
    '[organism-synonyms]\n"{}" = "{}"', '[organism-synonyms]\n"Pig {}" = "Sus {}"', "select = '{}", "# {}",
]  # fmt: skip


@pytest.mark.parametrize("file", SETTINGS)
def test_no_control_character_of_the_settings_is_written(tmp_path, file):
    for number, text in enumerate(EVIL):
        for literal in (text, "".join(f"\\U{ord(char):08x}" for char in text)):
            folder = tmp_path / f"{number}{len(literal)}{text}"
            write(folder, ("pfocr-lint.toml", file.replace("{}", literal)), ("_figures/x.md", clean_text()))
            for flag in ("--show-settings", "--show-files"):
                assert harmless(on_a_terminal(str(folder), flag), painted=True)


def test_settings_that_are_shown_are_json(hostile):
    write(hostile, ("pfocr-lint.toml", '[organism-synonyms]\n"Pig \\u009b é" = "Sus \\u202e"\n'))
    shown_there = dict(line.partition("  # ")[0].split(" = ", 1) for line in on_a_terminal("--show-settings").out.splitlines())
    assert json.loads(shown_there["organism-synonyms"])["Pig \x9b é"] == "Sus \u202e"
    assert "é" in shown_there["organism-synonyms"]


@pytest.mark.parametrize(("text", "readable"), [(EVIL[0], False), (EVIL[1], False), (EVIL[2], True)])
def test_a_record_from_standard_input_is_fixed_byte_by_byte_and_shown_safely(text, readable):
    data = figure(1000001, figtype="Scheme", figtitle="A title of it")[1].replace("ndex: ''", f"ndex: '' # {text}").encode()
    argv = ("--fix", "--isolated", "--select", "PF208", "--stdin-filename", figure(1000001)[0])
    for flags in (argv, ("--diff", *argv[1:])):
        seen, piped = on_a_terminal(*flags, stdin=data), on_a_terminal(*flags, stdin=data, out=io.StringIO)
        assert harmless(seen, painted=True)
        assert seen.out.split("\n") == [shown(line) for line in piped.out.split("\n")]
    expected = data.replace(b"figtype: Scheme", b"figtype: Figure") if readable else data
    assert on_a_terminal(*argv, stdin=data, out=io.StringIO).out.encode() == expected


def test_a_patch_for_a_file_can_be_applied(hostile):
    """With all kinds of names and texts; a terminal would get another text."""
    patch = on_a_terminal("--diff", ".", "--select", "PF208", out=io.StringIO).out
    assert not harmless(Ran(0, patch, ""))
    (hostile / "x.patch").write_bytes(patch.encode())
    before = {path: path.read_bytes() for path in hostile.rglob("*.md") if path.is_file()}
    subprocess.run(["git", "apply", "x.patch"], check=True)
    changed = {path for path, data in before.items() if path.read_bytes() != data}
    assert len(changed) == patch.count("\n+++ ") > 5
    again = on_a_terminal("--diff", ".", "--select", "PF208", out=io.StringIO)
    assert again.out == ""


@limit(max_examples=60)
@given(TEXT, TEXT)
def test_messages_of_the_action_are_only_text(one, other):
    for level in ("error", "notice"):
        log = io.StringIO()
        github._write_annotation(f"{one}\n{other}", level, log)
        want = "\n".join(shown(line) for line in f"{one}\n{other}".split("\n"))
        assert obeyed(log.getvalue()) == [(level, {"title": "pfocr-lint"}, want)]
    log = io.StringIO()
    github._write_inert(f"{one}\n::{other}::\n::error::{one}\n##[error]{other}", log)
    assert obeyed(log.getvalue()) == []
    assert Page(github._problem(f"{one}\n{other}")).spans == [shown(line) or " " for line in f"{one}\n{other}".split("\n")]


@limit(max_examples=60)
@given(TEXT, TEXT)
@example("x", "\n```\n~~~\n</pre>")
def test_a_patch_on_the_page_comes_back_to_the_letter_or_is_left_out(name, text):
    path = f"_figures/{name.replace('/', '').encode(errors='ignore').decode()}.md"
    clean = text.encode(errors="ignore").decode()
    patch = unified(path, f"a: {clean}\nb: 1\n", f"a: {clean}\nb: 2\n")
    offered = Page(github._offer([("", patch)], 100_000))
    kept = all(char.isprintable() or char in "\n\t\u00a0" for char in patch)
    assert offered.spans == (["fix.patch", "git apply fix.patch", patch] if kept else ["pfocr-lint --fix"])
    assert offered.tags <= {"h3", "p", "code", "pre", "strong"}
