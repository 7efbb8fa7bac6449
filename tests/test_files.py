"""The user's files: discovery, safe reading, atomic writes."""

from __future__ import annotations

import os
import socket
import stat

import pytest
from conftest import SEED, clean_text

from pfocr_lint.settings.model import DEFAULT
from pfocr_lint.workspace import atomic_write, discovery, many_files, one_file, source

FIGURE = f"_figures/{SEED}.md"
DIRTY = clean_text().replace("year: '2022'", "year: 2022").encode()


def test_records_are_found_in_folders(tmp_path, monkeypatch):
    for name in (
        "_figures/a.md", "_figures/a.txt", "_figures/.hidden.md", "_figures/below/b.md", "_organisms/o.md", "figures/f.yml", "figures/f.md",
        "_data/PMC1__a-genes.tsv", "_data/notes.tsv", ".git/_figures/x.md", "node_modules/_figures/x.md", "site/_figures/s.md", "README.md",
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    monkeypatch.chdir(tmp_path)
    found = [source.path for source in discovery.gather(["."], lambda _: DEFAULT)]
    assert found == ["_data/PMC1__a-genes.tsv", "_figures/a.md", "_organisms/o.md", "figures/f.yml", "site/_figures/s.md"]
    monkeypatch.chdir(tmp_path / "_figures")
    assert [source.path for source in discovery.gather(["."], lambda _: DEFAULT)] == ["a.md"]
    assert [source.path for source in discovery.gather(["a.md", "./a.md", "."], lambda _: DEFAULT)] == ["a.md"]
    assert [source.path for source in discovery.gather([str(tmp_path / "figures")], lambda _: DEFAULT)] == [
        f"{tmp_path}/figures/f.yml"
    ]


def reported(path) -> list[str]:
    return [f"{d.code} {d.message}" for d in many_files.process(source.Source(str(path)), one_file.Task()).left]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"word\r\ncaf\xe9ine\r\n", "PF002"),
        (b"\xff", "PF002"),
        (b"a\0b\n", "PF002"),
        (b"word\tname\r\n" + b"PLGA\tNA\r\n" * 120_000, "PF008"),
    ],
)
def test_a_table_that_cannot_be_read_is_one_finding_and_keeps_its_bytes(tmp_path, data, code):
    path = tmp_path / "_data" / "PMC1__x-chemicals.tsv"
    path.parent.mkdir()
    path.write_bytes(data)
    result = many_files.process(source.Source(str(path)), one_file.Task("fix", unsafe=True))
    assert ([each.code for each in result.left], result.fixed, result.notes, result.faults) == ([code], (), (), ())
    assert path.read_bytes() == data
    path.unlink()
    assert reported(path) == ["PF001 there is no such file"]


@pytest.mark.needs("links", "pipes")
def test_what_cannot_be_read_is_one_finding(tmp_path):
    folder = tmp_path / "repo" / "_figures"
    folder.mkdir(parents=True)
    (tmp_path / "repo" / ".git").mkdir()
    (tmp_path / "secret.md").write_bytes(DIRTY)
    (folder / "folder.md").mkdir()
    os.mkfifo(folder / "pipe.md")
    (folder / "out.md").symlink_to(tmp_path / "secret.md")
    (folder / "loop.md").symlink_to(folder / "loop.md")
    (folder / "gone.md").symlink_to(folder / "nothing.md")
    (folder / "real.md").write_bytes(DIRTY)
    (folder / "inside.md").symlink_to(folder / "real.md")
    listener = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(folder)
    try:
        listener.bind("socket.md")
    finally:
        os.chdir(here)
        listener.close()
    assert reported(folder / "missing.md") == ["PF001 there is no such file"]
    assert reported(folder / "folder.md") == ["PF001 it is a folder, not a file"]
    assert reported(folder / "pipe.md") == ["PF001 it is a pipe, not a file"]
    assert reported(folder / "out.md") == ["PF001 it is a link that leads out of the repository"]
    assert reported(folder / "gone.md") == ["PF001 there is no such file"]
    assert reported(folder / "loop.md")[0].startswith("PF001 it cannot be read: ")
    assert reported(folder / "socket.md")[0].startswith("PF001 it cannot be read: ")
    assert reported("/dev/null") == ["PF001 it is a device, not a file"]
    assert "PF105" in reported(folder / "inside.md")[1]
    assert reported(folder / "a\0b.md")[0].startswith("PF001 it cannot be read: ")


