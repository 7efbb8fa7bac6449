"""
Git's lists and objects: no checkout, nothing written, and nothing fetched (see git_fetch).

Git prints lists that end in NUL, and objects by their hash, so that any file name is possible. A folder ``top`` is that of a work
tree, or a bare repository.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from pfocr_lint.errors import UsageError
from pfocr_lint.record.limits import MAX_BYTES
from pfocr_lint.workspace.git_command import git_command, git_environment
from pfocr_lint.workspace.paths import is_bare

# The most texts to search, each in every record, and the most characters of one, as of a file's name.
MANY, LONGEST = 300, 255

# Modes in a tree: of files, of a symbolic link, and of a submodule, in whose place a checkout has a folder.
REGULAR, LINK, FOLDER = frozenset({"100644", "100755"}), "120000", "160000"


class RevisionError(UsageError):
    """A revision that cannot be compared with, or gives no settings; the message says what to do."""


@cache
def where(top: str) -> tuple[str, ...]:
    """The flags that name a bare repository, which Git takes only where it is named."""
    return ("--git-dir=.",) if is_bare(top) else ()


def run(
    top: str, args: Iterable[str], data: bytes | None = None, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a Git command; ``more`` are variables for its environment. Raises RevisionError where there is no Git."""
    command, environment = git_command(top, *where(top), *args), {**git_environment(), **(more or {})}
    try:
        return subprocess.run(command, input=data, capture_output=True, env=environment, check=False)
    except FileNotFoundError:
        raise RevisionError("--since and --revision need git, which is not installed here") from None


def answer(top: str, *args: str, data: bytes | None = None) -> bytes | None:
    """The output of a Git command; None when it fails. Raises RevisionError where there is no Git."""
    result = run(top, args, data)
    return result.stdout if result.returncode == 0 else None


def output(top: str, *args: str, none: int = 0, data: bytes | None = None, more: Mapping[str, str] | None = None) -> bytes:
    """The output of a Git command, which may also end with the status ``none``. Raises RevisionError when it fails."""
    result = run(top, args, data, more)
    if result.returncode not in (0, none):
        why = os.fsdecode(result.stderr.strip().partition(b"\n")[0]) or f"status {result.returncode}"
        command = next(arg for arg in args if arg[0] != "-" and "=" not in arg)
        raise RevisionError(f"git {command} failed: {why}")
    return result.stdout


def listed(top: str, *args: str, none: int = 0, data: bytes | None = None, more: Mapping[str, str] | None = None) -> list[bytes]:
    """The list that a Git command prints; the status ``none`` means an empty one. Raises RevisionError when it fails."""
    return [line for line in output(top, *args, none=none, data=data, more=more).split(b"\0") if line]


def names(listed: Iterable[bytes]) -> list[str]:
    """The names in a list."""
    return [os.fsdecode(name) for name in listed]


def tree(top: str, commit: str) -> dict[str, tuple[str, str]]:
    """Path -> mode and object of everything in a commit but folders. Raises RevisionError."""
    found = {}
    for line in listed(top, "ls-tree", "-r", "-z", "--full-tree", commit):
        about, _, name = line.partition(b"\t")
        mode, _, entry = about.decode().split(" ")
        found[os.fsdecode(name)] = mode, entry
    return found


def missing(top: str, commits: Iterable[str]) -> frozenset[str]:
    """
    The objects of some commits' trees that this clone does not have.

    ``rev-list`` is the one command that lists them in every version of Git without a request to the remote for each.
    """
    args = ("rev-list", "--objects", "--no-walk=unsorted", "--missing=print", *dict.fromkeys(commits), "--")
    return frozenset(line[1:].decode() for line in output(top, *args).split(b"\n") if line[:1] == b"?")


def missing_of(top: str, objects: Iterable[str]) -> bool:
    """Whether this clone lacks one of some objects."""
    result = run(top, ("cat-file", "--batch-check"), "".join(f"{each}\n" for each in objects).encode())
    return result.returncode != 0 or b" missing\n" in result.stdout


def mentioning(top: str, objects: Mapping[str, str], texts: Iterable[str]) -> list[str] | None:
    """
    The files, of a mapping from paths to objects that the clone has, that hold one of some texts.

    None where a search cannot decide (see ``patterns_of``). Git searches an index, which is made for this in a temporary folder.
    """
    patterns = patterns_of(texts)
    if not patterns or not objects:
        return None if patterns is None else []
    given = list(objects)  # each is a number in the index, which takes not every name
    entries = "".join(f"100644 {objects[name]}\t{number}\0" for number, name in enumerate(given)).encode()
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": os.path.join(folder, "index")}  # noqa: PTH118
        listed(top, "update-index", "-z", "--index-info", data=entries, more=index)
        return [given[int(number)] for number in listed(top, *grep("--cached"), none=1, data=patterns, more=index)]


def grep(*where: str) -> tuple[str, ...]:
    """The arguments of a search for the texts of ``patterns_of``, which prints the names of the files."""
    # -a and --no-textconv: no .gitattributes hides a record
    return ("grep", "-z", "-l", "-a", "-F", *where, "--no-textconv", "-f", "-", "--")


