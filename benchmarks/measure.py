"""Times commands as whole processes, two of them in alternation."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

UNIT = 1 if sys.platform == "darwin" else 1024  # bytes per unit of ru_maxrss


class CommandError(Exception):
    """A command failed; the message is the name of its program and one line with the reason."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name


@dataclass(frozen=True)
class Command:
    """A command: its name, arguments, folder and exit statuses of success; ``before`` runs before each run, untimed."""

    name: str
    argv: tuple[str, ...]
    folder: Path
    statuses: tuple[int, ...] = (0,)
    before: Callable[[], None] | None = None


@dataclass
class Timing:
    """Seconds of each run, seconds until its first byte of output, and the peak memory of the largest process in bytes."""

    seconds: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    peak: int = 0

    @property
    def best(self) -> float:
        return min(self.seconds)


def once(command: Command, timing: Timing, time_first_byte: bool = False) -> None:
    """
    Run a command and add its times and memory to ``timing``. With ``time_first_byte`` its output goes through a pipe.

    ru_maxrss of a child is the peak of the largest process among the child and its own waited-for children. Raises CommandError.
    """
    if command.before is not None:
        command.before()
    environment = {**os.environ, "RAYON_NUM_THREADS": "2"}  # limits the threads of ryl
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        try:
            process = subprocess.Popen(
                command.argv,
                cwd=command.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if time_first_byte else subprocess.DEVNULL,
                stderr=errors,
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
            errors.seek(0)
            lines = errors.read().decode("utf-8", "replace").strip().splitlines()
            raise CommandError(command.name, f"exit status {process.returncode}{': ' + lines[-1][:160] if lines else ''}")
    timing.seconds.append(seconds)
    timing.peak = max(timing.peak, used.ru_maxrss * UNIT)


def alternate(commands: Sequence[Command], runs: int, time_first_byte: bool = False) -> list[Timing]:
    """Run the commands in turn, ``runs`` times, so that other load on the machine affects all of them."""
    timings = [Timing() for _ in commands]
    for _ in range(runs):
        for command, timing in zip(commands, timings, strict=True):
            once(command, timing, time_first_byte)
    return timings
