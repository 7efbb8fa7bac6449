"""Where the records of a run come from: the disk, or the objects of a Git revision."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from pfocr_lint import paths
from pfocr_lint.lazy_import import LazyModule
from pfocr_lint.workspace import reading
from pfocr_lint.workspace.paths import inside

if TYPE_CHECKING:
    from pfocr_lint.workspace import git_history, git_objects
else:
    git_history = LazyModule("pfocr_lint.workspace.git_history")
    git_objects = LazyModule("pfocr_lint.workspace.git_objects")


class Files(Protocol):
    """
    Reads records and folders by their paths, as the user gave them or below these.

    ``on_disk`` says that they are files, which can be written and cached. Instances are sent to worker processes.
    """

    on_disk: bool

    def load(self, path: str) -> bytes:
        """The bytes of a record, at most one more than the limit. Raises Unreadable."""

    def load_page(self, path: str) -> bytes:
        """The same for an organism page, whose line ends do not matter: with those of the file. Raises Unreadable."""

    def exists(self, path: str) -> bool:
        """Whether there is a file, folder or link of this path."""

    def is_folder(self, path: str) -> bool:
        """Whether a path leads to a folder."""

    def listing(self, folder: str) -> tuple[list[str], list[str]]:
        """The names of the folders in a folder, and of everything else. Raises OSError."""

    def leads_out(self, folder: str) -> bool:
        """Whether a folder, or one above it, is a link that leads out of the repository."""

    def whole(self, path: str) -> str:
        """The absolute path of a file, with the links in its folder resolved."""

    def real(self, path: str) -> str:
        """The absolute path with all links resolved."""

    def inside(self, path: str, folder: str) -> bool:
        """Whether a path, with its links resolved, stays in the repository of a folder; without one, in that folder."""

    def before(self, path: str, revision: str) -> bytes | None:
        """The bytes of a file in another revision; None where Git does not know it."""


class Disk:
    """The files on the disk."""

    on_disk = True
    load = staticmethod(reading.load)
    load_page = staticmethod(reading.load_as_it_is)
    leads_out = staticmethod(reading.leads_out)
    whole = staticmethod(paths.whole)
    inside = staticmethod(inside)

    def exists(self, path: str) -> bool:
        """Whether there is a file, folder or link of this path."""
        return os.path.lexists(path)

    def is_folder(self, path: str) -> bool:
        """Whether a path leads to a folder."""
        return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises for a name it may not look at

    def listing(self, folder: str) -> tuple[list[str], list[str]]:
        """The names of the folders in a folder, and of everything else. Raises OSError."""
        folders, others = list[str](), list[str]()
        with os.scandir(folder) as entries:
            for entry in entries:
                (folders if entry.is_dir(follow_symlinks=False) else others).append(entry.name)
        return folders, others

    def real(self, path: str) -> str:
        """The absolute path with all links resolved."""
        found: str = paths.real(os.path.join(os.getcwd(), path))  # noqa: PTH109, PTH118 - no ".." is resolved before a link
        return found

    def before(self, path: str, revision: str) -> bytes | None:
        """The bytes of a file in another revision; None where Git does not know it."""
        return git_history.before(path, revision)


DISK: Files = Disk()


@contextlib.contextmanager
def git_open() -> Iterator[None]:
    """End the processes that read from Git, if there are any, when the work is done."""
    try:
        yield
    finally:
        if "pfocr_lint.workspace.git_objects" in sys.modules:
            git_objects.close()
