"""Reads the bytes of a record where that is safe: from a regular file, inside the repository, and never too many."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from pfocr_lint.lazy_import import LazyModule
from pfocr_lint.record.limits import MAX_BYTES
from pfocr_lint.workspace.paths import FOLDERS, lies_in, work_tree

if TYPE_CHECKING:
    from pfocr_lint.workspace import git_line_ends
else:
    git_line_ends = LazyModule("pfocr_lint.workspace.git_line_ends")  # which only a file with CR LF needs

BUFFER = 1 << 16  # os.read allocates it whole: of 1 MiB it is five times slower
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)


class Unreadable(Exception):  # noqa: N818 - it is what PF001 says, not a failure of the program
    """A file that must not or cannot be read; the message is that of PF001."""


def load(path: str) -> bytes:
    """
    The bytes of a record, at most one more than the limit; with LF for CR LF where Git stores LF. Raises Unreadable.

    See git_line_ends.
    """
    data = load_as_it_is(path)
    return data if b"\r" not in data else git_line_ends.as_stored(path, data)


def load_as_it_is(path: str) -> bytes:
    """The same with the line ends of the file."""
    try:
        handle = _opened(path)
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable(f"it is {_sort(status.st_mode)}, not a file")
            if status.st_size < BUFFER and len(data := os.read(handle, BUFFER)) == status.st_size:
                return data  # nearly every record: one call instead of two
            os.lseek(handle, 0, os.SEEK_SET)
            parts = []
            size = 0
            while size <= MAX_BYTES and (part := os.read(handle, BUFFER)):
                parts.append(part)
                size += len(part)
            return b"".join(parts)
        finally:
            os.close(handle)
    except FileNotFoundError:
        raise Unreadable("there is no such file") from None
    except PermissionError:
        raise Unreadable("it is a folder, not a file" if _can_list(path) else "its permissions forbid reading it") from None
    except (OSError, ValueError) as error:
        raise Unreadable(f"it cannot be read: {getattr(error, 'strerror', None) or error}") from None


@cache
def leads_out(folder: str) -> bool:
    """Whether a folder, or one above it, is a link that leads out of its Git work tree."""
    at = os.path.abspath(folder)  # noqa: PTH100 - no link is followed; and pathlib takes 8 ms to import, here and below
    while (above := os.path.dirname(at)) != at:  # noqa: PTH120
        if os.path.islink(at):  # noqa: PTH114
            root = work_tree(os.path.realpath(above))
            if root is not None and not lies_in(os.path.realpath(at), root):
                return True
        at = above
    return False


def _opened(path: str) -> int:
    """A file descriptor; of a link only if it stays inside the repository."""
    if leads_out(path.rpartition("/")[0] if os.sep == "/" else os.path.dirname(path)):  # noqa: PTH120 - three times the time
        raise Unreadable("a link on the way to it leads out of the repository")
    if _NOFOLLOW:
        try:
            return os.open(path, _READ | _NOFOLLOW)
        except OSError as error:
            if error.errno not in (errno.ELOOP, errno.EMLINK):
                raise
    stay_inside(path)
    return os.open(path, _READ)


def _can_list(path: str) -> bool:
    """Whether it is a folder that may be listed: Windows refuses to open one, as it refuses a forbidden file."""
    try:
        with os.scandir(path):
            return True
    except OSError:
        return False


def _sort(mode: int) -> str:
    for test, name in ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket")):
        if test(mode):
            return name
    return "a device"


def stay_inside(path: str) -> None:
    """Refuse a link that leads out of the repository of its folder. Raises Unreadable."""
    if os.path.islink(path):  # noqa: PTH114
        real = os.path.realpath(path, strict=True)
        root = repository(os.path.realpath(os.path.dirname(path)))  # noqa: PTH120
        if not lies_in(real, root):
            raise Unreadable("it is a link that leads out of the repository")


@cache
def repository(folder: str) -> str:
    """The Git work tree of a folder; without one, the folder above the record folder."""
    return work_tree(folder) or (os.path.dirname(folder) if os.path.basename(folder) in FOLDERS else folder)  # noqa: PTH119, PTH120


def try_load(path: str, load: Callable[[str], bytes] = load) -> bytes | None:
    """The bytes of a record, None when it cannot be read."""
    try:
        return load(path)
    except Unreadable:
        return None
