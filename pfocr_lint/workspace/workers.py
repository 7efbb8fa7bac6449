"""
Work in several processes: results in order, even when a process is killed.

Python's own pool breaks as a whole when one of its processes is killed, and hangs when that happens while it sends a result,
because all processes share one pipe. Here each has a pipe of its own, so a killed process loses only its own part.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from pfocr_lint.lazy_import import pickle
from pfocr_lint.workspace import signals

if TYPE_CHECKING:
    from queue import SimpleQueue

Part = TypeVar("Part")
Done = TypeVar("Done")
Answer: TypeAlias = tuple[bool, Any]  # whether it was done, and what came of it or why not

AHEAD = 8  # parts for each process that may be done before their turn comes: more would pile up in memory
HELD = 2  # parts that a process is given: while the first process is busy with results, it goes on to the second
MOST = 60 if sys.platform == "win32" else 1_000  # processes: Windows waits for 63 pipes at once, at most
GRACE = 5.0  # seconds that a process has to finish the write that it is at


def in_order(
    work: Callable[[Part], Done],
    parts: Sequence[Part],
    jobs: int,
    *,
    pieces: Callable[[Part], Iterable[Part]],
    lost: Callable[[Part, str], Done],
) -> Iterator[Done]:
    """
    The results of ``work`` for each part, in order, each as soon as possible.

    A part whose process ends is done again in its ``pieces``, one after the other, each in a new process. The results of the
    pieces replace that of the part; for a piece whose process ends twice, ``lost`` makes the result from the piece and the cause.
    If no process can be started, this one does the work. When the iteration ends early, or a signal comes, the processes end as
    soon as their current write is done.
    """
    crew = _Crew(work, jobs)
    done: dict[int, Answer] = {}
    begun = 0
    try:
        for turn, part in enumerate(parts):
            while turn not in done and crew.workers:
                for worker in crew.idle():
                    if crew.returned:
                        again = crew.returned.pop(0)
                        worker.begin(again, parts[again])
                    elif begun < min(len(parts), turn + jobs * AHEAD):
                        worker.begin(begun, parts[begun])
                        begun += 1
                done.update(crew.answers())
            if turn not in done:
                begun = max(begun, turn + 1)
                yield work(part)
            elif done[turn][0]:
                yield done.pop(turn)[1]
            else:
                del done[turn]
                yield from _singly(work, pieces(part), lost)
    finally:
        crew.end()


def _singly(work: Callable[[Part], Done], pieces: Iterable[Part], lost: Callable[[Part, str], Done]) -> Iterator[Done]:
    """Each piece in a process of its own; twice, because the first process may have ended for another reason."""
    crew = _Crew(work, 1)
    try:
        for piece in pieces:
            fine, what = crew.one(piece)
            if not fine:
                fine, what = crew.one(piece)
            yield what if fine else lost(piece, what)
    finally:
        crew.end()


class _Crew:
    """The running processes, as many as wanted or possible."""

    def __init__(self, work: Callable[[Any], Any], wanted: int) -> None:
        self.work, self.wanted = work, min(wanted, MOST)
        self.workers: list[_Worker] = []
        self.returned: list[int] = []  # the turns of parts that a process had not come to when it ended
        self.fill()

    def fill(self) -> None:
        """Start the missing processes."""
        with contextlib.suppress(OSError):  # with fewer it takes longer
            while len(self.workers) < self.wanted:
                self.workers.append(_Worker(self.work))

    def idle(self) -> list[_Worker]:
        """The processes that can take a part, twice those that can take two; the least busy first."""
        free = [(len(worker.turns) + more, worker) for worker in self.workers for more in range(HELD - len(worker.turns))]
        return [worker for _, worker in sorted(free, key=itemgetter(0))]

    def answers(self) -> list[tuple[int, Answer]]:
        """The available answers, with their turns; waits for one. A process that ended is replaced."""
        from multiprocessing.connection import wait

        busy: dict[Any, _Worker] = {worker.pipe: worker for worker in self.workers if worker.turns}
        found: list[tuple[int, Answer]] = []
        for pipe in wait(list(busy)):
            worker = busy[pipe]
            answer = worker.answer()
            if answer is None:
                self.workers.remove(worker)
                cause = worker.cause()
                found.append((worker.turns[0], (False, cause)))
                self.returned += worker.turns[1:]
                self.fill()
            else:
                found.append((worker.turns.pop(0), answer))
        return found

    def one(self, part: Any) -> Answer:
        """The answer to a part that is the only one."""
        if not self.workers:
            return False, "no process could be begun for it"
        self.workers[0].begin(0, part)
        return self.answers()[0][1]

    def end(self) -> None:
        """End all processes, after their current write."""
        with signals.delayed():
            for worker in self.workers:
                worker.process.terminate()
            for worker in self.workers:
                worker.cause()


class _Worker:
    """A process, its pipe, and the turns of its parts."""

    def __init__(self, work: Callable[[Any], Any]) -> None:
        from multiprocessing import get_context  # 11 ms, which a single file need not wait for

        context = get_context(start_method())
        self.turns: list[int] = []
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(work, theirs, os.getcwd()), daemon=True)  # noqa: PTH109
        try:
            with signals.blocked(), _safe_path():
                self.process.start()
        except BaseException:
            self.pipe.close()
            raise
        finally:
            theirs.close()  # so that the end of the process is the end of the pipe

    def begin(self, turn: int, part: Any) -> None:
        """Send it a part. It receives parts at any time, so this does not wait."""
        self.turns.append(turn)
        with contextlib.suppress(OSError):  # it ended: the pipe says so when it is asked for the answer
            self.pipe.send(part)

    def answer(self) -> Answer | None:
        """Its answer to a part; None when it ended."""
        try:
            answer: Answer = self.pipe.recv()
            return answer
        except (EOFError, OSError):
            return None

    def cause(self) -> str:
        """How it ended; it is killed if it does not end."""
        self.process.join(GRACE)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
        self.pipe.close()
        code = self.process.exitcode or 0
        return f"its process was killed by {_signal(-code)}" if code < 0 else f"its process ended with status {code}"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


@contextlib.contextmanager
def _safe_path() -> Iterator[None]:
    """
    A process that is begun within imports nothing from the current folder, which may be a hostile work tree.

    A process that is not forked begins as ``python -c``, which would import from there. Python 3.10 has no environment variable
    against it: there the process begins in the folder of Python's own library, and then changes to this one (see _serve).
    """
    os.environ["PYTHONSAFEPATH"] = "1"
    if sys.version_info >= (3, 11) or start_method() == "fork":
        yield
        return
    here = os.getcwd()  # noqa: PTH109
    os.chdir(os.path.dirname(os.__file__))  # noqa: PTH120
    try:
        yield
    finally:
        os.chdir(here)


def _serve(work: Callable[[Any], Any], pipe: Any, folder: str) -> None:
    """The loop of a worker in a folder: one part after the other, until it must end or the first process has ended."""
    try:
        signals.handle_signals_in_worker()
        os.chdir(folder)
        tune()
        from queue import SimpleQueue
        from threading import Thread

        given: SimpleQueue[tuple[Any] | None] = SimpleQueue()
        Thread(target=_follow, daemon=True).start()
        Thread(target=_receive, args=(pipe, given), daemon=True).start()
        while (delayed := given.get()) is not None:
            (part,) = delayed
            try:
                answer = pickle.dumps((True, work(part)), pickle.HIGHEST_PROTOCOL)
            except Exception as error:  # noqa: BLE001 - any error is reported for its own piece
                answer = pickle.dumps((False, f"{type(error).__name__}: {error}"))
            pipe.send_bytes(answer)
    except (EOFError, OSError, signals.Stopped):
        return


def _receive(pipe: Any, given: SimpleQueue[tuple[Any] | None]) -> None:
    """Receive parts at any time, also while an answer is sent: otherwise both processes could wait for each other."""
    try:
        while True:
            given.put((pipe.recv(),))
    except (EOFError, OSError):
        given.put(None)


def _follow() -> None:
    """End with the first process: when it is killed, no more must be written."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)


def start_method() -> Any:
    """
    How processes begin: by fork where that is safe, in 4 ms for two; else Python's default, in 40 ms.

    PFOCR_LINT_START sets another one, for tests.
    """
    return os.environ.get("PFOCR_LINT_START") or ("fork" if sys.platform.startswith("linux") else None)


def tune() -> None:
    """
    Let the collector of cycles run rarely: records make many small objects and no cycles, and it took a tenth of the time.

    The cycles of the reference path are still collected.
    """
    gc.set_threshold(100_000, 20, 50)
