"""Which lines the diff of a pull request shows: GitHub takes comments on these alone, and refuses a review with any other."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from typing import NamedTuple

from pfocr_lint.workspace.git_objects import RevisionError, answer, output

_HUNK = re.compile(rb"(?m)^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")
_NOTHING = re.compile("0+")
CONTEXT = 3  # lines around a change that GitHub shows


class Hunk(NamedTuple):
    """Lines that the diff shows, from 1, both included."""

    first: int
    last: int


def hunks(top: str, base: str, head: str, names: Collection[str]) -> dict[str, list[Hunk]]:
    """
    The hunks of some files, named below the repository's folder, between two commits, on the side of the second.

    Raises RevisionError where Git cannot compare them.
    """
    changed = _changed(top, base, head)
    return {name: _between(top, *changed[name]) for name in names if name in changed}


def _changed(top: str, base: str, head: str) -> dict[str, tuple[str, str]]:
    """The blobs of each changed file, before and after; of a renamed one, that of its old name."""
    command = ("diff-tree", "-r", "--raw", "-z", "--no-abbrev", "--full-index", base, head)
    # where blobs are missing, Git cannot look for renames that changed the file
    listed = answer(top, "-c", "diff.renames=true", *command[:1], "-M", *command[1:]) or output(top, *command)
    found, parts = {}, listed.split(b"\0")
    at = 0
    while at < len(parts) and parts[at].startswith(b":"):
        _, _, old, new, status = parts[at].decode().split(" ")
        at += 3 if status[0] in "RC" else 2
        found[os.fsdecode(parts[at - 1])] = old, new
    return found


def _between(top: str, old: str, new: str) -> list[Hunk]:
    if _NOTHING.fullmatch(new):
        return []
    if _NOTHING.fullmatch(old):
        data = output(top, "cat-file", "blob", new)
        return [Hunk(1, data.count(b"\n") + (data[-1:] not in (b"", b"\n")))]
    shown = answer(top, "diff", f"--unified={CONTEXT}", "--no-ext-diff", "--no-textconv", old, new)
    if shown is None:
        raise RevisionError(f"Git cannot compare {old[:12]} with {new[:12]}")
    found = []
    for match in _HUNK.finditer(shown):
        first, many = int(match[1]), 1 if match[2] is None else int(match[2])
        if many:
            found.append(Hunk(first, first + many - 1))
    return found
