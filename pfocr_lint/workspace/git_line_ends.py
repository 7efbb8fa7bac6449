"""
Line ends of a work tree: Git may store LF and write CR LF, as on Windows (``core.autocrlf``, the attribute ``eol``).

Git is asked for files with CR LF only, by ``git ls-files --eol``, which reads index and files and runs no filter. Such a file is
checked and fixed as the text that Git stores. A write gives it back its line ends (see atomic_write).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from pfocr_lint.lazy_import import LazyModule, hashlib
from pfocr_lint.paths import real
from pfocr_lint.record.limits import MAX_BYTES
from pfocr_lint.record.line_ends import with_lf
from pfocr_lint.workspace.git_command import git_command, git_environment
from pfocr_lint.workspace.paths import FOLDERS, work_tree

if TYPE_CHECKING:
    import subprocess
else:
    subprocess = LazyModule("subprocess")

# The line ends of a file: no CR LF; CR LF where Git stores LF; CR LF that Git stores too, or that is in no repository.
LF, CONVERTED, CR_LF = 0, 1, 2

FEW, LONGEST = 100, 16_000  # files, and characters of their paths, that are named to Git; for more it lists all records
_TRUE = ("true", "yes", "on", "1", "", "input")  # Git's words for true, and the value that converts in one direction only


class LineEnds:
    """
    Git's answers in one run, one listing for each repository.

    ``expected`` are the paths of the files that are read now, if they are few: these are named to Git.
    """

    def __init__(self, expected: Sequence[str] | None = None) -> None:
        self.expected = expected
        self.converted: set[str] = set()  # paths whose bytes were converted
        self._known: dict[str, dict[str, bool]] = {}  # work tree -> name below it -> whether Git stores LF
        self._listed: set[str] = set()
        self._folders: dict[str, tuple[str | None, str]] = {}

    def for_worker(self) -> LineEnds:
        """The answers, without what belongs to this process."""
        copied = LineEnds()
        copied._known, copied._listed = self._known, self._listed
        return copied

    def has_lf(self, path: str) -> bool:
        """Whether Git stores LF for a file, or will when it is added. False without Git."""
        top, name = self._place(path)
        if top is None:
            return False
        known = self._known.setdefault(top, {})
        if name not in known:
            for specs in self._questions(top, name):
                known.update(_answers(top, specs))
                if name in known:
                    break
            known.setdefault(name, False)
        return known[name]

    def _place(self, path: str) -> tuple[str | None, str]:
        folder, name = os.path.split(path)
        if folder not in self._folders:  # many files share a folder
            here = real(os.path.join(os.getcwd(), folder))  # noqa: PTH109, PTH118
            top = work_tree(here)
            below = "" if top is None else os.path.relpath(here, top).replace(os.sep, "/")
            self._folders[folder] = top, "" if below in ("", ".") else f"{below}/"
        top, below = self._folders[folder]
        return top, below + name

    def _questions(self, top: str, name: str) -> Iterator[list[str]]:
        """What to ask Git, until the name is among its answers."""
        few = self._few(top)
        if few is not None and name in few:
            yield [_literally(each) for each in few]
            return
        if few is None and top not in self._listed:
            self._listed.add(top)
            yield [f":(top,glob)**/{folder}/*{suffix}" for folder, suffix in FOLDERS.items()]
        yield [_literally(name)]

    def _few(self, top: str) -> set[str] | None:
        if self.expected is None or sum(map(len, self.expected)) > LONGEST:
            return None
        places = map(self._place, self.expected)
        return {name for at, name in places if at == top}


def _literally(name: str) -> str:
    return f":(top,literal){name}"


def _answers(top: str, specs: Iterable[str]) -> dict[str, bool]:
    """Whether Git stores LF, for each file that it lists."""
    found: dict[str, bool] = {}
    unsaid: list[str] = []
    for line in (_output(top, "ls-files", "--eol", "-z", "--cached", "--others", "--", *specs) or b"").split(b"\0"):
        about, tab, name = line.partition(b"\t")
        if not tab:
            continue
        index, file, attributes = (each.strip().partition("/")[2] for each in _columns(about.decode("utf-8", "replace")))
        path = os.fsdecode(name)
        lf = index == "lf" or (index in ("", "none") and _will_convert(attributes, file))
        if index in ("", "none") and not attributes and file != "-text":
            unsaid.append(path)
        found[path] = found.get(path, True) and lf  # in a merge a file has several entries
    if unsaid and (_output(top, "config", "--get", "core.autocrlf") or b"false").decode().strip().lower() in _TRUE:
        found |= dict.fromkeys(unsaid, True)
    return found


def _columns(about: str) -> tuple[str, str, str]:
    index, file, *attributes = about.split(maxsplit=2)
    return index, file, attributes[0] if attributes else ""


def _will_convert(attributes: str, file: str) -> bool:
    """Whether Git will store LF for a file that is not in the index yet, by attributes alone. ``file`` is its kind of text."""
    if not attributes or attributes.startswith("-text"):
        return False
    return not attributes.startswith("text=auto") or file != "-text"


def _output(top: str, *args: str) -> bytes | None:
    """
    The output of a Git command; None where it fails or there is no Git.

    With no protocol allowed, Git fetches no blob that a partial clone lacks: it fails, and is asked for the file alone.
    """
    environment = {**git_environment(), "GIT_ALLOW_PROTOCOL": "none"}
    try:
        done = subprocess.run(git_command(top, *args), capture_output=True, env=environment, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


_run: LineEnds | None = None


@contextlib.contextmanager
def asked_once() -> Iterator[None]:
    """Within, Git's answers are kept: its state counts as the same for a run. Outside, Git is asked for each file again."""
    global _run  # noqa: PLW0603 - the files of a run are read in many places
    before, _run = _run, LineEnds()
    try:
        yield
    finally:
        _run = before


def expect(paths: Sequence[str] | None) -> None:
    """Name the files that will be read next; None for many."""
    if _run is not None:
        _run.expected = paths


def answers() -> LineEnds | None:
    """The answers of this run, for a worker process; None outside of a run."""
    return None if _run is None else _run.for_worker()


def use(known: LineEnds | None) -> None:
    """Take over, in a worker process, the answers that the first process has."""
    global _run  # noqa: PLW0603
    if _run is None or known is None:
        _run = known


def has_lf(path: str) -> bool:
    """Whether Git stores LF for a file, or will when it is added. False without Git."""
    return (_run or LineEnds([path])).has_lf(path)


def as_stored(path: str, data: bytes) -> bytes:
    """The bytes of a file as Git stores them: with LF where it does. Data over the size limit of a record stays."""
    if b"\r\n" not in data or len(data) > MAX_BYTES:
        return data
    run = _run or LineEnds([path])
    if not run.has_lf(path):
        return data
    run.converted.add(path)
    return with_lf(data)


def digest_of(path: str, data: bytes) -> bytes:
    """
    32 bytes that identify the result for a file: 31 of the SHA-256 of its bytes as they are checked, and one for its line ends.

    The last byte shows on which answer of Git the result depends (see is_as_before).
    """
    ends = CONVERTED if _run is not None and path in _run.converted else CR_LF if b"\r\n" in data else LF
    return hashlib.sha256(data).digest()[:31] + bytes([ends])


def is_as_before(path: str, ends: int) -> bool:
    """Whether Git still says what a kept result depends on; ``ends`` is the last byte of its digest."""
    return ends == LF or has_lf(path) == (ends == CONVERTED)
