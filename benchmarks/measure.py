"""One command timed as a whole process, and two of them in alternation."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes


class CommandError(Exception):
    """A command that did not do its work: whose it is, and one line that says why."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name


@dataclass(frozen=True)
class Command:
    """Whose command it is, what to run, where, and the exit statuses that mean it did its work; ``before`` is done before each run, untimed."""

    name: str
    argv: tuple[str, ...]
    folder: Path
    statuses: tuple[int, ...] = (0,)
    before: Callable[[], None] | None = None


@dataclass
class Timing:
    """Seconds of each run, of its first byte on standard output, and the peak memory of the largest process in bytes."""

    seconds: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    peak: int = 0

    @property
    def best(self) -> float:
        return min(self.seconds)


def once(command: Command, timing: Timing, track_edits: bool = False) -> None:
    """
    Run a command and note what it took. With ``watch`` its output goes through a pipe and the first byte is timed.

    ru_maxrss of a child that was waited for is that of the largest among it and what it waited for.
    """
    if command.before is not None:
        command.before()
    environment = {**os.environ, "RAYON_NUM_THREADS": "2"}  # ryl's threads, where there are more cores
    with tempfile.TemporaryFile() as complaints:
        start = time.perf_counter()
        try:
            process = subprocess.Popen(
                command.argv,
                cwd=command.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if track_edits else subprocess.DEVNULL,
                stderr=complaints,
            )
        except OSError as error:
            raise CommandError(command.name, f"{command.argv[0]} cannot be started: {error.strerror}") from error
        if process.stdout is not None:
            handle = process.stdout.fileno()
            if os.read(handle, 1):
                timing.first.append(time.perf_counter() - start)
            while os.read(handle, 1 << 20):
                pass
            process.stdout.close()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in command.statuses:
            complaints.seek(0)
            said = complaints.read().decode("utf-8", "replace").strip().splitlines()
            raise CommandError(command.name, f"exit status {process.returncode}{': ' + said[-1][:160] if said else ''}")
    timing.seconds.append(seconds)
    timing.peak = max(timing.peak, used.ru_maxrss * UNIT)


def alternate(commands: Sequence[Command], runs: int, track_edits: bool = False) -> list[Timing]:
    """The commands one after the other, ``runs`` times over, so that what disturbs the machine disturbs both."""
    timings = [Timing() for _ in commands]
    for _ in range(runs):
        for command, timing in zip(commands, timings, strict=True):
            once(command, timing, track_edits)
    return timings
