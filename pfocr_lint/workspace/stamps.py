"""What identifies a file that did not change, and numbers as bytes."""

from __future__ import annotations

import os
import stat
import sys
from array import array
from collections.abc import Iterable

# A stamp identifies an unchanged file: its size in bytes, mtime and ctime in nanoseconds, and its inode.
STAMP = 4  # numbers,
_WIDTH = 8 * STAMP  # and bytes
_MOST = (1 << 63) - 1  # some file systems number files with more bits
NONE_KNOWN = (-1, -1, -1, -1)


def stamps_of(paths: Iterable[str]) -> array[int]:
    """The stamps of some files, one after the other; -1 four times for a link, whose stamp does not change with its target."""
    found = array("q")
    for path in paths:
        try:
            status = os.lstat(path)
            regular = stat.S_ISREG(status.st_mode)
        except (OSError, ValueError):
            regular = False
        found.extend((status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino & _MOST) if regular else NONE_KNOWN)
    return found


def stamp_of(stamps: bytes, number: int) -> bytes:
    """One of the stamps."""
    return stamps[_WIDTH * number : _WIDTH * number + _WIDTH]


def as_bytes(numbers: array[int]) -> bytes:
    """Little endian, whatever the machine."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def as_numbers(data: bytes) -> array[int]:
    numbers = array("q")
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
