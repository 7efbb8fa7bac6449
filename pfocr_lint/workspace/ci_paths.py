"""Paths as a CI finds them: from the root of the repository on, wherever the run began."""

from __future__ import annotations

import os
from functools import lru_cache

from pfocr_lint.paths import real
from pfocr_lint.workspace.paths import below, lies_in, work_tree

# Where a CI puts the repository: they count where there is no .git to show its root.
_VARIABLES = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")


def from_root(path: str) -> str:
    """
    A path of a record, ``/`` separated, from the root of its repository on; as it is where no root is known.

    The root is the Git work tree: with several checkouts below one workspace, each is a repository of its own.
    """
    folder, slash, name = path.rpartition("/")
    way = _below_root(os.path.join(os.getcwd(), folder or slash), *map(os.environ.get, _VARIABLES))  # noqa: PTH109, PTH118
    return path if way is None or path == "-" else f"{way}{name}"


@lru_cache(1_024)  # many records share a folder
def _below_root(folder: str, *given: str | None) -> str | None:
    here = real(folder)
    roots = [work_tree(here), *(real(each) for each in given if each)]
    root = next((each for each in roots if each is not None and lies_in(here, each)), None)
    if root is None:
        return None
    return "" if here == root else f"{below(here, root)}/"
