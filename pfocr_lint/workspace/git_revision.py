"""A Git revision: its files, its settings, and how it is found."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

from pfocr_lint.dataclass import dataclass
from pfocr_lint.settings.model import DEFAULT, Settings, SettingsError
from pfocr_lint.workspace import git_objects
from pfocr_lint.workspace.git_objects import FOLDER, LINK, RevisionError, answer
from pfocr_lint.workspace.paths import bare_repository, below, work_tree
from pfocr_lint.workspace.settings_files import NAMES, from_bytes, no_folder

__all__ = ["Revision", "RevisionError", "commit", "merge_base", "pull_request_base"]

MOST_LINKS, LONGEST_LINK = 40, 4095  # on the way to a file, and characters: as in Linux


class LeadsOut(Exception):  # noqa: N818 - it is what PF001 says, not a failure of the program
    """A link that leads out of the repository."""


class Circle(Exception):  # noqa: N818
    """Links that lead to each other."""


@dataclass(frozen=True)
class Revision:
    """
    A commit.

    ``top`` is the folder of the work tree, or of a bare repository; every path is relative to it, ``/`` separated.
    """

    top: str
    commit: str

    @cached_property
    def entries(self) -> dict[str, tuple[str, str]]:
        """Path -> mode and object of everything in the commit but folders."""
        return git_objects.tree(self.top, self.commit)

    @cached_property
    def blobs(self) -> dict[str, str]:
        """Path -> object of every regular file."""
        return {name: entry for name, (mode, entry) in self.entries.items() if mode not in (LINK, FOLDER)}

    @cached_property
    def links(self) -> dict[str, str]:
        """Path -> object of every symbolic link."""
        return {name: entry for name, (mode, entry) in self.entries.items() if mode == LINK}

    @cached_property
    def folders(self) -> dict[str, tuple[list[str], list[str]]]:
        """Path -> names of the folders in a folder, and of everything else; '' is the folder of all."""
        found: dict[str, tuple[list[str], list[str]]] = {"": ([], [])}
        for name, (mode, _) in self.entries.items():
            above, _, last = name.rpartition("/")
            folder = name if mode == FOLDER else above
            while folder not in found:
                found[folder] = ([], [])
                folder = folder.rpartition("/")[0]
            if mode != FOLDER:
                found[above][1].append(last)
        for folder in found:
            if folder:
                above, _, last = folder.rpartition("/")
                found[above][0].append(last)
        return found

    @cached_property
    def _real(self) -> dict[str, str]:
        """Paths without links, by folder, of those that were looked up."""
        return {"": ""}

    def resolved(self, name: str, *, last: bool = True) -> str:
        """A path with its links followed, the last part only with ``last``. Raises LeadsOut and Circle."""
        if not self.links:
            return name
        folder, _, base = name.rpartition("/")
        if folder not in self._real:
            self._real[folder] = self._followed(folder)
        here = f"{self._real[folder]}/{base}".lstrip("/")
        return self._followed(here) if last and here in self.links else here

    def _followed(self, name: str) -> str:
        done, parts, left = list[str](), name.split("/")[::-1], MOST_LINKS
        while parts:
            part = parts.pop()
            if part == "..":
                if not done:
                    raise LeadsOut
                done.pop()
            elif part not in ("", "."):
                done.append(part)
                link = self.links.get("/".join(done))
                if link is not None:
                    left -= 1
                    if left < 0:
                        raise Circle
                    target = os.fsdecode(git_objects.read(self.top, link.encode()) or b"")
                    if len(target) > LONGEST_LINK:
                        raise Circle
                    if target.startswith("/"):
                        raise LeadsOut
                    done.pop()
                    parts += target.split("/")[::-1]
        return "/".join(done)

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The bytes of files, of those that are there. Raises RevisionError."""
        wanted = [path for path in paths if path in self.blobs]
        found = git_objects.read_all(self.top, (self.blobs[path] for path in wanted))
        if found is None:
            raise RevisionError(f"Git cannot read the files of {self.commit[:12]}, or this clone does not have them")
        return {path: found[self.blobs[path]] for path in wanted}

    def holds(self, path: str) -> bool:
        """Whether a file is in the commit."""
        return path in self.entries

    def settings_for(self, path: str) -> Settings:
        """The settings that a file of the work tree has in the commit. Raises SettingsError."""
        folder = os.path.realpath(os.path.dirname(path) if not os.path.isdir(path) else path)  # noqa: PTH112, PTH120
        return self.settings_in(below(folder, os.path.realpath(self.top)))

    def settings_in(self, folder: str, *, own: bool = False) -> Settings:
        """
        The settings of the files in a folder below ``top``: the nearest, upward. Raises SettingsError.

        ``own`` says that the files are of the same commit: then a settings file may be a link inside the repository, and the
        folder that the settings name must exist.
        """
        return _settings(self, folder, own)


