"""kill -9 at random instants of a search, which is started again until it ends."""

import random
import time
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.faults.judge import broken_files, disagreeing, lost, repeated, unfinished
from tests.faults.process import COMPLAINTS, OUT, ended, kill, left_behind, members, start, warm
from tests.faults.searches import NAME, Search
from tests.faults.stored import Trials, stored

PATIENCE = 240.0  # seconds in which a search that nobody disturbs must end
NOTICE = 60.0  # in which a search must see that Ray has died
CLEAN = 30.0  # in which what a dead driver started must end by itself
RAY = ("raylet/raylet", "gcs_server")


@dataclass(kw_only=True)
class Tally:
    """Of many instants: how many, and every breach of what must hold."""

    instants: int = 0
    searches: int = 0
    breaches: list[str] = field(default_factory=list)
    notices: list[float] = field(default_factory=list)  # seconds until a driver saw Ray's death

    def note(self, *breaches: str) -> None:
        """Add what was found, if anything."""
        self.breaches += [f"search {self.searches}, instant {self.instants}: {b}" for b in breaches]


def disturb(search: Search, kind: str, *, instants: int, seed: int, home: Path) -> Tally:
    """Kill so often, in as many searches as that takes; the last one comes to its end as well.

    The first search with a breach is the last: what follows would tell nothing new.
    """
    rng, tally = random.Random(seed), Tally()
    warm()
    span = _undisturbed(search, tally, home / "0")
    while tally.instants < instants and not tally.breaches and tally.searches < 4 * instants:
        tally.searches += 1
        before, started = tally.instants, time.monotonic()
        _one_search(search, kind, tally, instants, span, rng, home / str(tally.searches))
        if tally.instants == before:  # nobody struck: so long it takes on the machine as it is now
            span = time.monotonic() - started
    return tally


def _undisturbed(search: Search, tally: Tally, home: Path) -> float:
    """Seconds that it takes when nobody kills."""
    started = time.monotonic()
    process = start(home, search.command)
    _end(search, process, {}, tally, home)
    return time.monotonic() - started


def _one_search(
    search: Search,
    kind: str,
    tally: Tally,
    instants: int,
    span: float,
    rng: random.Random,
    home: Path,
) -> None:
    """From its first start to its end, killed at random until the instants are used up."""
    before: Trials = {}
    process = start(home, search.command)
    while tally.instants < instants and not ended(process, within=rng.uniform(0, span)):
        seen = stored(_folder(home) / "study.db")
        if not _strike(kind, process, rng, home):
            continue
        tally.instants += 1
        if kind == "worker":
            before = seen  # it must go on by itself
            continue
        _await_death(kind, process, tally, home)
        tally.note(*(f"still there: {name}" for name in left_behind(home, within=CLEAN)))
        after = stored(_folder(home) / "study.db")
        tally.note(*lost(before, after), *lost(seen, after), *repeated(after, NAME))
        before = after
        process = start(home, search.command)
    _end(search, process, before, tally, home)


def _strike(kind: str, process: ForkServerProcess, rng: random.Random, home: Path) -> bool:
    """Whether there was something to kill."""
    running = dict(members(home))
    assert process.pid is not None
    victims = {
        "driver": [process.pid],
        "worker": [pid for pid, words in running.items() if words.startswith("ray::")],
        "ray": [pid for pid, words in running.items() if any(name in words for name in RAY)],
        "all": list(running),
    }[kind]
    chosen = victims if kind == "all" else victims and [rng.choice(victims)]
    for pid in chosen:
        kill(pid)
    return bool(chosen)


def _await_death(kind: str, process: ForkServerProcess, tally: Tally, home: Path) -> None:
    struck = time.monotonic()
    if not ended(process, within=NOTICE):
        tally.note(f"the driver still runs {NOTICE:g} s after the blow")
        kill(process.pid or 0)
        process.join()
    elif kind == "ray":
        tally.notices.append(time.monotonic() - struck)
        _judge_words(home, tally)


def _end(
    search: Search, process: ForkServerProcess, before: Trials, tally: Tally, home: Path
) -> None:
    """What must hold when the search has ended by itself."""
    if not ended(process, within=PATIENCE):
        tally.note(f"it has not ended in {PATIENCE:g} s")
        kill(process.pid or 0)
        process.join()
        left_behind(home, within=CLEAN)
        return
    after = stored(_folder(home) / "study.db")
    if process.exitcode:
        said = (home / COMPLAINTS).read_text().strip().splitlines()[-1:]
        tally.note(f"exit code {process.exitcode}: {' '.join(said)[:300]}")
        return
    _judge_words(home, tally)
    tally.note(
        *lost(before, after),
        *repeated(after, NAME),
        *unfinished(after, NAME, asked=search.trials),
        *disagreeing(after, NAME, _folder(home), number=search.number, first=search.first),
        *broken_files(_folder(home)),
        *(f"still there: {name}" for name in left_behind(home, within=CLEAN)),
    )


def _judge_words(home: Path, tally: Tally) -> None:
    if "Traceback" in (said := (home / COMPLAINTS).read_text()):
        tally.note(f"a traceback: {said.strip().splitlines()[-1][:300]}")


def _folder(home: Path) -> Path:
    return home / OUT / NAME
