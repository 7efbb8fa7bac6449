"""
Fetches objects that a clone lacks: in one request of Git to the clone's own promisor remote, and nowhere else.

No address comes from a record, a setting or a pull request. The remote is the one that the clone was made from with ``--filter``,
by https, ssh or as a file. Git runs no hook, asks for no password, and changes no branch.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from pfocr_lint.errors import UsageError
from pfocr_lint.report import visible
from pfocr_lint.workspace import git_objects
from pfocr_lint.workspace.git_command import git_command, git_environment
from pfocr_lint.workspace.git_objects import RevisionError, answer, promisor

MAX_FETCH = 1_000_000_000  # bytes
TYPICAL = 4096  # bytes of a record: 100,000 of the published database have 3 to 5 kB each, and less in a request

_UNITS = {"": 1, "b": 1, "k": 10**3, "m": 10**6, "g": 10**9}
_OPTIONS = (
    "-c", "fetch.writeCommitGraph=false", "-c", "transfer.bundleURI=false", "-c", "fetch.uriProtocols=",
    "-c", "protocol.version=2",
)  # fmt: skip
_FETCH = (
    "fetch", "--stdin", "--quiet", "--no-tags", "--no-prune", "--no-write-fetch-head", "--no-recurse-submodules",
    "--no-auto-maintenance",
)  # fmt: skip
_ALONE = ("-c", "fetch.negotiationAlgorithm=noop")  # of objects by their names: what the clone has does not matter
_NO_BLOBS = "--filter=blob:none"
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "https:ssh:file", "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never", "GCM_INTERACTIVE": "never",
}  # fmt: skip


def _silent(_: str) -> None:
    """Say nothing."""


class Fetching(NamedTuple):
    """
    What a run may fetch.

    ``offline``: nothing. ``max_bytes`` bounds each request. ``all_blobs``: all records, so that all are compared. ``say`` gets a
    line for the user about each request, and about what is not compared.
    """

    offline: bool = False
    max_bytes: int = MAX_FETCH
    all_blobs: bool = False
    say: Callable[[str], None] = _silent


def size_of(given: str) -> int:
    """The bytes of a size as in ``500MB``. Raises UsageError."""
    match = re.fullmatch(r"(?i)([0-9]{1,15})(?:\s*([kmg])b?|b)?", given.strip())
    if match is None:
        raise UsageError(f"--max-fetch: '{given}' is not a size; write it as in 500MB or 2GB")
    return int(match[1]) * _UNITS[(match[2] or "").lower()]


def shown(size: float) -> str:
    """A number of bytes as people read it."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if size >= 10 or unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def fetch(top: str, objects: Collection[str], what: str, fetching: Fetching, *, before: bool = False) -> int:
    """
    Fetch objects in one request, and return how many bytes came.

    ``what`` names them in messages, as in ``12 files``; with ``before``, count and size are also said before the request. Raises
    RevisionError where they cannot be fetched or must not be.
    """
    if fetching.offline:
        raise RevisionError(
            f"this clone lacks {what} that the run needs, and --offline forbids fetching; "
            "run it once without --offline, or in a clone that was made without --filter"
        )
    remote = promisor(top)
    if remote is None or remote.startswith("-"):
        raise RevisionError(
            f"this clone lacks {what} that the run needs, and has no promisor remote to fetch from; "
            "make the clone again, with 'git clone --filter=blob:none' or without --filter"
        )
    expected = TYPICAL * len(objects)
    if expected > fetching.max_bytes:
        raise RevisionError(
            f"{what} would have to be fetched, about {shown(expected)}, and --max-fetch is {shown(fetching.max_bytes)}; "
            "give a larger --max-fetch, or compare with --since"
        )
    if before:
        fetching.say(f"fetching {what} from '{remote}', about {shown(expected)}")
    size = _fetch(top, [*_ALONE, *_OPTIONS, *_FETCH, _NO_BLOBS, remote], objects, what, fetching.max_bytes)
    if git_objects.missing_of(top, objects):
        raise RevisionError(f"'{remote}' did not send all of {what} that the run needs; try again, or make the clone again")
    return size


