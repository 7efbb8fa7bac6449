"""
Atomic writes: after a crash, a kill or a full disk a file has either its old or its new content.

The new bytes are written to a second file and flushed to disk, many files at once, and the two names are exchanged. The displaced
bytes are then compared with those that were read: if someone else saved the file meanwhile, their version goes back. Where the
system cannot exchange names, the file is compared just before it is renamed over, and our own runs wait for one another.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from pfocr_lint.lazy_import import expression
from pfocr_lint.record.line_ends import in_ends_of, with_lf
from pfocr_lint.workspace import signals

PATIENCE = 5.0  # seconds to wait for another run, which holds a folder for less than a thousandth of that
OPEN = 1.0  # seconds to wait on Windows for a program that has the file open: a virus scanner needs less
LEFT = 3_600  # seconds after which a second file was left by a killed run, where no lock shows it

_BESIDE = expression(r"\.pfocr-lint-[0-9a-f]{16}\.tmp")
_EXCHANGE = 2  # RENAME_EXCHANGE
_HERE = -100  # AT_FDCWD
_WINDOWS = os.name == "nt"  # no locks of folders, no flush of a file that is open for reading, no rename over an open file
_BINARY = getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | _BINARY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY | getattr(os, "O_NOFOLLOW", 0)


class Changed(Exception):  # noqa: N818 - another program's save, not a failure
    """A file no longer holds what was read; the message names the file that keeps a save, if there is one."""


class Write(NamedTuple):
    """A file and its bytes, before and after."""

    path: str
    old: bytes
    new: bytes


def unwritable(path: str, kept: Changed) -> str:
    """Return the note on a file that another program changed."""
    note = f"{path}: another program changed it in the meantime, so it is left as it is"
    return f"{note}; {kept}" if str(kept) else note


def write(path: str, old: bytes, new: bytes) -> None:
    """
    Replace a file's bytes. Its mode stays, and its owner where that is allowed; a link is written through.

    Raises Changed when the file no longer holds ``old``, OSError when it cannot be written. The file is then untouched.
    """
    (error,) = write_all([Write(path, old, new)])
    if error is not None:
        raise error


def write_all(writes: Sequence[Write]) -> list[Changed | OSError | None]:
    """
    The same for many files: what :func:`write` would raise for each, None where it was written.

    All new files are written, then flushed to disk together, then each takes the name of the old one. So each file is old or new
    after a crash, and the disk is waited for once.
    """
    errors: list[Changed | OSError | None] = [None] * len(writes)
    folders: dict[str, list[int]] = {}
    for number, each in enumerate(writes):
        folders.setdefault(os.path.dirname(os.path.realpath(each.path)), []).append(number)  # noqa: PTH120
    for folder, numbers in folders.items():
        _write_in(folder, {number: writes[number] for number in numbers}, errors)
    return errors


def _write_in(folder: str, writes: Mapping[int, Write], errors: list[Changed | OSError | None]) -> None:
    try:
        with signals.delayed(), _folder(folder) as lock:
            _write_locked(folder, writes, lock, errors)
    except OSError as error:  # the folder cannot be opened
        for number in writes:
            errors[number] = errors[number] or error


def _write_locked(folder: str, writes: Mapping[int, Write], lock: int | None, errors: list[Changed | OSError | None]) -> None:
    created: dict[int, str] = {}
    now = dict(writes)
    try:
        for number, each in writes.items():
            beside = os.path.join(folder, f".pfocr-lint-{os.urandom(8).hex()}.tmp")  # noqa: PTH118
            created[number] = beside
            with _noted(errors, number):
                status = _status(os.path.realpath(each.path))
                if status.st_size != len(each.old):
                    now[number] = _in_its_line_ends(each)
                _create(beside, now[number].new, status, flush=len(writes) == 1)
        whole = len(writes) == 1 or _flush_file_system(folder)
        for number, beside in created.items():
            if errors[number] is None:
                with _noted(errors, number):
                    if not whole:
                        _flush(beside)
                    each = now[number]
                    _swap(beside, os.path.realpath(each.path), each.old, each.new, lock)
    finally:
        for beside in created.values():
            with contextlib.suppress(OSError):
                os.unlink(beside)  # noqa: PTH108


def _in_its_line_ends(write: Write) -> Write:
    """
    The write with the line ends of the file: bytes were read with LF for CR LF where Git stores LF (see git_line_ends).

    Only a file that differs from the old bytes by its line ends alone is written so; for any other the write stays as it is.
    """
    try:
        with open(write.path, "rb") as file:  # noqa: PTH123
            given = file.read(2 * len(write.old) + 1)
    except OSError:
        return write
    return Write(write.path, given, in_ends_of(given, write.old, write.new)) if with_lf(given) == write.old else write


@contextlib.contextmanager
def _noted(errors: list[Changed | OSError | None], number: int) -> Iterator[None]:
    try:
        yield
    except (Changed, OSError) as error:
        errors[number] = error


def _flush(path: str) -> None:
    handle = os.open(path, os.O_RDWR | _BINARY if _WINDOWS else _READ)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _flush_file_system(folder: str) -> bool:
    """Flush the file system of a folder to disk; False where the system cannot do that for one alone."""
    call = _c_function("syncfs")
    if call is None:
        return False
    handle = os.open(folder, os.O_RDONLY)
    try:
        return bool(call(handle) == 0)
    finally:
        os.close(handle)


def tidy(folder: str) -> None:
    """Remove what killed runs left in a folder, unless another run writes there; flush its names to disk."""
    left = [name for name in os.listdir(folder) if _BESIDE.fullmatch(name)]  # noqa: PTH208
    if _WINDOWS:
        for path in (os.path.join(folder, name) for name in left):  # noqa: PTH118
            with contextlib.suppress(OSError):  # another run has it open
                if time.time() - os.stat(path).st_mtime > LEFT:  # noqa: PTH116
                    os.unlink(path)  # noqa: PTH108
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        if left and _try_lock(handle, alone=True):
            for name in left:
                os.unlink(os.path.join(folder, name))  # noqa: PTH108, PTH118
        os.fsync(handle)
    finally:
        os.close(handle)


def _status(real: str) -> os.stat_result:
    try:
        status = os.lstat(real)
    except FileNotFoundError:
        raise Changed from None
    if not stat.S_ISREG(status.st_mode):
        raise Changed
    if not status.st_mode & 0o222:  # a rename checks the permissions of the folder alone
        raise PermissionError(errno.EACCES, "it is write-protected")
    return status


def _create(beside: str, data: bytes, like: os.stat_result, *, flush: bool) -> None:
    """A new file with these bytes (on disk, with ``flush``), the mode and, where that is allowed, the owner of another."""
    handle = os.open(beside, _CREATE, 0o600)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        with contextlib.suppress(OSError, AttributeError):
            os.fchown(handle, like.st_uid, like.st_gid)
        if hasattr(os, "fchmod"):
            os.fchmod(handle, stat.S_IMODE(like.st_mode))
        if flush:
            os.fsync(handle)
    finally:
        os.close(handle)


def _swap(beside: str, real: str, old: bytes, new: bytes, lock: int | None) -> None:
    if not _holds(real, old):
        raise Changed
    if not exchange(beside, real):
        if lock is not None:
            _wait_lock(lock, alone=True)
            if not _holds(real, old):
                raise Changed
        _replace(beside, real, old)
        return
    if _holds(beside, old):
        return
    if not exchange(beside, real):
        os.replace(beside, real)  # noqa: PTH105
    elif not _holds(beside, new):  # and they saved again, over our version: both are kept
        kept = beside.removesuffix(".tmp") + ".saved"
        os.replace(beside, kept)  # noqa: PTH105
        raise Changed(f"what was saved last is kept as {kept}")
    raise Changed


def _replace(beside: str, real: str, old: bytes) -> None:
    """Rename over a file. Windows refuses that while another program has it open: then wait, as long as it has the old bytes."""
    end = time.monotonic() + OPEN
    while not _try_replace(beside, real):
        if time.monotonic() > end:
            raise PermissionError(errno.EACCES, "another program has it open")
        time.sleep(0.01)
        if not _holds(real, old):
            raise Changed


def _try_replace(beside: str, real: str) -> bool:
    try:
        os.replace(beside, real)  # noqa: PTH105
    except PermissionError:
        if not _WINDOWS:
            raise
        return False
    return True


def _holds(path: str, data: bytes) -> bool:
    """Whether a file has these bytes and no others."""
    try:
        handle = os.open(path, _READ)
    except OSError:
        return False
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size != len(data):
            return False
        rest = memoryview(data)
        while rest and (part := os.read(handle, len(rest))) and part == rest[: len(part)]:
            rest = rest[len(part) :]
        return not rest
    except OSError:
        return False
    finally:
        os.close(handle)


def exchange(one: str, other: str) -> bool:
    """Exchange the names of two files at once; False, without any effect, where the system or the file system cannot."""
    call = _c_function("renameat2")
    return call is not None and call(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0


@cache
def _c_function(name: str) -> Any:
    """A system call that Linux has, its C library mostly too, and Python has not; None elsewhere."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        import ctypes

        return getattr(ctypes.CDLL(None), name)
    except (ImportError, OSError, AttributeError):
        return None


@contextlib.contextmanager
def _folder(folder: str) -> Iterator[int | None]:
    """
    Lock a folder while writing in it, so that other runs do not tidy there; the lock, where the system has such locks.

    The system releases the lock of a killed process. It is advice to our own runs; other programs ignore it.
    """
    if _WINDOWS:
        yield None
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        _wait_lock(handle, alone=False)
        yield handle
    finally:
        os.close(handle)


def _wait_lock(handle: int, *, alone: bool) -> None:
    end = time.monotonic() + PATIENCE
    while not _try_lock(handle, alone=alone, otherwise=True):
        if time.monotonic() > end:
            raise OSError(errno.EAGAIN, "another run holds the folder")
        time.sleep(0.001)


def _try_lock(handle: int, *, alone: bool, otherwise: bool = False) -> bool:
    """Whether the lock was acquired; ``otherwise`` where the file system has none."""
    try:
        import fcntl

        fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (OSError, ImportError):
        return otherwise
    return True