@cache
def _settings(revision: Revision, below: str, own: bool) -> Settings:
    for folder in (PurePosixPath(below), *PurePosixPath(below).parents):
        for name in NAMES:
            path = (folder / name).as_posix()
            file, root = Path(revision.top, path), Path(revision.top, folder)
            if path in revision.links:
                path = _target(revision, path, file, own=own)
            if path in revision.blobs:
                settings = from_bytes(revision.read([path])[path], file, str(root))
                if settings is not None:
                    if own:
                        _check_folder(revision, settings, file)
                    return settings
    return DEFAULT


def _target(revision: Revision, path: str, shown: Path, *, own: bool) -> str:
    """The file to which a link leads. Raises SettingsError."""
    if not own:
        raise SettingsError(f"{shown}: is a link in {revision.commit[:12]}, want a file")
    try:
        return revision.resolved(path)
    except (LeadsOut, Circle):
        raise SettingsError(f"{shown}: is a link that leads out of the repository") from None


def _check_folder(revision: Revision, settings: Settings, shown: Path) -> None:
    """Raise SettingsError where the folder that the settings name is not in the revision."""
    if isinstance(settings.organisms, str):
        folder = below(os.path.join(settings.root or "", settings.organisms), revision.top)  # noqa: PTH118
        try:
            found = revision.resolved("" if folder == "." else folder) in revision.folders
        except (LeadsOut, Circle):
            found = False
        if not found:
            raise SettingsError(no_folder(shown, settings.organisms))


def commit(folder: str, revision: str, flag: str) -> Revision:
    """A revision in the repository of a folder; ``flag`` names its source in messages. Raises RevisionError."""
    here = os.path.realpath(folder)
    home = work_tree(here)
    if home is None and (bare := bare_repository(here)) is not None:
        root = bare
    else:
        # asked from the top: on the way there, a folder could look like a bare repository, whose settings Git before 2.38 takes
        top = git_objects.run(home or folder, ("rev-parse", "--show-toplevel"))
        if top.returncode != 0:
            raise RevisionError(f"{flag}: {_why_no_repository(folder, os.fsdecode(top.stderr))}")
        root = os.fsdecode(top.stdout.rstrip(b"\n"))
    found = answer(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found is None:
        hint = "fetch it first; with actions/checkout, set fetch-depth: 0"
        raise RevisionError(f"{flag}: there is no revision '{revision}' in this clone; {hint}")
    return Revision(root, found.decode().strip())


def _why_no_repository(folder: str, said: str) -> str:
    """Why Git finds no repository, and the command that helps where it belongs to another user, as in a container."""
    why = said.partition("\n")[0].removeprefix("fatal: ")
    trusted = re.search(r"^\s*git config --global --add safe\.directory .+$", said, re.MULTILINE)
    if trusted is not None:
        return f"Git refuses the repository of '{folder}': {why}; if you trust it, run: {trusted[0].strip()}"
    if not why or why.startswith("not a git repository"):
        return f"'{folder}' is in no Git repository"
    return f"Git cannot read the repository of '{folder}': {why}"


def pull_request_base(folder: str, base: str, head: str, revision: str = "HEAD") -> str:
    """
    The commit that a pull request is compared with, of two commits that the event names; ``revision`` is what is checked.

    If it is the merge that GitHub makes of a pull request, it is compared with that merge's first parent, which later work on the
    base branch does not change. If it is the pull request's own commit, with the base. Raises RevisionError for any other one,
    which would not be the pull request.
    """
    here = commit(folder, revision, "since")
    parents = (answer(here.top, "rev-list", "--parents", "-n", "1", here.commit) or b"").decode().split()[1:]
    if len(parents) == 2 and parents[1] == head:
        return parents[0]
    if here.commit == head:
        return base
    hint = "check out with actions/checkout on the event pull_request, without a ref, with fetch-depth: 0"
    raise RevisionError(f"since: this clone does not hold the pull request's commit {head[:12]} at {revision}; {hint}")


def merge_base(folder: str, revision: str, head: str = "HEAD") -> Revision:
    """The merge base of a revision and HEAD, or another one, in the repository of a folder. Raises RevisionError."""
    named = commit(folder, revision, "--since")
    root = named.top
    base = answer(root, "merge-base", head, named.commit)
    if base is None:
        shallow = answer(root, "rev-parse", "--is-shallow-repository") == b"true\n"
        hint = (
            "the clone is shallow, fetch more of it; with actions/checkout, set fetch-depth: 0" if shallow else "they have none"
        )
        raise RevisionError(f"--since: no common history of '{revision}' and {head} is known here; {hint}")
    return Revision(root, base.decode().strip())
