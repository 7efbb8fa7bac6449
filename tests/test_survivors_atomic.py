"""Tests for mutants of the atomic write, which survived the other tests in `make mutate`."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import stat
import sys
import threading

import pytest

from pfocr_lint.workspace import atomic_write

fcntl = pytest.importorskip("fcntl")
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can exchange names")
LEFT = ".pfocr-lint-0123456789abcdef.tmp"


@pytest.fixture
def path(tmp_path):
    (tmp_path / "x.md").write_bytes(b"old")
    return tmp_path / "x.md"


def contents(folder):
    return {name: (folder / name).read_bytes() for name in sorted(os.listdir(folder))}


@on_linux
def test_names_are_exchanged_at_once(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    path.with_name("y.md").write_bytes(b"other")
    assert atomic_write.exchange("x.md", "y.md") is True
    assert contents(path.parent) == {"x.md": b"other", "y.md": b"old"}
    assert atomic_write.exchange(str(path), "y.md") is True
    assert atomic_write.exchange("x.md", "missing.md") is False
    assert contents(path.parent) == {"x.md": b"old", "y.md": b"other"}


def raises(error):
    def call(*_):
        raise error

    return call


@pytest.mark.parametrize(
    "without",
    [
        lambda patch: patch.setattr(sys, "platform", "darwin"),
        lambda patch: patch.setattr(ctypes, "CDLL", raises(OSError())),
        lambda patch: patch.setattr(ctypes, "CDLL", lambda _: object()),
        lambda patch: patch.setitem(sys.modules, "ctypes", None),
    ],
    ids=["another system", "no C library", "an old C library", "no ctypes"],
)
def test_where_names_cannot_be_exchanged_the_file_is_renamed_over(path, monkeypatch, without):
    atomic_write._c_function.cache_clear()
    with monkeypatch.context() as patch:
        without(patch)
        assert atomic_write._c_function("renameat2") is None
        atomic_write.write(str(path), b"old", b"new")
    atomic_write._c_function.cache_clear()
    assert contents(path.parent) == {"x.md": b"new"}


@pytest.mark.needs("links", "pipes")
@pytest.mark.parametrize(
    ("make", "data", "holds"),
    [
        (lambda path: path.write_bytes(b"old"), b"old", True),
        (lambda path: path.write_bytes(b""), b"", True),
        (lambda path: path.write_bytes(b"older"), b"old", False),
        (lambda path: path.write_bytes(b"ol"), b"old", False),
        (lambda path: path.write_bytes(b"odd"), b"old", False),
        (lambda path: path.write_bytes(b""), b"old", False),
        (lambda path: None, b"", False),
        (lambda path: path.mkdir(), b"", False),
        (getattr(os, "mkfifo", None), b"", False),
        (lambda path: (path.with_name("to").write_bytes(b"old"), path.symlink_to("to")), b"old", False),
    ],
    ids=["equal", "empty", "longer", "shorter", "other", "emptied", "missing", "a folder", "a pipe", "a link"],
)  # fmt: skip
def test_only_a_file_with_these_bytes_holds_them(tmp_path, make, data, holds):
    path, found = tmp_path / "x.md", []
    make(path)
    thread = threading.Thread(target=lambda: found.append(atomic_write._holds(str(path), data)), daemon=True)
    thread.start()
    thread.join(5)
    assert found == [holds], "a pipe without a writer must not hold the run up"


def test_bytes_that_come_and_go_in_pieces(path, monkeypatch):
    read, write = os.read, os.write
    monkeypatch.setattr(os, "read", lambda handle, count: read(handle, min(count, 1)))
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data[:2])))
    atomic_write.write(str(path), b"old", b"new bytes")
    monkeypatch.undo()
    assert contents(path.parent) == {"x.md": b"new bytes"}


def test_a_file_that_cannot_be_read_or_shrinks_does_not_hold_its_bytes(path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(os, "read", raises(OSError(errno.EIO, "")))
        assert atomic_write._holds(str(path), b"old") is False
    with monkeypatch.context() as patch:
        patch.setattr(os, "read", lambda *_: b"")
        assert atomic_write._holds(str(path), b"old") is False


def test_what_is_not_a_file_is_not_written(path, tmp_path):
    with pytest.raises(atomic_write.Changed):
        atomic_write.write(str(tmp_path / "missing.md"), b"", b"new")
    with pytest.raises(atomic_write.Changed):
        atomic_write._status(str(tmp_path))
    assert contents(tmp_path) == {"x.md": b"old"}


@pytest.mark.needs("permissions")
@pytest.mark.parametrize(
    ("mode", "writable"), [(0o555, False), (0o445, False), (0o400, False), (0o200, True), (0o060, True), (0o002, True)]
)
def test_a_file_that_no_one_may_write_is_left(path, mode, writable):
    path.chmod(mode)
    with contextlib.nullcontext() if writable else pytest.raises(PermissionError, match="it is write-protected"):
        assert stat.S_IMODE(atomic_write._status(str(path)).st_mode) == mode


@pytest.mark.needs("permissions")
def test_new_bytes_are_private_and_on_disk_before_they_have_the_name(path, monkeypatch):
    path.chmod(0o664)
    events = []

    def log(name, real):
        def call(*args):
            mode = stat.S_IMODE(os.fstat(args[0]).st_mode) if isinstance(args[0], int) else None
            events.append((name, mode) if name != "fchown" else (name, args[1:]))
            return real(*args)

        return call

    for name in ("fchown", "fchmod", "fsync"):
        monkeypatch.setattr(os, name, log(name, getattr(os, name)))
    monkeypatch.setattr(atomic_write, "exchange", log("exchange", atomic_write.exchange))
    owner = path.stat()
    atomic_write.write(str(path), b"old", b"new")
    assert events == [("fchown", (owner.st_uid, owner.st_gid)), ("fchmod", 0o600), ("fsync", 0o664), ("exchange", None)]


@pytest.mark.needs("permissions")
@pytest.mark.parametrize("missing", ["fchmod", "fchown"])
def test_a_system_without_owners_or_modes_of_handles(path, monkeypatch, missing):
    monkeypatch.delattr(os, missing)
    atomic_write.write(str(path), b"old", b"new")
    assert contents(path.parent) == {"x.md": b"new"}


def test_a_folder_is_flushed_after_its_files(tmp_path, monkeypatch):
    flushed = []
    monkeypatch.setattr(os, "fsync", lambda handle: flushed.append((os.fstat(handle).st_ino, os.listdir(tmp_path))))
    (tmp_path / LEFT).write_bytes(b"")
    atomic_write.tidy(str(tmp_path))
    assert flushed == [(tmp_path.stat().st_ino, [])]


@pytest.mark.needs("proc")
@on_linux
def test_no_handle_stays_open(path):
    before = len(os.listdir("/proc/self/fd"))
    atomic_write.write(str(path), b"old", b"new")
    with pytest.raises(atomic_write.Changed):
        atomic_write.write(str(path), b"old", b"new")
    atomic_write.tidy(str(path.parent))
    assert len(os.listdir("/proc/self/fd")) == before


# ---- a save during a write


def saving(path, answers, monkeypatch, real=atomic_write.exchange):
    """Exchange function: another process may save before each call; None for the real answer."""

    def exchange(one, other):
        saved, answer = answers.pop(0)
        if saved is not None:
            path.write_bytes(saved)
        return real(one, other) if answer is None else answer

    monkeypatch.setattr(atomic_write, "exchange", exchange)


def test_a_file_that_changed_is_not_even_exchanged(path, monkeypatch):
    monkeypatch.setattr(atomic_write, "exchange", lambda *_: pytest.fail("the names were exchanged"))
    with pytest.raises(atomic_write.Changed):
        atomic_write.write(str(path), b"older", b"new")
    assert contents(path.parent) == {"x.md": b"old"}


def test_a_save_before_the_rename_is_kept(path, monkeypatch):
    saving(path, [(b"saved", False)], monkeypatch)
    with pytest.raises(atomic_write.Changed):
        atomic_write.write(str(path), b"old", b"new")
    assert contents(path.parent) == {"x.md": b"saved"}


@on_linux
def test_a_save_goes_back_by_a_rename_where_the_second_exchange_fails(path, monkeypatch):
    saving(path, [(b"saved", None), (None, False)], monkeypatch)
    with pytest.raises(atomic_write.Changed):
        atomic_write.write(str(path), b"old", b"new")
    assert contents(path.parent) == {"x.md": b"saved"}


@on_linux
def test_of_two_saves_the_last_has_a_name_of_its_own(path, monkeypatch):
    saving(path, [(b"first", None), (b"second", None)], monkeypatch)
    with pytest.raises(atomic_write.Changed, match=r"is kept as .*/\.pfocr-lint-[0-9a-f]{16}\.saved$") as caught:
        atomic_write.write(str(path), b"old", b"new")
    kept = re.search(r"is kept as .*/(.*)$", str(caught.value))[1]
    assert contents(path.parent) == {"x.md": b"first", kept: b"second"}


# ---- locks


def test_without_an_exchange_a_write_waits_until_it_is_alone(path, monkeypatch):
    monkeypatch.setattr(atomic_write, "exchange", lambda *_: False)
    monkeypatch.setattr(atomic_write, "PATIENCE", 0.01)
    with atomic_write._folder(str(path.parent)), pytest.raises(OSError, match="another run holds the folder"):
        atomic_write.write(str(path), b"old", b"new")
    assert contents(path.parent) == {"x.md": b"old"}
    atomic_write.write(str(path), b"old", b"new")
    assert contents(path.parent) == {"x.md": b"new"}


def test_a_lock_that_is_free_a_moment_later_is_waited_for(path, monkeypatch):
    answers, slept = [BlockingIOError(), BlockingIOError()], []

    def flock(*_):
        if answers:
            raise answers.pop()

    monkeypatch.setattr(fcntl, "flock", flock)
    monkeypatch.setattr(atomic_write.time, "sleep", slept.append)
    atomic_write.write(str(path), b"old", b"new")
    assert len(slept) == 2
    assert contents(path.parent) == {"x.md": b"new"}


@pytest.mark.parametrize("exchanges", [True, False])
@pytest.mark.parametrize(
    "without",
    [
        lambda patch: patch.setattr(fcntl, "flock", raises(OSError(errno.ENOLCK, ""))),
        lambda patch: patch.setitem(sys.modules, "fcntl", None),
    ],
    ids=["a file system without locks", "a system without locks"],
)
def test_without_locks_files_are_written_and_nothing_is_tidied(path, monkeypatch, without, exchanges):
    (path.parent / LEFT).write_bytes(b"half")
    with monkeypatch.context() as patch:
        without(patch)
        if not exchanges:
            patch.setattr(atomic_write, "exchange", lambda *_: False)
        atomic_write.write(str(path), b"old", b"new")
        atomic_write.tidy(str(path.parent))
    assert contents(path.parent) == {LEFT: b"half", "x.md": b"new"}


def test_a_system_whose_folders_have_no_handles(path, monkeypatch):
    name, folder = str(path), str(path.parent)
    monkeypatch.setattr(atomic_write, "exchange", lambda *_: False)
    with monkeypatch.context() as patch:
        patch.setattr(atomic_write, "_WINDOWS", True)
        with atomic_write._folder(folder) as lock:
            pass
        atomic_write.write(name, b"old", b"new")
    assert lock is None
    assert contents(path.parent) == {"x.md": b"new"}
