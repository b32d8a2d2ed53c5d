"""Ctrl-C or SIGTERM, once: the first stops the search, later ones leave the writing alone."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)  # the second is how clusters end a job


@contextmanager
def interrupted_once() -> Iterator[None]:
    """KeyboardInterrupt comes at most once inside; outside, Ctrl-C does what it did."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may handle signals, and only it receives Ctrl-C
        return
    before = {number: signal.signal(number, _first) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _first(_number: int, _frame: FrameType | None) -> None:
    for number in _SIGNALS:
        signal.signal(number, _again)
    raise KeyboardInterrupt


def _again(_number: int, _frame: FrameType | None) -> None:
    print("already stopping: writing down what is finished", file=sys.stderr, flush=True)
