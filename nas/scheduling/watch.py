"""Ray may die under the driver, which would wait for minutes, or be ended without a word.

A thread knocks at the doors of Ray's two servers, and looks whether those that were started here
still run. Where one is gone, the driver's main thread is interrupted as by Ctrl-C; one that is deep
inside Ray and does not hear it is ended with the line.
"""

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from nas.core.errors import InputError

EVERY = 1.0  # seconds between two looks
MISSES = 3  # in a row; a server may be slow, or restart
PATIENCE = 15.0  # seconds until a main thread that does not hear is ended; Ray ends it after 60
CLOSING = 30.0  # seconds that Ray has to shut down; where its servers are gone, it waits for 60
SERVERS = ("gcs_server", "raylet")
GONE = "ray died under the search; nothing finished is lost, and the same command goes on from here"

Door = tuple[str, int]


@contextmanager
def watched() -> Iterator["Watch"]:
    """InputError in place of a wait without end, where one of the servers dies inside.

    It begins before Ray does, and ends after it: Ray waits for its servers in both.
    """
    watch = Watch()
    if threading.current_thread() is threading.main_thread():  # nobody else can be interrupted
        watch.start()
    try:
        yield watch
    except BaseException as error:
        if watch.gone:
            raise InputError(GONE) from error
        raise
    finally:
        watch.stop()


def opens(door: Door, *, seconds: float) -> bool:
    """Whether somebody listens there; not where no name of a host is written so."""
    with suppress(OSError, UnicodeError), socket.create_connection(door, timeout=seconds):
        return True
    return False


class Watch(threading.Thread):
    """Looks at the servers that this process starts, and at `doors` once it is told of them."""

    def __init__(self) -> None:
        super().__init__(name="ray-watch", daemon=True)
        self._doors: tuple[Door, ...] = ()
        self._servers: set[int] = set()
        self._resting = threading.Event()
        self._over = threading.Event()
        self.gone = False

    def look_at(self, doors: Sequence[Door]) -> None:
        """Where the servers listen."""
        self._doors = tuple(doors)

    def rest(self) -> None:
        """What ends from now on is meant to, but in time."""
        self._resting.set()

    def stop(self) -> None:
        """The driver is out of Ray."""
        self._over.set()

    def run(self) -> None:
        """Look until it is over."""
        misses: dict[Door | int, int] = {}
        while not self._over.wait(EVERY):
            misses = {lost: misses.get(lost, 0) + 1 for lost in self._lost()}
            if self._resting.is_set():
                self._end_after(CLOSING)
                return
            if misses and max(misses.values()) >= MISSES:
                self._interrupt()
                return

    def _lost(self) -> list[Door | int]:
        servers = _servers()
        self._servers |= servers.keys()
        shut = [door for door in self._doors if not opens(door, seconds=EVERY)]
        return [*shut, *(server for server in self._servers if not servers.get(server))]

    def _interrupt(self) -> None:
        self.gone = True
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGINT)
        self._end_after(PATIENCE)

    def _end_after(self, seconds: float) -> None:
        """The whole process, unless the driver is out of Ray by then."""
        if not self._over.wait(seconds):
            print(f"error: {GONE}", file=sys.__stderr__, flush=True)
            os._exit(2)


def _servers() -> dict[int, bool]:
    """Of Ray's servers that this process has started, whether each runs; Linux alone says so."""
    found: dict[int, bool] = {}
    for child in _children():
        with suppress(OSError):
            name, _, rest = Path(f"/proc/{child}/stat").read_text().rpartition(")")
            if name.partition("(")[2] in SERVERS:
                found[int(child)] = rest.split()[0] not in "ZX"  # not one that has ended
    return found


def _children() -> list[str]:
    """Of all threads of this process; fewer where it may open no more files."""
    found: list[str] = []
    with suppress(OSError):
        for thread in Path("/proc/self/task").glob("*/children"):
            with suppress(OSError):  # a thread that has ended
                found += thread.read_text().split()
    return found
