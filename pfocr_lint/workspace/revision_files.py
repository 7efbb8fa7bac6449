"""The records of a Git revision, read from Git's objects: the same files as in a checkout of it."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pfocr_lint.errors import UsageError
from pfocr_lint.paths import real
from pfocr_lint.workspace import git_history, git_objects
from pfocr_lint.workspace.git_revision import Circle, LeadsOut, Revision, commit
from pfocr_lint.workspace.reading import Unreadable

if TYPE_CHECKING:
    from pfocr_lint.settings.model import Settings


class RevisionFiles:
    """
    The files of a revision, by the paths that they would have in a checkout (see workspace.files.Files).

    Links are followed as the revision has them. A link to an absolute path leads out of the repository.
    """

    on_disk = False

    def __init__(self, revision: Revision) -> None:
        self.revision = revision
        self._top = real(revision.top)
        self._below: dict[str, str | None] = {}

    def __reduce__(self) -> tuple[type[RevisionFiles], tuple[Revision]]:
        """Without what was read: a process that is not forked reads the tree itself."""
        return RevisionFiles, (Revision(self.revision.top, self.revision.commit),)

    # ---- names

    def name_of(self, path: str) -> str | None:
        """The path below the repository's folder; '' for that folder, None outside. Links count on the way to it only."""
        folder, last = os.path.split(os.path.abspath(path))  # noqa: PTH100
        if folder not in self._below:
            self._below[folder] = self._name_of(folder)
        below = self._below[folder]
        return self._name_of(os.path.join(folder, last)) if below is None else f"{below}/{last}".strip("/")  # noqa: PTH118

    def _name_of(self, folder: str) -> str | None:
        parts = Path(folder).parts
        for number in range(1, len(parts) + 1):
            if os.path.normcase(real(os.path.join(*parts[:number]))) == os.path.normcase(self._top):  # noqa: PTH118
                return "/".join(parts[number:])
        return None

    def _resolved(self, path: str) -> str:
        """The path below the repository's folder with its links followed. Raises LeadsOut and Circle."""
        name = self.name_of(path)
        if name is None:
            raise LeadsOut
        return self.revision.resolved(name)

    # ---- workspace.files.Files

    def load(self, path: str) -> bytes:
        """The bytes of a record, at most one more than the limit. Raises Unreadable."""
        if self.leads_out(os.path.dirname(path)):  # noqa: PTH120
            raise Unreadable("a link on the way to it leads out of the repository")
        try:
            name = self._resolved(path)
        except LeadsOut:
            raise Unreadable("it is a link that leads out of the repository") from None
        except Circle:
            raise Unreadable(f"it cannot be read: {os.strerror(errno.ELOOP)}") from None
        if name in self.revision.folders:
            raise Unreadable("it is a folder, not a file")
        if name not in self.revision.entries:
            raise Unreadable("there is no such file")
        data = git_objects.read(self.revision.top, self.revision.entries[name][1].encode())
        if data is None:
            raise Unreadable("this clone does not have its content")
        return data

    load_page = load

    def exists(self, path: str) -> bool:
        """Whether there is a file, folder or link of this path."""
        name = self.name_of(path)
        try:
            name = None if name is None else self.revision.resolved(name, last=False)
        except (LeadsOut, Circle):
            return False
        return name in self.revision.entries or name in self.revision.folders

    def is_folder(self, path: str) -> bool:
        """Whether a path leads to a folder."""
        try:
            return self._resolved(path) in self.revision.folders
        except (LeadsOut, Circle):
            return False

    def listing(self, folder: str) -> tuple[list[str], list[str]]:
        """The names of the folders in a folder, and of everything else. Raises OSError."""
        try:
            return self.revision.folders[self._resolved(folder)]
        except (LeadsOut, Circle, KeyError):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), folder) from None

    def leads_out(self, folder: str) -> bool:
        """Whether a folder, or one above it, is a link that leads out of the repository."""
        if not self.revision.links:
            return False
        try:
            self._resolved(folder or ".")
        except LeadsOut:
            return True
        except Circle:
            pass
        return False

    def whole(self, path: str) -> str:
        """The absolute path of a file, with the links in its folder resolved."""
        folder, last = os.path.split(path)
        return os.path.join(self.real(folder), last)  # noqa: PTH118

    def real(self, path: str) -> str:
        """The absolute path with all links resolved."""
        try:
            return os.path.normpath(os.path.join(self._top, self._resolved(path or ".")))  # noqa: PTH118
        except (LeadsOut, Circle):
            return os.path.abspath(path)  # noqa: PTH100

    def inside(self, path: str, folder: str) -> bool:  # noqa: ARG002 - there is one repository
        """Whether a path, with its links resolved, stays in the repository."""
        return self.name_of(path) is not None and not self.leads_out(path)

    def before(self, path: str, revision: str) -> bytes | None:
        """The bytes of a file in another revision; None where Git does not know it."""
        try:
            folder, _, last = (self.name_of(path) or "").rpartition("/")
            name = f"{self.revision.resolved(folder)}/{last}".lstrip("/")
        except (LeadsOut, Circle):
            return None
        return git_history.named(self.revision.top, name, revision)

    # ---- settings

    def folder_of(self, path: str) -> str:
        """The folder, below that of the repository, whose settings count for a path."""
        folder = path if self.is_folder(path) else os.path.dirname(path) or "."  # noqa: PTH120
        try:
            return self._resolved(folder) or "."
        except (LeadsOut, Circle):
            return "."

    def settings_for(self, path: str) -> Settings:
        """The settings of a path in the revision itself. Raises SettingsError."""
        return self.revision.settings_in(self.folder_of(path), own=True)

    # ---- what a diff needs (see introduced.Head)

    @property
    def top(self) -> str:
        """The folder of the work tree, or of a bare repository."""
        return self.revision.top

    @property
    def commit(self) -> str:
        """The commit from which objects are read."""
        return self.revision.commit

    @property
    def links_of(self) -> Revision:
        """The revision whose links are followed."""
        return self.revision

    @property
    def names(self) -> Collection[str]:
        """All files."""
        return self.revision.entries.keys()

    @property
    def objects(self) -> Mapping[str, str]:
        """The object of each file that is read from Git."""
        return self.revision.blobs

    def changed_since(self, base: Revision) -> frozenset[str]:
        """The files that differ from a commit, new ones and deleted ones included."""
        now, before = self.revision.entries, base.entries
        return frozenset(name for name in {*now, *before} if now.get(name) != before.get(name))

    def mentioning(self, texts: Collection[str], names: Collection[str]) -> list[str] | None:
        """The files, of some that the clone has, that hold one of some texts; None where a search cannot decide."""
        objects = self.revision.blobs
        return git_objects.mentioning(self.top, {name: objects[name] for name in names if name in objects}, texts)


def files_at(folder: str, revision: str, flag: str = "--revision") -> RevisionFiles:
    """The files of a revision in the repository of a folder; ``flag`` names the revision in messages. Raises RevisionError."""
    return RevisionFiles(commit(folder, revision, flag))


def files_of(paths: Sequence[str], revision: str, flag: str = "--revision") -> RevisionFiles:
    """The same in the repository of some paths, which must be in the revision. Raises UsageError and RevisionError."""
    files = files_at(paths[0], revision, flag)
    for path in paths:
        if files.name_of(path) is None:
            raise UsageError(f"{flag}: '{path}' is not in the Git repository of '{paths[0]}'; name those of one at a time")
        if not files.exists(path):
            raise UsageError(f"{path}: there is no such file or folder in {revision}")
    return files
