"""The work tree as Git knows it: its files, those that differ from a commit, and those that a sparse checkout leaves out."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from functools import cached_property

from pfocr_lint.errors import UsageError
from pfocr_lint.paths import real, whole
from pfocr_lint.workspace import git_objects
from pfocr_lint.workspace.files import Disk
from pfocr_lint.workspace.git_objects import LINK, answer, grep, listed, names, patterns_of
from pfocr_lint.workspace.git_revision import Revision
from pfocr_lint.workspace.paths import below
from pfocr_lint.workspace.reading import Unreadable


class Checkout(Disk):
    """
    The files of a work tree. ``top`` is its folder.

    Files that a sparse checkout leaves out are read from Git's objects, as the index has them.
    """

    def __init__(self, top: str) -> None:
        self.top = top

    def __reduce__(self) -> tuple[type[Checkout], tuple[str]]:
        """Without what was read: a process that is not forked reads the index itself."""
        return Checkout, (self.top,)

    @cached_property
    def objects(self) -> Mapping[str, str]:
        """Path -> object of each regular file that is in the index, and that a sparse checkout leaves out."""
        if answer(self.top, "config", "--type=bool", "core.sparseCheckout") != b"true\n":
            return {}
        found = {}
        for line in listed(self.top, "ls-files", "-z", "-t", "--stage"):
            about, _, name = line.partition(b"\t")
            tag, mode, entry, _ = about.decode().split(" ")
            if tag == "S" and mode != LINK:
                found[os.fsdecode(name)] = entry
        return found

    @cached_property
    def _folders(self) -> frozenset[str]:
        """The folders of these files."""
        found = set[str]()
        for name in self.objects:
            folder = name.rpartition("/")[0]
            while folder and folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return frozenset(found)

    @property
    def commit(self) -> str:
        """The commit from which objects are read."""
        return "HEAD"

    @property
    def links_of(self) -> None:
        """The links of the disk are followed."""
        return

    def check(self) -> None:
        """Raise UsageError for a clone in which nothing was checked out."""
        index = answer(self.top, "rev-parse", "--git-path", "index")
        if index is None or not os.path.exists(os.path.join(self.top, os.fsdecode(index.rstrip(b"\n")))):  # noqa: PTH110, PTH118
            raise UsageError(f"nothing is checked out in '{self.top}'; check a revision instead: --revision HEAD")

    def name_of(self, path: str) -> str | None:
        """The path below the work tree's folder, with links in its folders resolved; '' for the folder itself."""
        at = os.path.realpath(path) if os.path.isdir(path) else whole(path)  # noqa: PTH112
        name = below(at, real(self.top))
        return "" if name == "." else name

    # ---- workspace.files.Files, where it differs

    def load(self, path: str) -> bytes:
        """The bytes of a record, at most one more than the limit. Raises Unreadable."""
        entry = self._left_out(path)
        if entry is None:
            return Disk.load(path)
        data = git_objects.read(self.top, entry.encode())
        if data is None:
            raise Unreadable("this clone does not have its content")
        return data

    def _left_out(self, path: str) -> str | None:
        if not self.objects:
            return None
        entry = self.objects.get(self.name_of(path) or "")
        return None if entry is None or os.path.lexists(path) else entry

    def exists(self, path: str) -> bool:
        """Whether there is a file, folder or link of this path."""
        return os.path.lexists(path) or self._left_out(path) is not None or self.is_folder(path)

    def is_folder(self, path: str) -> bool:
        """Whether a path leads to a folder."""
        return os.path.isdir(path) or (bool(self.objects) and self.name_of(path) in self._folders)  # noqa: PTH112

    # ---- what a diff needs (see introduced.Head)

    @cached_property
    def names(self) -> Collection[str]:
        """The files of the work tree: tracked or new, not ignored."""
        return names(listed(self.top, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"))

    def changed_since(self, base: Revision) -> frozenset[str]:
        """The files that differ from a commit, new ones and deleted ones included."""
        differing = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all")
        new = listed(self.top, "ls-files", "-z", "--others", "--exclude-standard")
        if not git_objects.is_partial(self.top):
            found = listed(self.top, *self._unfiltered, "diff", *differing, base.commit, "--")
        else:  # without the content of any object, which 'diff' would need
            found = listed(self.top, "diff-index", "--cached", *differing, base.commit, "--")
            found += listed(self.top, *self._unfiltered, "ls-files", "-z", "--modified", "--deleted")
        return frozenset(names([*found, *new]))

    @cached_property
    def _unfiltered(self) -> list[str]:
        """Flags that switch off the user's own filter programs, which a work tree's .gitattributes may request."""
        known = answer(self.top, "config", "--name-only", "-z", "--get-regexp", r"^filter\..*\.(clean|process|required)$") or b""
        return [part for name in names(filter(None, known.split(b"\0"))) for part in ("-c", f"{name}=")]

    def mentioning(self, texts: Collection[str], names_: Collection[str]) -> list[str] | None:
        """The files, of some records of figures, that hold one of some texts; None where a search cannot decide."""
        patterns = patterns_of(texts)
        if not patterns:
            return None if patterns is None else []
        # no .gitignore hides a record
        where = (*grep("--untracked", "--no-exclude-standard"), ":(glob)**/_figures/*.md")
        found = names(listed(self.top, *where, none=1, data=patterns))
        left_out = {name: self.objects[name] for name in names_ if name in self.objects}
        return [*found, *(git_objects.mentioning(self.top, left_out, texts) or ())]


def checkout_at(folder: str, top: str) -> Checkout:
    """The work tree of a repository. Raises UsageError where nothing is checked out."""
    found = Checkout(top)
    if git_objects.where(top):
        raise UsageError(f"'{folder}' is a bare repository, without a work tree; check a revision instead: --revision HEAD")
    found.check()
    return found
