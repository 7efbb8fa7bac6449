"""The bytes that files of a work tree had in a revision, from Git."""

from __future__ import annotations

import os

from pfocr_lint.paths import real, whole
from pfocr_lint.record.limits import MAX_BYTES
from pfocr_lint.workspace import git_objects
from pfocr_lint.workspace.paths import below, work_tree


def before(path: str, revision: str) -> bytes | None:
    """The bytes of a file in a revision of its Git work tree; None where Git does not know it."""
    here = whole(path)
    top = work_tree(os.path.dirname(here))  # noqa: PTH120
    return None if top is None else named(top, below(here, real(top)), revision)


def named(top: str, name: str, revision: str) -> bytes | None:
    """The same, by the path below the work tree's folder; None also where it is too large for a record."""
    data = git_objects.read(top, f"{revision}:".encode() + os.fsencode(name))
    return None if data is None or len(data) > MAX_BYTES else data
