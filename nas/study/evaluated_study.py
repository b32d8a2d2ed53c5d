"""The study of a space that brings its own evaluation: each trial is measured in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from time import monotonic, perf_counter
from typing import Any, Literal

from optuna.exceptions import StorageInternalError
from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage
from optuna.trial import TrialState

from nas.core.evaluated import EvaluatedSpace
from nas.core.knob import Value
from nas.core.objective import Objective
from nas.samplers.proposal import KEY
from nas.study.book import FAILURE, OUTCOME, Book
from nas.study.drivers import Drivers
from nas.study.evaluated import Row, is_row, measured_row, row_of
from nas.study.ledger import LOOK
from nas.study.opening import open_study
from nas.study.proposals import Begun, Proposals
from nas.study.unfinished import queue_again
from nas.windows import Member, Region

Step = Literal["done", "wait", "exhausted"]  # a trial ended; other drivers are at it; none is left


@dataclass(frozen=True, kw_only=True)
class EvaluatedSettings:
    """Two searches with equal settings are one search; `digest` is the content of a table."""

    space: str
    knobs: dict[str, tuple[Value, ...]]  # as narrowed
    ordered: tuple[str, ...]
    costs: tuple[str, ...]
    objectives: tuple[str, ...]
    within: str
    sampler: str
    seed: int
    digest: str | None
    lag: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        values = asdict(self)
        if self.lag is None:
            del values["lag"]
        values["knobs"] = {name: list(choices) for name, choices in self.knobs.items()}
        return values | {name: list(values[name]) for name in ("ordered", "costs", "objectives")}


class EvaluatedStudy:
    """Asks for members one after the other and writes down what each of them is."""

    def __init__(
        self,
        storage: BaseStorage,
        name: str,
        *,
        space: EvaluatedSpace,
        region: Region,
        objectives: Sequence[Objective],
        settings: dict[str, Any],
        alone: bool,
        lag: int | None,
        seconds: float | None = None,
    ) -> None:
        """Open the study or create it; InputError where it has other settings.

        `seconds` are those that an evaluation may take, None for any number.
        """
        self._space, self._region, self._objectives = space, region, tuple(objectives)
        directions = [objective.direction for objective in objectives]
        study = open_study(storage, name, objectives=objectives, settings=settings, alone=alone)
        self._drivers = Drivers(study._storage, study._study_id, alone=alone)
        self._book = Book(
            study._storage,
            study._study_id,
            driver=self._drivers.name,
            identity=lambda noted: noted.get(KEY),
            alone=alone,
        )
        self._proposals = Proposals(self._book, region, directions=directions, lag=lag)
        self._rows: dict[int, Row] = {}
        self._lag = lag
        self._seconds = seconds
        self._looked = -LOOK
        self.complete = self.failed = 0

    @property
    def drivers(self) -> Drivers:
        """Who drives the search."""
        return self._drivers

    def use(self, make: Callable[[int], BaseSampler]) -> None:
        """Let the sampler propose that is made for so many known trials.

        What dead drivers had under way is queued again.
        """
        self._recover()
        self._proposals.use(make(0 if self._lag else len(self._rows)))

    def step(self, *, most: int) -> Step:
        """One trial, as long as fewer than `most` are complete or under way in all drivers."""
        if not self._drivers.alone and monotonic() - self._looked > LOOK:
            self._looked = monotonic()
            self._recover()
        self._read()
        if self._book.complete + self._book.elsewhere >= most:
            return "wait"
        started = perf_counter()
        begun = self._proposals.begin(
            lambda member: self._known(member, perf_counter() - started), most=most
        )
        if isinstance(begun, Begun):
            self._measure(begun)
        elif begun == "exhausted" and not self._book.elsewhere:
            return "exhausted"
        return "done" if begun is None or isinstance(begun, Begun) else "wait"

    def _known(self, member: Member, proposal_seconds: float) -> dict[str, Any]:
        costs = {name: member.cost.value(name) for name in self._space.priced}
        return {KEY: member.key, "known": {"costs": costs, "proposal_seconds": proposal_seconds}}

    def _measure(self, begun: Begun) -> None:
        row = measured_row(
            self._space,
            begun.trial.number,
            begun.member.genome,
            self._objectives,
            seconds=self._seconds,
        )
        if row.values is None:
            self._book.end(begun.trial, {FAILURE: row.failure})
        else:
            self._book.end(begun.trial, {OUTCOME: row.measured}, row.values)
        self._note()

    def give_up(self) -> None:
        """Queue again what this driver has under way: there is something after Ctrl-C alone.

        A storage that is lost keeps it, as of a driver that was killed.
        """
        mine = self._drivers.mine
        with suppress(StorageInternalError):
            self._book.look()
            queue_again(self._book, mine, knobs=len(self._region.knobs), killed=False)
            self._note()

    def _recover(self) -> None:
        self._read()
        queue_again(self._book, self._drivers.dead(), knobs=len(self._region.knobs), killed=True)
        self._read()

    def _read(self) -> None:
        self._book.glance()
        self._note()

    def _note(self) -> None:
        changed = self._book.news()
        self._proposals.seen(changed)
        for trial in changed:
            if is_row(trial):
                self._rows[trial.number] = row_of(trial)
                whole = trial.state == TrialState.COMPLETE  # as the book counts
                self.complete += whole
                self.failed += not whole

    def rows(self) -> list[Row]:
        """Every finished trial, in the order of asking."""
        return [self._rows[number] for number in sorted(self._rows)]
