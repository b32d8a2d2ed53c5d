"""kill -9 at random instants of a search, which is started again until it ends."""

import random
import re
import time
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.faults.judge import changed
from tests.faults.process import (
    COMPLAINTS,
    Orphans,
    ended,
    kill,
    left_behind,
    members,
    start,
    tell_where,
    warm,
)
from tests.faults.searches import Search

PATIENCE = 240.0  # seconds in which a search that nobody disturbs must end
NOTICE = 60.0  # in which a search must see that Ray has died
CLEAN = 30.0  # in which what a driver started must end when that has
# The same where it was killed: for 60 s Ray's two agents try to tell its dead server that it died.
ORPHANED = 90.0
ERROR = re.compile(r"^error: .+\n\Z", re.MULTILINE)  # the last line
RAY = ("raylet/raylet", "gcs_server", "ray::DashboardAgent", "ray::RuntimeEnvAgent")


@dataclass(kw_only=True)
class Tally:
    """Of many instants: how many, and every breach of what must hold."""

    instants: int = 0
    searches: int = 0
    breaches: list[str] = field(default_factory=list)
    notices: list[float] = field(default_factory=list)  # seconds until a driver saw Ray's death
    silent: int = 0  # drivers that Ray's own core ended before they could say a line

    def note(self, *breaches: str) -> None:
        """Add what was found, if anything."""
        self.breaches += [f"search {self.searches}, instant {self.instants}: {b}" for b in breaches]


def disturb(search: Search, kind: str, *, instants: int, seed: int, home: Path) -> Tally:
    """Kill so often, in as many searches as that takes; the last one comes to its end as well.

    The first search with a breach is the last: what follows would tell nothing new.
    """
    rng, tally = random.Random(seed), Tally()
    warm()
    span = _seconds(_Victim(search, kind, tally, home / "0"), rng, instants=0, span=PATIENCE)
    while tally.instants < instants and not tally.breaches and tally.searches < 4 * instants:
        tally.searches += 1
        before, victim = tally.instants, _Victim(search, kind, tally, home / str(tally.searches))
        took = _seconds(victim, rng, instants=instants, span=span)
        if tally.instants == before:  # nobody struck: so long it takes on the machine as it is now
            span = took
    return tally


def _seconds(victim: "_Victim", rng: random.Random, *, instants: int, span: float) -> float:
    started = time.monotonic()
    victim.run(rng, instants=instants, span=span)
    return time.monotonic() - started


class _Victim:
    """One search, from its first start to its end."""

    def __init__(self, search: Search, kind: str, tally: Tally, home: Path) -> None:
        self._search, self._kind, self._tally, self._home = search, kind, tally, home
        self._orphans = Orphans()
        self._seen = search.seen(home)

    def run(self, rng: random.Random, *, instants: int, span: float) -> None:
        """Kill at random moments, `span` seconds apart at most, until there were so many."""
        process = self._start()
        while self._tally.instants < instants and not ended(process, within=rng.uniform(0, span)):
            self._look()
            if not self._strike(process, rng):
                continue
            self._tally.instants += 1
            if self._kind == "worker":
                continue  # the search must go on by itself
            self._await_death(process)
            self._orphans.note(self._home, within=ORPHANED)
            self._tally.note(*_there(self._orphans.overdue(self._home)))
            self._look()
            process = self._start()
        self._end(process)

    def _start(self) -> ForkServerProcess:
        return start(self._home, self._search.command)

    def _look(self) -> None:
        """What was there before must be there still."""
        before, self._seen = self._seen, self._search.seen(self._home)
        self._tally.note(*changed(before, self._seen))

    def _strike(self, process: ForkServerProcess, rng: random.Random) -> bool:
        """Whether there was something to kill of what is no earlier driver's."""
        running = {pid: words for pid, words in members(self._home) if pid not in self._orphans.due}
        of_ray = [pid for pid, words in running.items() if any(name in words for name in RAY)]
        workers = [pid for pid, words in running.items() if words.startswith("ray::")]
        victims = {
            "driver": [process.pid or 0],
            "worker": [pid for pid in workers if pid not in of_ray],
            "ray": of_ray,
            "all": list(running),
        }[self._kind]
        chosen = victims if self._kind == "all" else victims and [rng.choice(victims)]
        for pid in chosen:
            kill(pid)
        return bool(chosen)

    def _await_death(self, process: ForkServerProcess) -> None:
        struck = time.monotonic()
        if not ended(process, within=NOTICE):
            where = tell_where(process.pid or 0, self._home)
            self._tally.note(f"the driver still runs {NOTICE:g} s after the blow: {where}")
            self._kill(process)
        elif self._kind == "ray" and process.exitcode:  # else it had ended all the same
            self._tally.notices.append(time.monotonic() - struck)
            self._judge_words()
            if process.exitcode != 2 or not ERROR.search(self._said()):
                self._tally.silent += 1

    def _end(self, process: ForkServerProcess) -> None:
        """What must hold when the search has ended by itself."""
        if not ended(process, within=PATIENCE):
            self._tally.note(f"it has not ended in {PATIENCE:g} s")
            self._kill(process)
            left_behind(self._home, within=CLEAN)
            return
        self._judge_words()
        if process.exitcode:
            said = self._said().strip().splitlines()[-1:]
            self._tally.note(f"exit code {process.exitcode}: {' '.join(said)[:300]}")
            return
        self._look()
        self._tally.note(*self._search.wrong(self._home, self._said()))
        self._tally.note(*_there(self._orphans.overdue(self._home, wait=True)))
        self._tally.note(*_there(left_behind(self._home, within=CLEAN)))

    def _judge_words(self) -> None:
        if "Traceback" in self._said():
            self._tally.note(f"a traceback: {self._said().strip().splitlines()[-1][:300]}")

    def _said(self) -> str:
        return (self._home / COMPLAINTS).read_text()

    def _kill(self, process: ForkServerProcess) -> None:
        kill(process.pid or 0)
        process.join()


def _there(commands: list[str]) -> list[str]:
    return [f"still there: {command}" for command in commands]
