"""What other systems lack, on this one: each test takes something away that Windows or macOS does not have."""

from __future__ import annotations

import errno
import io
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import SEED, clean_text

from pfocr_lint.cli import main
from pfocr_lint.workspace import atomic_write, paths, reading, signals, source, stamps, workers

NAME = f"_figures/{SEED}.md"
DIRTY = clean_text().replace("publisher_name: MDPI", "publisher_name: ' MDPI'")
BESIDE = f".pfocr-lint-{'0' * 16}.tmp"


def windows(monkeypatch) -> None:
    """Files as on Windows: no exchange of names, no locks, no modes and owners, no folder that can be opened."""
    monkeypatch.setattr(atomic_write, "_WINDOWS", True)
    monkeypatch.setattr(atomic_write, "_c_function", lambda name: None)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    for name in ("fchmod", "fchown", "syncfs"):
        monkeypatch.delattr(os, name, raising=False)
    real_open, real_sync = os.open, os.fsync

    def opened(path, flags, *args, **more):
        if os.path.isdir(path):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real_open(path, flags, *args, **more)

    def flushed(handle):
        os.write(handle, b"")  # Windows flushes no file that is open for reading
        real_sync(handle)

    monkeypatch.setattr(os, "open", opened)
    monkeypatch.setattr(os, "fsync", flushed)


def macos(monkeypatch) -> None:
    """Files as on macOS: locks and modes, but no exchange of names and no flush of one file system."""
    monkeypatch.setattr(atomic_write, "_c_function", lambda name: None)


SYSTEMS = {"Windows": windows, "macOS": macos}


@pytest.fixture
def records(tmp_path):
    """Some records with a fix."""
    (tmp_path / "_figures").mkdir()
    names = [NAME.replace("PMC9405586", f"PMC{number}") for number in range(1, 6)]
    for number, name in enumerate(names, 1):
        (tmp_path / name).write_bytes(DIRTY.replace("PMC9405586", f"PMC{number}").encode())
    return [tmp_path / name for name in names]


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS)
@pytest.mark.parametrize("reference", [False, True], ids=["together", "one by one"])
def test_files_are_fixed(run, records, monkeypatch, system, reference):
    if reference:
        monkeypatch.setattr("pfocr_lint.workspace.many_files.fix_together", lambda *args: {})
    system(monkeypatch)
    result = run("--fix", "--select", "PF306", "--no-cache", ".")
    assert (result.status, result.err) == (0, "")
    assert all(b"publisher_name: MDPI" in path.read_bytes() for path in records)
    assert sorted(records[0].parent.iterdir()) == sorted(records), "no second file is left"


def refusing(monkeypatch, times: int, meanwhile=lambda: None) -> list[str]:
    """Let Windows refuse to rename over a file that is open, so many times."""
    tried = []
    real = os.replace

    def replace(old, new):
        tried.append(new)
        if len(tried) <= times:
            meanwhile()
            raise PermissionError(errno.EACCES, "Access is denied")
        real(old, new)

    monkeypatch.setattr(os, "replace", replace)
    return tried


@pytest.mark.parametrize(("times", "written"), [(1, True), (3, True), (1_000_000, False)])
def test_a_file_that_another_program_has_open(run, records, monkeypatch, times, written):
    windows(monkeypatch)
    monkeypatch.setattr(atomic_write, "OPEN", 0.1)
    tried = refusing(monkeypatch, times)
    before = records[0].read_bytes()
    result = run("--fix", "--select", "PF306", "--no-cache", str(records[0]))
    assert len(tried) > 1
    assert result.status == (0 if written else 1)
    assert result.err == (
        ""
        if written
        else f"pfocr-lint: {records[0].as_posix()}: it could not be written and is left as it is: another program has it open\n"
    )
    assert (records[0].read_bytes() == before) is not written
    assert sorted(records[0].parent.iterdir()) == sorted(records)


def test_what_that_program_saves_is_kept(records, monkeypatch):
    windows(monkeypatch)
    path = records[0]
    refusing(monkeypatch, 1, meanwhile=lambda: path.write_bytes(b"saved"))
    with pytest.raises(atomic_write.Changed):
        atomic_write.write(str(path), path.read_bytes(), b"fixed")
    assert path.read_bytes() == b"saved"


def test_elsewhere_a_refusal_is_final(records, monkeypatch):
    macos(monkeypatch)
    tried = refusing(monkeypatch, 1)
    with pytest.raises(PermissionError):
        atomic_write.write(str(records[0]), records[0].read_bytes(), b"fixed")
    assert len(tried) == 1