def patterns_of(texts: Iterable[str]) -> bytes | None:
    """
    Texts as the input of ``git grep``: an argument would have to be short.

    None where a search cannot decide: a text may be written in another form, or there are so many texts that reading all files
    takes less time.
    """
    patterns = sorted(set(texts))
    if len(patterns) > MANY or not all(map(_as_written, patterns)):
        return None
    return "".join(f"{text}\n" for text in patterns).encode()


def _as_written(text: str) -> bool:
    """Whether a record holds a text as it is: YAML neither quotes nor breaks it, as for every right identifier."""
    return 0 < len(text) <= LONGEST and text.isprintable() and not any(char in text for char in "\"'\\")


def is_ancestor(top: str, old: str, new: str) -> bool:
    """Whether one commit is another one, or comes before it."""
    return run(top, ("merge-base", "--is-ancestor", old, new)).returncode == 0


def contents(top: str, objects: Sequence[str]) -> list[bytes | None] | None:
    """The bytes of blobs; None for one that the clone lacks, and instead of all where Git fails."""
    given = answer(top, "cat-file", "--batch", data="".join(f"{entry}\n" for entry in objects).encode()) if objects else b""
    if given is None:
        return None
    found, at = list[bytes | None](), 0
    for _ in objects:
        end = given.index(b"\n", at)
        parts = given[at:end].split(b" ")
        at = end + 1
        size = int(parts[2]) if len(parts) == 3 else None
        found.append(None if size is None else given[at : at + size])
        at += 0 if size is None else size + 1
    return found


def read_all(top: str, objects: Iterable[str]) -> dict[str, bytes] | None:
    """The bytes of blobs, by their object; None where Git cannot read one."""
    wanted = list(dict.fromkeys(objects))
    found = contents(top, wanted) or []
    known = {entry: data for entry, data in zip(wanted, found, strict=False) if data is not None}
    return known if len(known) == len(wanted) else None


class _Blobs:
    """One ``git cat-file --batch``, kept until the run ends. What Git cannot answer is None, and never a failure of the run."""

    def __init__(self, top: str) -> None:
        self._top = top
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, name: bytes) -> bytes | None:
        """The bytes of a blob, by a name that Git understands; None where there is none. At most one more than the limit."""
        if b"\n" in name:
            return None
        try:
            if self._process is None:
                self._process = subprocess.Popen(
                    git_command(self._top, *where(self._top), "cat-file", "--batch"),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=git_environment(),
                )
            given, source = self._process.stdout, self._process.stdin
            assert given is not None
            assert source is not None
            source.write(name + b"\n")
            source.flush()
            about = given.readline().split(b" ")
            if about[-1] == b"missing\n":
                return None
            _, sort, size = about
            if sort == b"blob":
                data = given.read(min(int(size), MAX_BYTES + 1))
                if len(data) == int(size) and given.read(1) == b"\n":
                    return data
                self.close()  # the rest is not read
                return data if len(data) > MAX_BYTES else None
        except (OSError, ValueError):  # there is no Git, or Git refuses the repository
            pass
        self.close()
        return None

    def close(self) -> None:
        """End the process; another begins where one is needed."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(OSError), process:  # what it still writes, or a child of it, is not read
                process.kill()


# By process too: a forked one must not read the answers of its parent.
_open: dict[tuple[int, str], _Blobs] = {}


def read(top: str, name: bytes) -> bytes | None:
    """The bytes of one blob, by its object or as ``REVISION:PATH``; None where Git does not have it."""
    key = (os.getpid(), top)
    if key not in _open:
        _open[key] = _Blobs(top)
    return _open[key].read(name)


def close() -> None:
    """End the processes of ``read``; the next read begins another."""
    for key in [key for key in _open if key[0] == os.getpid()]:
        _open.pop(key).close()


@cache
def is_partial(top: str) -> bool:
    """Whether a clone was made without all objects."""
    return promisor(top) is not None or any(name.endswith(".promisor") for name in packs(top))


@cache
def _pack_folder(top: str) -> str:
    folder = answer(top, "rev-parse", "--git-path", "objects/pack") or b""
    return os.path.join(top, os.fsdecode(folder.rstrip(b"\n")))  # noqa: PTH118


def packs(top: str) -> dict[str, int]:
    """The files of a clone's packs with their sizes, of those that are being received too."""
    found = {}
    with contextlib.suppress(OSError), os.scandir(_pack_folder(top)) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):  # it was renamed meanwhile
                found[entry.name] = entry.stat().st_size
    return found


def promisor(top: str) -> str | None:
    """The remote from which a clone without all objects gets the others; None where the clone is complete, or has none."""
    settings = answer(top, "config", "-z", "--get-regexp", r"^(extensions\.partialclone|remote\..*\.promisor)$") or b""
    found = dict(line.decode(errors="replace").partition("\n")[::2] for line in settings.split(b"\0") if line)
    remotes = [key for key, value in found.items() if key[0] == "r" and value.lower() in ("", "true", "yes", "on", "1")]
    own = found.get("extensions.partialclone")
    return own or next((key.removeprefix("remote.").removesuffix(".promisor") for key in remotes), None)
