"""A search as a process to be killed: warm from a fork server, and known by the folder it runs in.

Imports take seconds in which nothing can be lost; a warm start spends them once.
"""

import faulthandler
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.faults.begun import FILE, PLACE

ROOT = Path(__file__).parents[2]
OUT, SAID, COMPLAINTS = "runs", "stdout", "stderr"  # in the folder that a search runs in
PRELOADED = [
    *("nas.search", "nas.reporting.page", "nas.reporting.picture", "sklearn.datasets"),
    *("tests.faults.noted_toy", "tests.faults.slow_table"),
]
_WARM = multiprocessing.get_context("forkserver")
_WARM.set_forkserver_preload(PRELOADED)


def warm() -> None:
    """Start the fork server, imports and all; without it, the first search does."""
    process = _WARM.Process(target=os.getpid)
    process.start()
    process.join()


def start(home: Path, flags: Sequence[str]) -> ForkServerProcess:
    """`python -m nas.search`, with `home` as the working folder of it and of all that it starts."""
    home.mkdir(parents=True, exist_ok=True)
    process = _WARM.Process(target=_search, args=(home, (*flags, "--out", OUT)))
    process.start()
    return process


def _search(home: Path, flags: Sequence[str]) -> None:
    os.setsid()
    os.chdir(home)
    sys.path.insert(0, str(ROOT))
    os.environ |= {"PYTHONPATH": str(ROOT), "OMP_WAIT_POLICY": "PASSIVE", "RAY_TMPDIR": str(home)}
    os.environ[PLACE] = str(home / FILE)
    for descriptor, name in ((1, SAID), (2, COMPLAINTS)):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    faulthandler.register(signal.SIGUSR1, file=2)
    os.sched_getaffinity = lambda _: {0}  # type: ignore[assignment]  # one thread a training
    from nas.search import main

    sys.exit(main(list(flags)))


def ended(process: ForkServerProcess, *, within: float) -> bool:
    """Whether it ends by itself in so many seconds."""
    process.join(within)
    return process.exitcode is not None


def members(home: Path) -> Iterator[tuple[int, str]]:
    """Process ids and command lines of all that run in the folder."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "cwd").readlink() == home:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                yield int(entry.name), b" ".join(words).decode(errors="replace")


@dataclass
class Orphans:
    """What drivers that were killed had started; it must end by itself, beside the next driver."""

    due: dict[int, tuple[str, float]] = field(default_factory=dict)  # command line, and until when

    def note(self, home: Path, *, within: float) -> None:
        """What runs there now has so many seconds."""
        until = time.monotonic() + within
        for pid, command in members(home):
            self.due.setdefault(pid, (command, until))

    def overdue(self, home: Path, *, wait: bool = False) -> list[str]:
        """Command lines of those that are still there after their time; they are then ended."""
        found = []
        while True:
            there = {pid for pid, _ in members(home)}
            self.due = {pid: known for pid, known in self.due.items() if pid in there}
            late = [pid for pid, (_, until) in self.due.items() if time.monotonic() > until]
            for pid in late:
                found.append(self.due.pop(pid)[0][:80])
                kill(pid)
            if not (wait and self.due):
                return found
            time.sleep(0.2)


def left_behind(home: Path, *, within: float) -> list[str]:
    """Command lines of what still runs there after so many seconds; it is then ended."""
    deadline = time.monotonic() + within
    while list(members(home)) and time.monotonic() < deadline:
        time.sleep(0.2)
    left = list(members(home))
    for pid, _ in left:
        kill(pid)
    return [command[:80] for _, command in left]


def tell_where(pid: int, home: Path) -> str:
    """What a search that does not end is busy with, its innermost frames first."""
    os.kill(pid, signal.SIGUSR1)
    time.sleep(1)
    frames = (home / COMPLAINTS).read_text().rpartition("Current thread")[2].splitlines()[1:9]
    return " < ".join(" ".join(frame.split()) for frame in frames)


def kill(pid: int) -> None:
    """At once, if it is still there."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