def fetch_commit(top: str, ref: str, commit: str, fetching: Fetching) -> None:
    """
    Fetch the commit that a reference of the remote leads to, with its history, unless the clone has it; no branch changes.

    The remote is the promisor remote, else ``origin``. Raises RevisionError where the reference leads elsewhere.
    """
    if answer(top, "cat-file", "-e", f"{commit}^{{commit}}") is None:
        remote = promisor(top)
        options = [*_OPTIONS, *_FETCH, *([_NO_BLOBS] if remote else ()), remote or "origin"]
        _fetch(top, options, [ref], f"the commits of {ref}", fetching.max_bytes)
    if answer(top, "cat-file", "-e", f"{commit}^{{commit}}") is None:
        raise RevisionError(f"{ref} does not lead to {commit[:12]} any more; a newer check reads what it leads to now")


def _fetch(top: str, options: Sequence[str], wanted: Collection[str], what: str, most: int) -> int:
    """Run ``git fetch``, whose last option is the remote, and end it above ``most`` bytes; how many it received."""
    remote = options[-1]
    known = git_objects.packs(top)
    command = git_command(top, *git_objects.where(top), *options)
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**git_environment(), **_ENVIRONMENT, **_ssh(top)},
        start_new_session=True,  # it has no terminal, on which ssh would ask for a password; and its children end with it
    ) as process:
        try:
            lines = "".join(f"{each}\n" for each in sorted(wanted)).encode()
            errors = _errors_of(process, lines, lambda: _new(top, known) > most)
        except BaseException:
            _end(process)
            raise
    size = _new(top, known)
    if errors is None or size > most:
        raise RevisionError(f"{what} are more than --max-fetch {shown(most)}; give a larger --max-fetch, or compare with --since")
    if process.returncode:
        said = [line for line in os.fsdecode(errors).splitlines() if line.startswith(("fatal: ", "error: "))]
        why = visible(said[0].partition(": ")[2]) if said else f"status {process.returncode}"
        raise RevisionError(
            f"{what} that the run needs cannot be fetched from '{remote}' ({why}); "
            "check the connection and the access to it, or use a clone that was made without --filter"
        )
    return size


def _errors_of(process: subprocess.Popen[bytes], data: bytes, is_too_much: Callable[[], bool]) -> bytes | None:
    """What the process wrote to standard error; None when it was ended."""
    given: bytes | None = data
    while True:
        try:
            return process.communicate(given, timeout=0.05)[1]
        except subprocess.TimeoutExpired:
            given = None  # the rest of it is still sent
        if is_too_much():
            _end(process)
            return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End Git and the programs that it started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGTERM)
            for _ in range(20):  # a second, in which Git removes what it wrote
                if process.poll() is not None:
                    return
                time.sleep(0.05)
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _new(top: str, known: Collection[str]) -> int:
    """How many bytes came in packs, those included that are being received."""
    received = (".pack", "tmp_pack_")
    return sum(
        size
        for name, size in git_objects.packs(top).items()
        if name not in known and (name.endswith(received[0]) or name.startswith(received[1]))
    )


def _ssh(top: str) -> dict[str, str]:
    """The user's own ssh command, which must not ask for a password."""
    own = os.environ.get("GIT_SSH_COMMAND") or (answer(top, "config", "core.sshCommand") or b"").decode(errors="replace").strip()
    if not own and "GIT_SSH" in os.environ:
        own = shlex.quote(os.environ["GIT_SSH"])
    first = shlex.split(own)[0] if own else "ssh"
    is_openssh = os.path.basename(first).removesuffix(".exe") == "ssh"  # noqa: PTH119
    return {"GIT_SSH_COMMAND": f"{own or 'ssh'} -o BatchMode=yes" if is_openssh else own}
