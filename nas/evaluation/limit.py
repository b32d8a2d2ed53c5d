"""The time that a trial may take: looked at between steps, and enforced where nobody looks."""

import faulthandler
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import FrameType

from nas.evaluation.errors import OutOfTime

# Seconds after the limit. A look between two steps comes first, for it knows how far they came;
# then whatever Python does is interrupted; then the process is ended, if it may be.
ALARM = 2.0
EXIT = 10.0
AGAIN = 1.0  # between two alarms: the first may have met code that catches everything
# For an import to end in. One that is interrupted leaves modules behind that are half there, and
# every later trial of the process would fail of them; PyTorch imports its larger half when used.
IMPORT = 60.0
STDERR = 2  # the file itself: what stands for it in Python may have been replaced


def in_time(deadline: float | None, where: str) -> None:
    """Raises OutOfTime after the `deadline`, a time of `time.monotonic()`; None is never."""
    if deadline is not None and time.monotonic() > deadline:
        raise OutOfTime(f"out of time {where}")


@contextmanager
def enforced(seconds: float | None, *, hard: bool) -> Iterator[None]:
    """OutOfTime is raised inside, some seconds after the limit; None is no limit.

    Only Python in the main thread can be interrupted so. `hard` is for a process that may be lost:
    what holds it in native code then ends it, with a traceback of every thread on stderr.
    """
    if seconds is None:
        yield
        return
    with _exit_after(seconds + EXIT) if hard else nullcontext(), _alarm_after(seconds + ALARM):
        yield


@contextmanager
def _exit_after(seconds: float) -> Iterator[None]:
    """A thread of C waits beside all others, so that it does not matter who holds Python's lock."""
    faulthandler.dump_traceback_later(seconds, exit=True, file=STDERR)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


@contextmanager
def _alarm_after(seconds: float) -> Iterator[None]:
    """By SIGALRM; a timer and a handler of somebody else's are as before afterwards."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    armed, started = True, time.monotonic()

    def ring(_number: int, frame: FrameType | None) -> None:
        patient = time.monotonic() < started + seconds + IMPORT and _importing(frame)
        if armed and not patient:
            raise OutOfTime(f"out of time {_place(frame)}")

    handler = signal.signal(signal.SIGALRM, ring)
    left, every = signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if handler is None else handler)
        if left:
            rest = max(1e-3, left - (time.monotonic() - started))
            signal.setitimer(signal.ITIMER_REAL, rest, every)


def _importing(frame: FrameType | None) -> bool:
    while frame is not None and frame.f_code.co_filename != "<frozen importlib._bootstrap>":
        frame = frame.f_back
    return frame is not None


def _place(frame: FrameType | None) -> str:
    """Where Python was: in space.py:12."""
    if frame is None:
        return "in native code"
    return f"in {Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
