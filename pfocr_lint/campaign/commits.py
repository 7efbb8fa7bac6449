"""
Commits of a plan's batches, made of Git's objects: no hook and no other program of the work tree runs.

A commit holds the records of one batch and nothing else, whatever else is staged. First the records are staged, then the branch
moves from the commit that was read to the new one, or not at all: after a kill at any place the same command goes on.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence

from pfocr_lint.dataclass import dataclass, field
from pfocr_lint.workspace.git_objects import REGULAR, output, tree

IGNORED = ".git-blame-ignore-revs"


def trailers(message: str, name: str) -> frozenset[str]:
    """The values of a trailer in the last paragraph of a commit's message."""
    lines = message.strip().rpartition("\n\n")[2].splitlines()
    return frozenset(line.partition(": ")[2].strip() for line in lines if line.startswith(f"{name}: "))


@dataclass
class Branch:
    """The checked-out branch of a work tree: its commit, and the modes and blobs of that commit's regular files."""

    top: str
    head: str = ""
    modes: dict[str, str] = field(default_factory=dict)
    blobs: dict[str, str] = field(default_factory=dict)
    _index: str = ""

    def __enter__(self) -> Branch:
        """Read the commit. Raises UsageError where there is none, or an operation of Git is under way."""
        self.head = self._git("rev-parse", "--verify", "HEAD^{commit}").decode().strip()
        for path, (mode, blob) in tree(self.top, self.head).items():
            if mode in REGULAR:
                self.modes[path], self.blobs[path] = mode, blob
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the index of the commits."""
        if self._index:
            for name in (self._index, f"{self._index}.lock"):
                if os.path.lexists(name):
                    os.unlink(name)  # noqa: PTH108

    def commit(self, files: Mapping[str, bytes], message: str) -> str:
        """Commit new content of some records on top, and stage it; the new commit. Raises UsageError."""
        new_blobs = dict(zip(files, self._written([*files.values()]), strict=True))
        rows = "".join(f"{self.modes[path]} {blob}\t{path}\0" for path, blob in new_blobs.items())
        data = rows.encode("utf-8", "surrogateescape")
        if not self._index:
            handle, self._index = tempfile.mkstemp(prefix="pfocr-lint-index-")
            os.close(handle)
            os.unlink(self._index)  # noqa: PTH108 - Git refuses an empty index
            self._git("read-tree", self.head, index=True)
        self._git("update-index", "-z", "--index-info", data=data, index=True)
        written = self._git("write-tree", index=True).decode().strip()
        new = self._git("commit-tree", written, "-p", self.head, data=message.encode()).decode().strip()
        self._git("update-index", "-z", "--index-info", data=data)
        self._git("update-ref", "-m", message.partition("\n")[0], "HEAD", new, self.head)
        self.head = new
        self.blobs.update(new_blobs)
        return new

    def message(self, revision: str) -> str:
        """The message of a commit."""
        return self._git("log", "-1", "--format=%B", "--end-of-options", revision).decode("utf-8", "replace")

    def _written(self, datas: Sequence[bytes]) -> list[str]:
        """Store the contents of some files as blobs; their names. Nothing is converted on the way."""
        lines = [b"blob\nmark :%d\ndata %d\n%s\n" % (mark, len(data), data) for mark, data in enumerate(datas, 1)]
        asked = [b"get-mark :%d\n" % mark for mark in range(1, len(datas) + 1)]
        found = self._git("fast-import", "--quiet", "--done", data=b"".join([*lines, *asked, b"done\n"]))
        return found.decode().split()

    def _git(self, *args: str, data: bytes | None = None, index: bool = False) -> bytes:
        """The output of a Git command. Raises UsageError with the first line of what it reports."""
        kept = {name: value for name, value in os.environ.items() if name.startswith(("GIT_AUTHOR_", "GIT_COMMITTER_"))}
        return output(self.top, *args, data=data, more={**kept, **({"GIT_INDEX_FILE": self._index} if index else {})})
