"""Where a path leads: the Git work tree that contains it, and whether it stays inside."""

from __future__ import annotations

import os

FOLDERS = {"_figures": ".md", "_organisms": ".md", "figures": ".yml", "_data": ".tsv"}


def work_tree(folder: str) -> str | None:
    """The Git work tree that contains a folder, if any."""
    parent, last = folder, ""
    while parent != last:
        if os.path.exists(os.path.join(parent, ".git")):  # noqa: PTH110, PTH118 - pathlib takes 4 ms to import
            return parent
        parent, last = os.path.dirname(parent), parent  # noqa: PTH120
    return None


def is_bare(folder: str) -> bool:
    """Whether a folder is a bare Git repository: it has no work tree."""
    if os.path.exists(os.path.join(folder, ".git")):  # noqa: PTH110, PTH118
        return False
    is_file = os.path.isfile(os.path.join(folder, "HEAD"))  # noqa: PTH113, PTH118
    return is_file and all(os.path.isdir(os.path.join(folder, name)) for name in ("objects", "refs"))  # noqa: PTH112, PTH118


def bare_repository(folder: str) -> str | None:
    """The bare Git repository that a folder, which is in no work tree, is or is below."""
    parent, last = folder, ""
    while parent != last:
        if is_bare(parent):
            return parent
        parent, last = os.path.dirname(parent), parent  # noqa: PTH120
    return None


def relative(path: str, start: str = ".") -> str:
    """A path from a folder on; the whole path where no way leads there: on another drive of Windows."""
    try:
        return os.path.relpath(path, start)
    except ValueError:
        return os.path.abspath(path)  # noqa: PTH100


def inside(path: str, folder: str) -> bool:
    """Whether a path, with its links resolved, stays in the repository of a folder; without one, in that folder."""
    home = os.path.realpath(folder)
    try:
        return lies_in(os.path.realpath(path), work_tree(home) or home)
    except ValueError:  # no name of a file
        return False


def below(path: str, folder: str) -> str:
    """A path relative to a folder, ``/`` separated; '.' for the folder itself."""
    return relative(path, folder).replace(os.sep, "/")


def lies_in(path: str, folder: str) -> bool:
    """Whether one real path is that of a folder, or below it."""
    try:
        return os.path.commonpath([path, folder]) == folder
    except ValueError:  # on another drive
        return False
