"""Ray may die under the driver, which would wait for minutes, or be ended without a word.

A thread knocks at the doors of Ray's two servers. Where one stays shut, the driver's main thread is
interrupted as by Ctrl-C; one that is deep inside Ray and does not hear it is ended with the line.
"""

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from nas.core.errors import InputError

EVERY = 1.0  # seconds between two looks
MISSES = 3  # in a row; a server may be slow, or restart
PATIENCE = 30.0  # seconds until a main thread that does not hear is ended; Ray ends it after 60
GONE = "ray died under the search; nothing finished is lost, and the same command goes on from here"

Door = tuple[str, int]


@contextmanager
def watched(doors: Sequence[Door]) -> Iterator[None]:
    """InputError in place of a wait without end, where one of the `doors` stays shut inside."""
    if threading.current_thread() is not threading.main_thread():
        yield  # nobody could be interrupted
        return
    watch = _Watch(doors)
    watch.start()
    try:
        yield
    except BaseException as error:
        if watch.gone:
            raise InputError(GONE) from error
        raise
    finally:
        watch.stop()


def opens(door: Door, *, seconds: float) -> bool:
    """Whether somebody listens there."""
    with suppress(OSError), socket.create_connection(door, timeout=seconds):
        return True
    return False


class _Watch(threading.Thread):
    def __init__(self, doors: Sequence[Door]) -> None:
        super().__init__(name="ray-watch", daemon=True)
        self._doors = tuple(doors)
        self._over = threading.Event()
        self.gone = False

    def stop(self) -> None:
        """The driver is out of Ray."""
        self._over.set()

    def run(self) -> None:
        """Look until it is over."""
        misses = dict.fromkeys(self._doors, 0)
        while not self._over.wait(EVERY):
            for door in self._doors:
                misses[door] = 0 if opens(door, seconds=EVERY) else misses[door] + 1
            if max(misses.values()) >= MISSES:
                self._interrupt()
                return

    def _interrupt(self) -> None:
        self.gone = True
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGINT)
        if not self._over.wait(PATIENCE):
            print(f"error: {GONE}", file=sys.__stderr__, flush=True)
            os._exit(2)
