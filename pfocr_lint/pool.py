"""Work in several processes, its results in order as they come."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

Part = TypeVar("Part")
Done = TypeVar("Done")


def in_order(work: Callable[[Part], Done], parts: Sequence[Part], jobs: int, *, to_the_end: bool) -> Iterator[Done]:
    """
    What ``work`` makes of each part, in their order, each as soon as it is there.

    When the iteration ends early, or Ctrl-C is pressed, parts that wait are dropped; those at work are stopped where they
    are, unless they are to be worked ``to_the_end``.
    """
    from concurrent.futures import ProcessPoolExecutor  # 14 ms, which a single file need not wait for
    from multiprocessing import get_context

    # A process that is not forked begins as 'python -c', which would import from the current folder, a stranger's.
    os.environ["PYTHONSAFEPATH"] = "1"
    with ProcessPoolExecutor(jobs, get_context(start_method()), _begin, (to_the_end,)) as pool:
        try:
            yield from pool.map(work, parts)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def start_method() -> Any:
    """
    How processes begin: by fork where that is safe, in 4 ms for two; else as Python likes, in 40.

    PFOCR_LINT_START takes another, for tests.
    """
    return os.environ.get("PFOCR_LINT_START") or ("fork" if sys.platform.startswith("linux") else None)


def tune() -> None:
    """
    Let the collector of cycles run seldom: records make many small objects and no cycles, and it took a tenth of the time.

    What makes cycles, the reference path, still has them collected.
    """
    gc.set_threshold(100_000, 20, 50)


def _begin(to_the_end: bool) -> None:
    # Ctrl-C reaches all processes of a terminal; ours end without a word, and the first one tells of it.
    tune()
    signal.signal(signal.SIGINT, signal.SIG_IGN if to_the_end else signal.SIG_DFL)
