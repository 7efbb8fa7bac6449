"""
The bytes that files had in a revision, from Git.

There is one ``git cat-file --batch`` for each process and work tree, kept until the run ends.
"""

from __future__ import annotations

import contextlib
import os
import subprocess

from pfocr_lint.paths import real, whole
from pfocr_lint.record.limits import MAX_BYTES
from pfocr_lint.workspace.git_command import git_command, git_environment
from pfocr_lint.workspace.paths import work_tree


class _Blobs:
    """The files of one revision of a work tree. What Git cannot answer is unknown, and never a failure of the run."""

    def __init__(self, top: str, revision: str) -> None:
        self._top, self._revision = top, revision
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, by its path below the work tree's folder; None where the revision has no such record."""
        if "\n" in name:
            return None
        try:
            if self._process is None:
                self._process = subprocess.Popen(
                    git_command(self._top, "cat-file", "--batch"),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=git_environment(),
                )
            answer, source = self._process.stdout, self._process.stdin
            assert answer is not None
            assert source is not None
            source.write(f"{self._revision}:".encode() + os.fsencode(name) + b"\n")
            source.flush()
            about = answer.readline().split(b" ")
            if about[-1] == b"missing\n":
                return None
            _, sort, size = about
            if sort == b"blob" and int(size) <= MAX_BYTES:
                data = answer.read(int(size))
                return data if answer.read(1) == b"\n" else None
        except (OSError, ValueError):  # there is no Git, or Git refuses the repository
            pass
        self.close()
        return None

    def close(self) -> None:
        """End the process; another begins where one is needed."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(OSError), process:  # what it still writes, or a child of it, is not read
                process.kill()


# By process too: a forked one must not read the answers of its parent.
_open: dict[tuple[int, str, str], _Blobs] = {}


def before(path: str, revision: str) -> bytes | None:
    """The bytes of a file in a revision of its Git work tree; None where Git does not know it."""
    here = whole(path)
    top = work_tree(os.path.dirname(here))  # noqa: PTH120
    if top is None:
        return None
    key = (os.getpid(), top, revision)
    if key not in _open:
        _open[key] = _Blobs(top, revision)
    return _open[key].read(os.path.relpath(here, real(top)).replace(os.sep, "/"))


def close() -> None:
    """End the process; the next read begins another."""
    for key in [key for key in _open if key[0] == os.getpid()]:
        _open.pop(key).close()