@pytest.mark.parametrize(("age", "left"), [(0, True), (atomic_write.LEFT - 60, True), (atomic_write.LEFT + 60, False)])
def test_without_locks_only_old_second_files_are_removed(tmp_path, monkeypatch, age, left):
    windows(monkeypatch)
    beside, other = tmp_path / BESIDE, tmp_path / "other.tmp"
    for path in (beside, other):
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
    atomic_write.tidy(str(tmp_path))
    assert (beside.exists(), other.exists()) == (left, True)


@pytest.mark.parametrize(
    ("make", "reason"), [(Path.mkdir, "it is a folder, not a file"), (Path.touch, "its permissions forbid reading it")]
)
def test_windows_opens_no_folder(tmp_path, monkeypatch, make, reason):
    path = tmp_path / "x.md"
    make(path)

    def refuse(*args):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(reading, "_opened", refuse)
    with pytest.raises(reading.Unreadable, match=reason):
        reading.load(str(path))


@pytest.mark.parametrize("start", ["spawn", "fork"])
def test_processes_that_are_not_forked(run, tmp_path, monkeypatch, start):
    if start == "fork" and not hasattr(os, "fork"):
        pytest.skip("this system forks no process")
    monkeypatch.setenv("PFOCR_LINT_START", start)
    (tmp_path / "_figures").mkdir()
    for number in range(1, 41):
        (tmp_path / NAME.replace("PMC9405586", f"PMC{number}")).write_text(
            DIRTY.replace("PMC9405586", f"PMC{number}"), encoding="utf-8"
        )
    result = run("--jobs", "2", "--no-cache", "--fix", "--select", "PF306", ".")
    assert (result.status, result.err) == (0, "")
    assert "40 fixed." in result.out


def test_no_more_processes_than_the_system_can_wait_for(monkeypatch):
    monkeypatch.setattr(workers, "MOST", 1)
    crew = workers._Crew(len, 4)
    try:
        assert len(crew.workers) == 1
    finally:
        crew.end()


def test_signals_that_the_system_lacks(monkeypatch):
    monkeypatch.delattr(signals.signal, "pthread_sigmask", raising=False)
    handled = []
    monkeypatch.setattr(signals.signal, "signal", lambda number, what: handled.append(number))
    with signals.blocked():
        signals.handle_signals_in_worker()
    assert handled == list(signals._ENDING)


def test_numbers_of_files_may_be_large(monkeypatch, tmp_path):
    status = os.stat(tmp_path)
    large = SimpleNamespace(st_size=1, st_mtime_ns=2, st_ctime_ns=3, st_ino=(1 << 100) + 7, st_mode=0o100644)
    monkeypatch.setattr(stamps.os, "lstat", lambda path: large)
    assert list(stamps.stamps_of(["x"])) == [1, 2, 3, 7]
    assert status.st_ino


def test_a_path_on_another_drive_stays_whole(monkeypatch):
    def refuse(*args):
        raise ValueError("path is on mount 'C:', start on mount 'D:'")

    assert paths.relative("a/b", "a") == "b"
    monkeypatch.setattr(os.path, "relpath", refuse)
    assert paths.relative("a/b", "c") == os.path.abspath("a/b")


def test_paths_are_shown_with_slashes(monkeypatch):
    monkeypatch.setattr(source, "os", SimpleNamespace(sep="\\"))
    shown = [source.posix(path) for path in (r".\_figures\x.md", r"C:\records\_figures", ".\\")]
    assert shown == ["_figures/x.md", "C:/records/_figures", "."]


@pytest.mark.parametrize(
    ("system", "number", "status"), [("win32", errno.EINVAL, 1), ("linux", errno.EINVAL, 2), ("win32", errno.ENOSPC, 2)]
)
def test_a_closed_output_on_windows(monkeypatch, system, number, status):
    """Windows says that the argument is invalid where others say that the pipe is broken."""

    class Closed(io.StringIO):
        def flush(self):
            raise OSError(number, os.strerror(number))

        def fileno(self):
            return handle

    handle = os.open(os.devnull, os.O_WRONLY)
    streams = {"stdin": io.StringIO(), "stdout": Closed(), "stderr": io.StringIO()}
    monkeypatch.setattr(main, "sys", SimpleNamespace(argv=["pfocr-lint", "--version"], platform=system, exit=sys.exit, **streams))
    monkeypatch.setattr(main, "main", lambda argv, streams: 0)
    monkeypatch.setattr(signals, "handle_signals", lambda: None)
    monkeypatch.setattr(workers, "tune", lambda: None)
    monkeypatch.setattr(main, "gc", SimpleNamespace(freeze=lambda: None))
    try:
        with pytest.raises(SystemExit) as ended:
            main.run()
    finally:
        os.close(handle)
    assert ended.value.code == status
    assert bool(streams["stderr"].getvalue()) is (status == 2)
