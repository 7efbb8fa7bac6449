"""
Records of another revision, read from Git's objects: no checkout, no network, nothing written.

Git prints lists that end in NUL, and objects by their hash, so that any file name is possible.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

from pfocr_lint.dataclass import dataclass
from pfocr_lint.settings.model import DEFAULT, Settings, SettingsError
from pfocr_lint.workspace.git_command import git_command, git_environment
from pfocr_lint.workspace.paths import work_tree
from pfocr_lint.workspace.settings_files import FILE, from_bytes

# The most texts to search, each in every record, and the most characters of one, as of a file's name.
MANY, LONGEST = 300, 255


class RevisionError(SettingsError):
    """A revision that cannot be compared with, or gives no settings; the message says what to do."""


def _git(folder: str, *args: str, data: bytes | None = None) -> bytes | None:
    """The output of a Git command; None when it fails. Raises RevisionError where there is no Git."""
    result = _run(folder, args, data)
    return result.stdout if result.returncode == 0 else None


def _run(folder: str, args: Iterable[str], data: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(git_command(folder, *args), input=data, capture_output=True, env=git_environment(), check=False)
    except FileNotFoundError:
        raise RevisionError("--since needs git, which is not installed here") from None


def _listed(folder: str, *args: str, none: int = 0, data: bytes | None = None) -> list[bytes]:
    """The list that a Git command prints; the status ``none`` means an empty one. Raises RevisionError when it fails."""
    result = _run(folder, args, data)
    if result.returncode not in (0, none):
        why = os.fsdecode(result.stderr.partition(b"\n")[0]) or f"status {result.returncode}"
        command = next(arg for arg in args if arg[0] != "-" and "=" not in arg)
        raise RevisionError(f"--since: git {command} failed: {why}")
    return [line for line in result.stdout.split(b"\0") if line]


def _names(listed: Iterable[bytes]) -> list[str]:
    return [os.fsdecode(name) for name in listed]


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
        return {name: entry for name, (mode, entry) in self._tree.items() if mode in ("100644", "100755")}

    @cached_property
    def links(self) -> frozenset[str]:
        """The symbolic links of the commit."""
        return frozenset(name for name, (mode, _) in self._tree.items() if mode == "120000")

    @cached_property
    def _tree(self) -> dict[str, tuple[str, str]]:
        found = {}
        for line in _listed(self.top, "ls-tree", "-r", "-z", "--full-tree", self.commit):
            about, _, name = line.partition(b"\t")
            mode, _, entry = about.decode().split(" ")
            found[os.fsdecode(name)] = mode, entry
        return found

    @cached_property
    def names(self) -> list[str]:
        """The files of the work tree: tracked or new, not ignored."""
        listed = _listed(self.top, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
        return _names(listed)

    @cached_property
    def changed(self) -> frozenset[str]:
        """The files that differ from the commit, new ones and deleted ones included."""
        args = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all")
        differing = _names(_listed(self.top, *self._unfiltered, "diff", *args, self.commit, "--"))
        new = _names(_listed(self.top, "ls-files", "-z", "--others", "--exclude-standard"))
        return frozenset((*differing, *new))

    @cached_property
    def _unfiltered(self) -> list[str]:
        """Flags that switch off the user's own filter programs, which a work tree's .gitattributes may request."""
        known = _git(self.top, "config", "--name-only", "-z", "--get-regexp", r"^filter\..*\.(clean|process|required)$") or b""
        return [part for name in _names(filter(None, known.split(b"\0"))) for part in ("-c", f"{name}=")]

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

    def settings_for(self, path: str) -> Settings:
        """The settings of a file as they are in the commit: the nearest to its folder, upward. Raises SettingsError."""
        folder = os.path.realpath(os.path.dirname(path) if not os.path.isdir(path) else path)  # noqa: PTH112, PTH120
        below = os.path.relpath(folder, os.path.realpath(self.top)).replace(os.sep, "/")
        return _settings(self, below)

    def holds(self, path: str) -> bool:
        """Whether a file is in the commit."""
        return path in self._tree

    def mentioning(self, texts: Iterable[str], below: str) -> list[str] | None:
        """
        The files of the work tree, in folders called ``below``, that hold one of some texts.

        None where a search cannot decide: a text may be written in another form, or there are so many texts that reading all
        files takes less time.
        """
        patterns = sorted(set(texts))
        if len(patterns) > MANY or not all(map(_as_written, patterns)):
            return None
        if not patterns:
            return []
        # -a and --no-exclude-standard: neither .gitattributes nor .gitignore hides a record
        args = ("grep", "-z", "-l", "-a", "-F", "--untracked", "--no-exclude-standard", "--no-textconv", "-f", "-", "--")
        data = "".join(f"{text}\n" for text in patterns).encode()  # an argument would have to be short
        return _names(_listed(self.top, *args, f":(glob)**/{below}/*.md", none=1, data=data))


def _as_written(text: str) -> bool:
    """Whether a record holds a text as it is: YAML neither quotes nor breaks it, as for every right identifier."""
    return 0 < len(text) <= LONGEST and text.isprintable() and not any(char in text for char in "\"'\\")


@cache
def _settings(base: Base, below: str) -> Settings:
    for folder in (PurePosixPath(below), *PurePosixPath(below).parents):
        for name in (FILE, "pyproject.toml"):
            path = (folder / name).as_posix()
            if path in base.links:
                raise SettingsError(f"{Path(base.top, path)}: is a link in {base.commit[:12]}, want a file")
            if path in base.blobs:
                root = Path(base.top, folder)
                settings = from_bytes(base.read([path])[path], root / name, str(root))
                if settings is not None:
                    return settings
    return DEFAULT


def commit(folder: str, revision: str, flag: str) -> Base:
    """A revision in the repository of a folder; ``flag`` names its source in messages. Raises RevisionError."""
    # asked from the top: on the way there, a folder could look like a bare repository, of which Git before 2.38 takes settings
    top = _git(work_tree(os.path.realpath(folder)) or folder, "rev-parse", "--show-toplevel")
    if top is None:
        raise RevisionError(f"{flag}: '{folder}' is in no Git repository")
    root = os.fsdecode(top.rstrip(b"\n"))
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found is None:
        hint = "fetch it first; with actions/checkout, set fetch-depth: 0"
        raise RevisionError(f"{flag}: there is no revision '{revision}' in this clone; {hint}")
    return Base(root, found.decode().strip())


def pull_request_base(folder: str, base: str, head: str) -> str:
    """
    The commit that a pull request's work tree is compared with, of two commits that the event names.

    If HEAD is the merge that GitHub makes of a pull request, it is that merge's first parent, which later work on the base branch
    does not change. If HEAD is the pull request's own commit, it is the base. Raises RevisionError for any other HEAD, which
    would not be the pull request.
    """
    here = commit(folder, "HEAD", "since")
    parents = (_git(here.top, "rev-list", "--parents", "-n", "1", "HEAD") or b"").decode().split()[1:]
    if len(parents) == 2 and parents[1] == head:
        return parents[0]
    if here.commit == head:
        return base
    hint = "check out with actions/checkout on the event pull_request, without a ref, with fetch-depth: 0"
    raise RevisionError(f"since: this clone does not hold the pull request's commit {head[:12]} at HEAD; {hint}")


def merge_base(folder: str, revision: str) -> Base:
    """The merge base of a revision and HEAD, in the repository of a folder. Raises RevisionError."""
    named = commit(folder, revision, "--since")
    root = named.top
    base = _git(root, "merge-base", "HEAD", named.commit)
    if base is None:
        shallow = _git(root, "rev-parse", "--is-shallow-repository") == b"true\n"
        hint = (
            "the clone is shallow, fetch more of it; with actions/checkout, set fetch-depth: 0" if shallow else "they have none"
        )
        raise RevisionError(f"--since: no common history of '{revision}' and HEAD is known here; {hint}")
    return Base(root, base.decode().strip())
