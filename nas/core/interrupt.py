"""Ctrl-C or SIGTERM, once: the first stops the search, later ones leave the writing alone."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)  # the second is how clusters end a job
_LATER = 0.05  # seconds until a signal that was swallowed comes again


@contextmanager
def interrupted_once() -> Iterator[None]:
    """KeyboardInterrupt comes at most once inside; outside, Ctrl-C does what it did."""
    if not _may_listen():
        yield
        return
    before = {number: signal.signal(number, _first) for number in _SIGNALS}
    try:
        with _none_dropped():
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def raise_swallowed() -> None:
    """KeyboardInterrupt once more, where somebody's `except:` took the first for its own.

    To be called where work goes on that a Ctrl-C would have ended.
    """
    if signal.getsignal(signal.SIGINT) is _again:
        raise KeyboardInterrupt


@contextmanager
def unbroken() -> Iterator[None]:
    """A signal that comes inside is obeyed at the end: what is half done would be lost.

    A second one is obeyed at once, in case that there is no end.
    """
    if not _may_listen():
        yield
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    came: list[int] = []

    def hold(number: int, frame: FrameType | None) -> None:
        came.append(number)
        handler = before[signal.Signals(number)]
        if len(came) > 1 and callable(handler):
            handler(number, frame)

    for number in _SIGNALS:
        signal.signal(number, hold)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if len(came) == 1:
        signal.raise_signal(came[0])


def _may_listen() -> bool:
    """Only the main thread may handle signals, and only it receives Ctrl-C."""
    return threading.current_thread() is threading.main_thread()


@contextmanager
def _none_dropped() -> Iterator[None]:
    """A KeyboardInterrupt that comes where Python drops it is raised again, a moment later.

    That is in destructors and callbacks of weak references, which databases' libraries are full of.
    """
    told = sys.unraisablehook
    timers: list[threading.Timer] = []

    def hook(dropped: "sys.UnraisableHookArgs") -> None:
        if not issubclass(dropped.exc_type, KeyboardInterrupt):
            told(dropped)
            return
        _listen(_first)
        main = threading.main_thread().ident  # this thread, which may wait for something by then
        timers.append(threading.Timer(_LATER, signal.pthread_kill, [main, signal.SIGINT]))
        timers[-1].start()

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = told
        for timer in timers:
            timer.cancel()


def _listen(handler: Callable[[int, FrameType | None], None]) -> None:
    for number in _SIGNALS:
        signal.signal(number, handler)


def _first(_number: int, _frame: FrameType | None) -> None:
    _listen(_again)
    raise KeyboardInterrupt


def _again(_number: int, _frame: FrameType | None) -> None:
    print("already stopping: writing down what is finished", file=sys.stderr, flush=True)