def test_a_huge_file_is_not_read_whole(tmp_path):
    path = tmp_path / "_figures" / "huge.md"
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(2 << 30)
    assert reported(path) == ["PF008 the file has more than 1,048,576 bytes"]


def test_writing_keeps_the_mode_and_leaves_nothing_beside(tmp_path):
    path = tmp_path / "x.md"
    path.write_bytes(b"old")
    path.chmod(0o640)
    atomic_write.write(str(path), b"old", b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["x.md"]


@pytest.mark.needs("permissions")
def test_a_write_protected_file_is_left(repository, run):
    path = repository / FIGURE
    text = path.read_text().replace("figtype: Figure", "figtype: Scheme")
    path.write_text(text)
    path.chmod(0o444)
    result = run("--fix", "-q", "_figures")
    assert result.status == 1
    assert result.err == f"pfocr-lint: {FIGURE}: it could not be written and is left as it is: it is write-protected\n"
    assert path.read_text() == text


@pytest.mark.needs("links")
def test_a_link_is_written_through(tmp_path):
    (tmp_path / "x.md").write_bytes(b"old")
    (tmp_path / "link.md").symlink_to(tmp_path / "x.md")
    atomic_write.write(str(tmp_path / "link.md"), b"old", b"new")
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "x.md").read_bytes() == b"new"


def test_a_file_that_changed_since_it_was_read_is_left(tmp_path, monkeypatch, run):
    path = tmp_path / FIGURE
    path.parent.mkdir()
    path.write_bytes(DIRTY)
    real = one_file.fixer.fix_until_stable

    def slow(*args, **options):
        path.write_bytes(b"somebody else's")
        return real(*args, **options)

    monkeypatch.setattr(many_files, "fix_together", lambda *_: {})
    monkeypatch.setattr(one_file.fixer, "fix_until_stable", slow)
    result = run("--fix", FIGURE, "--output-format", "concise")
    assert path.read_bytes() == b"somebody else's"
    assert result.status == 1
    assert "PF105" in result.out, "findings that were not fixed are reported"
    assert result.err == f"pfocr-lint: {FIGURE}: another program changed it in the meantime, so it is left as it is\n"
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_bytes(tmp_path, monkeypatch, run, step):
    path = tmp_path / FIGURE
    path.parent.mkdir()
    path.write_bytes(DIRTY)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_write, "exchange", lambda *_: False)
    monkeypatch.setattr(os, step, full)
    result = run("--fix", FIGURE, "-q", "--output-format", "concise")
    assert path.read_bytes() == DIRTY
    assert os.listdir(path.parent) == [path.name]
    assert result.status == 1
    assert result.err.endswith("it could not be written and is left as it is: No space left on device\n")


def test_a_fault_is_reported_with_status_three(tmp_path, monkeypatch, run):
    path = tmp_path / FIGURE
    path.parent.mkdir()
    path.write_bytes(DIRTY)
    monkeypatch.setattr(many_files, "fix_together", lambda *_: {})
    monkeypatch.setattr(one_file.fixer, "verify", lambda *_: "it is not so")
    result = run("--fix", FIGURE, "-q", "--output-format", "concise")
    assert result.status == 3
    assert path.read_bytes() == DIRTY
    assert "PF105" in result.out
    assert result.err == f"pfocr-lint: {FIGURE}: a fix of PF105 was not made: it is not so\n"
