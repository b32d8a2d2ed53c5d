"""Which processes drive a study, and whether each is still alive: known without anybody's clock.

A driver on this machine is alive while its process is. One elsewhere shows a pulse in the storage,
and is taken for dead when that stood still for `GRACE` of our own seconds.
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from optuna.exceptions import StorageInternalError
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial

from nas.study.book import DRIVER
from nas.study.patience import Patient

PULSE = 10.0  # seconds between two beats
WATCH = 2.5 * PULSE
GRACE = 60.0  # seconds without one after which a driver elsewhere is dead
OVER = -1  # in place of the number of a beat: the driver has ended
SALTS = 2**31
PREFIX = "driver "  # of the study's user attributes that hold the pulses


@dataclass(frozen=True)
class Place:
    """A process: the machine it runs on, as far as that can be told, its number and its start."""

    machine: str
    process: int
    start: str

    def is_alive(self) -> bool | None:
        """None where this machine cannot tell."""
        if self.machine != here().machine:
            return None
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        ended = _fields(self.process)[:1] in (["Z"], ["X"])  # which nobody has asked after yet
        return not ended and self.start == _start(self.process)


def here() -> Place:
    """This process."""
    return Place(machine=_machine(), process=os.getpid(), start=_start(os.getpid()))


def _machine() -> str:
    """This boot of this host, and the process numbers it counts by: a container has its own."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        numbers = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:  # no Linux
        boot, numbers = "", 0
    return f"{socket.gethostname()} {boot} {numbers}"


def _start(process: int) -> str:
    """When it started, in the kernel's words, so that a number used again is another process."""
    return "".join(_fields(process)[19:20])


def _fields(process: int) -> list[str]:
    """What Linux tells of a process, from its state on; nothing elsewhere."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


class Drivers:
    """The drivers of one study; this process is one of them from the beginning.

    `alone`: a lock keeps all others out, so that every other driver is dead.
    """

    def __init__(
        self,
        storage: BaseStorage,
        study_id: int,
        *,
        alone: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = uuid4().hex[:12]
        self.alone = alone
        self._storage = storage
        self._study_id = study_id
        self._clock = clock
        self._heard: dict[str, tuple[int, float]] = {}  # the last beat, and when it was new
        self._over = threading.Event()
        if not alone:
            self._beat(0)
            threading.Thread(target=self._keep_beating, daemon=True).start()

    def close(self) -> None:
        """No more beats, and a word that this was the last one."""
        self._over.set()
        if not self.alone:
            with suppress(StorageInternalError):
                self._beat(OVER)

    def others(self) -> int:
        """How many other drivers there are; one on another machine is watched for a beat or two."""
        if self.alone:
            return 0
        before = self._living()
        known = [Place(**pulse["place"]).is_alive() for pulse in before.values()]
        if None not in known:
            return sum(map(bool, known))
        self._over.wait(WATCH)
        after = self._pulses()
        beating = (after[name]["beat"] != pulse["beat"] for name, pulse in before.items())
        return sum(alive or beats for alive, beats in zip(known, beating, strict=True))

    def _living(self) -> dict[str, Any]:
        """Of those that have not said that they end."""
        return {name: pulse for name, pulse in self._pulses().items() if pulse["beat"] != OVER}

    def _pulses(self) -> dict[str, Any]:
        """The last of each other driver."""
        noted = Patient(self._storage).get_study_user_attrs(self._study_id)
        own = PREFIX + self.name
        return {
            name: pulse for name, pulse in noted.items() if name.startswith(PREFIX) and name != own
        }

    @property
    def salt(self) -> int:
        """To be added to a sampler's seed: drivers side by side need different random numbers."""
        living = {} if self.alone else self._living()
        places = (Place(**pulse["place"]) for pulse in living.values())
        lonely = all(place.is_alive() is False for place in places)
        return 0 if lonely else int(self.name, 16) % SALTS

    def mine(self, trial: FrozenTrial) -> bool:
        """Whether a trial is this driver's own."""
        return bool(trial.user_attrs.get(DRIVER) == self.name)

    def dead(self) -> Callable[[FrozenTrial], bool]:
        """Whether the driver of a running trial is dead, as of now."""
        if self.alone:
            return lambda trial: trial.user_attrs.get(DRIVER) != self.name
        pulses = self._pulses()
        return lambda trial: self._is_dead(trial, pulses)

    def _is_dead(self, trial: FrozenTrial, pulses: dict[str, Any]) -> bool:
        name = trial.user_attrs.get(DRIVER)
        if name == self.name:
            return False
        pulse = pulses.get(f"{PREFIX}{name}")
        if pulse is None:  # taken from the queue this moment, or by a program that is not ours
            return self._stands_still(f"trial {trial._trial_id}", 0)
        if pulse["beat"] == OVER:
            return True
        alive = Place(**pulse["place"]).is_alive()
        return self._stands_still(str(name), int(pulse["beat"])) if alive is None else not alive

    def _stands_still(self, name: str, beat: int) -> bool:
        now = self._clock()
        known, since = self._heard.get(name, (None, now))
        if beat != known:
            self._heard[name] = beat, now
            return False
        return now - since > GRACE

    def _keep_beating(self) -> None:
        beat = 0
        while not self._over.wait(PULSE):
            beat += 1
            with suppress(StorageInternalError):  # the next may get through
                self._beat(beat)

    def _beat(self, beat: int) -> None:
        pulse = {"beat": beat, "place": asdict(here())}
        self._storage.set_study_user_attr(self._study_id, f"{PREFIX}{self.name}", pulse)
