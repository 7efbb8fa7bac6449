"""Signals that end a process (Ctrl-C and others) take effect between two writes, never inside one."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # the last is of Windows
_ENDING = tuple(getattr(signal, name) for name in _NAMES if hasattr(signal, name))
_holds = 0
_waiting: list[int] = []


class Stopped(KeyboardInterrupt):
    """A signal ended this process; ``number`` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__("interrupted" if number == signal.SIGINT else f"stopped by {signal.Signals(number).name}")
        self.number = number


def handle_signals() -> None:
    """Let the signals that end a process raise Stopped; an ignored one, as under nohup, stays ignored."""
    for number in _ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


def handle_signals_in_worker() -> None:
    """In a worker: the terminal signals the first process, and only that one ends the worker, by SIGTERM."""
    for number in _ENDING:
        signal.signal(number, _stop_once if number == signal.SIGTERM else signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)


def ignore_signals() -> None:
    """Ignore further signals: the end has begun."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


def _stop_once(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # the process that began this one may send a second signal
    _stop(number, frame)


def _stop(number: int, _: FrameType | None) -> None:
    if _holds:
        _waiting.append(number)
    else:
        raise Stopped(number)


@contextlib.contextmanager
def delayed() -> Iterator[None]:
    """Delay signals: what runs within is finished first."""
    global _holds  # noqa: PLW0603 - signals belong to the process, and so does this
    import threading

    if threading.current_thread() is not threading.main_thread():
        yield  # signals come to the main thread alone
        return
    _holds += 1
    try:
        yield
    finally:
        _holds -= 1
        if _waiting and not _holds:
            number = _waiting[0]
            _waiting.clear()
            raise Stopped(number)


@contextlib.contextmanager
def blocked() -> Iterator[None]:
    """Block signals for a process that is begun within, until it sets its own handlers (see handle_signals_in_worker)."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
