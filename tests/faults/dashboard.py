"""A dashboard on a running study, and readers who ask it without a pause.

`python -m tests.faults.dashboard` measures what that costs a search: dashboard.csv.
"""

import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from urllib.error import URLError

from tests.faults.process import COMPLAINTS, OUT, ended, start, warm
from tests.faults.searches import NAME
from tests.faults.stored import stored
from tests.last import note

PROGRAM = Path(sys.executable).with_name("optuna-dashboard")
OPTUNAS, OURS = "optuna-dashboard", "nas.dashboard"  # the latter writes notes into the study
READERS = 3
PATIENCE = 240.0  # seconds for one search
INSTANT = ("--space", "tests.faults.slow_table:INSTANT", "--sampler", "random", "--study", NAME)
_PAGES = ("/api/studies", "/api/studies/{study}?after=0", "/api/meta")


@dataclass
class Asked:
    """How many answers came, and what went wrong."""

    answers: int = 0
    troubles: int = 0


@contextmanager
def polled(run: Path, program: str, *, study: int = 1) -> Iterator[Asked]:
    """A dashboard on the run, asked by all readers at once while the block runs."""
    port, asked, over = _free_port(), Asked(), threading.Event()
    served = subprocess.Popen(
        _command(program, run, port),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    pages = [f"http://127.0.0.1:{port}{page.format(study=study)}" for page in _PAGES]
    readers = [threading.Thread(target=_read, args=(pages, asked, over)) for _ in range(READERS)]
    try:
        _await(pages[0], served)
        for reader in readers:
            reader.start()
        yield asked
    finally:
        over.set()
        for reader in readers:
            if reader.ident is not None:
                reader.join(30)
        served.kill()
        served.wait(30)


def seconds(home: Path, *, trials: int, program: str | None) -> tuple[float, Asked | None]:
    """Of a search that goes on for so many instant trials, with a dashboard on it or with none.

    `home` holds a run of some trials already.
    """
    database = home / OUT / NAME / "study.db"
    before = sum(trial.complete for trial in stored(database).values())
    flags = (*INSTANT, "--trials", str(before + trials))
    with polled(database.parent, program) if program else nullcontext() as asked:
        started = time.monotonic()
        process = start(home, flags)
        if not ended(process, within=PATIENCE):
            process.kill()
        took = time.monotonic() - started
    assert process.exitcode == 0, (home / COMPLAINTS).read_text()
    assert sum(trial.complete for trial in stored(database).values()) == before + trials
    return took, asked


def begin(home: Path) -> None:
    """A first trial, so that there is a study to look at."""
    warm()
    process = start(home, (*INSTANT, "--trials", "1"))
    assert ended(process, within=PATIENCE)
    assert process.exitcode == 0, (home / COMPLAINTS).read_text()


def main() -> int:
    """Rounds of so many trials, in turn with nobody watching and with all readers of each."""
    trials, rounds = 100, 3
    table = Path(__file__).with_suffix(".csv")
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        home = Path(folder).resolve()
        begin(home)
        for number, program in product(range(rounds), (None, OPTUNAS, OURS)):
            took, asked = seconds(home, trials=trials, program=program)
            row = {
                "round": number,
                "dashboard": program or "none",
                "trials": trials,
                "seconds": f"{took:.2f}",
                "answers": 0 if asked is None else asked.answers,
            }
            print(row, flush=True)
            note(table, [row], by=("round", "dashboard"))
    return 0


def _command(program: str, run: Path, port: int) -> list[str]:
    if program == OURS:
        return [sys.executable, "-m", "nas.dashboard", str(run), "--port", str(port)]
    database = f"sqlite:///{run / 'study.db'}"
    return [str(PROGRAM), "--host", "127.0.0.1", "--port", str(port), database]


def _read(pages: list[str], asked: Asked, over: threading.Event) -> None:
    while not over.is_set():
        for page in pages:
            try:
                with urllib.request.urlopen(page, timeout=30) as answer:
                    answer.read()
                asked.answers += 1
            except (URLError, OSError):
                asked.troubles += not over.is_set()


def _await(page: str, served: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(page, timeout=5):
                return
        except (URLError, OSError):
            assert served.poll() is None, "the dashboard has ended"
            assert time.monotonic() < deadline, "the dashboard does not answer"
            time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
