"""
Records of another revision, read from Git's objects: no checkout, no network, nothing written.

Git is asked for lists that end in NUL and for objects by their name, so that any file name comes through.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}


class RevisionError(Exception):
    """A revision that cannot be compared with; the message says what to do."""


def _git(folder: str, *args: str, data: bytes | None = None) -> bytes | None:
    """What a Git command prints; None when it fails. Raises RevisionError where there is no Git."""
    command = ["git", "-C", folder, "-c", "core.quotePath=false", "-c", "core.fsmonitor=false", *args]
    try:
        result = subprocess.run(command, input=data, capture_output=True, env={**os.environ, **_ENVIRONMENT}, check=False)
    except FileNotFoundError:
        raise RevisionError("--since needs git, which is not installed here") from None
    return result.stdout if result.returncode == 0 else None


def _names(listed: bytes | None) -> list[str]:
    return [os.fsdecode(name) for name in (listed or b"").split(b"\0") if name]


@dataclass(frozen=True)
class Base:
    """
    The commit that a work tree is compared with: the merge base of a revision and HEAD.

    ``top`` is the work tree's folder; every path is relative to it, ``/`` separated.
    """

    top: str
    commit: str

    @cached_property
    def blobs(self) -> dict[str, str]:
        """Path -> object of every regular file in the commit."""
        found = {}
        for line in (_git(self.top, "ls-tree", "-r", "-z", "--full-tree", self.commit) or b"").split(b"\0"):
            about, _, name = line.partition(b"\t")
            if about.startswith((b"100644", b"100755")):
                found[os.fsdecode(name)] = about.split(b" ")[2].decode()
        return found

    @cached_property
    def names(self) -> list[str]:
        """The files of the work tree: tracked or new, not ignored."""
        listed = _git(self.top, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
        return _names(listed)

    @cached_property
    def changed(self) -> frozenset[str]:
        """The files that differ from the commit, new ones and deleted ones included."""
        args = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all")
        differing = _names(_git(self.top, "diff", *args, self.commit, "--"))
        new = _names(_git(self.top, "ls-files", "-z", "--others", "--exclude-standard"))
        return frozenset((*differing, *new))

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The bytes that files had in the commit, of those that were there."""
        wanted = [path for path in paths if path in self.blobs]
        if not wanted:
            return {}
        ask = "".join(f"{self.blobs[path]}\n" for path in wanted).encode()
        answer = _git(self.top, "cat-file", "--batch", data=ask)
        if answer is None:
            raise RevisionError(f"--since: Git cannot read the files of {self.commit[:12]}")
        found, at = {}, 0
        for path in wanted:
            end = answer.index(b"\n", at)
            parts = answer[at:end].split(b" ")
            if len(parts) != 3:
                raise RevisionError(f"--since: the clone lacks files of {self.commit[:12]}; fetch them first")
            size = int(parts[2])
            found[path] = answer[end + 1 : end + 1 + size]
            at = end + 1 + size + 1
        return found

    def mentioning(self, texts: Iterable[str], below: str) -> list[str]:
        """The files of the work tree, in folders called ``below``, in which one of some texts stands."""
        patterns = [part for text in sorted(set(texts)) for part in ("-e", text)]
        if not patterns:
            return []
        args = ("grep", "-z", "-l", "-I", "-F", "--untracked", "--no-textconv", *patterns, "--")
        return _names(_git(self.top, *args, f":(glob)**/{below}/*.md"))


def merge_base(folder: str, revision: str) -> Base:
    """The merge base of a revision and HEAD, in the repository of a folder. Raises RevisionError."""
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top is None:
        raise RevisionError(f"--since: '{folder}' is in no Git repository")
    root = os.fsdecode(top.rstrip(b"\n"))
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        hint = "fetch it first; with actions/checkout, set fetch-depth: 0"
        raise RevisionError(f"--since: there is no revision '{revision}' in this clone; {hint}")
    base = _git(root, "merge-base", "HEAD", commit.decode().strip())
    if base is None:
        shallow = _git(root, "rev-parse", "--is-shallow-repository") == b"true\n"
        hint = (
            "the clone is shallow, fetch more of it; with actions/checkout, set fetch-depth: 0" if shallow else "they have none"
        )
        raise RevisionError(f"--since: no common history of '{revision}' and HEAD is known here; {hint}")
    return Base(root, base.decode().strip())
