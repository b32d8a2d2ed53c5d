"""The study of a space that brings its own evaluation: each trial is measured in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import monotonic, perf_counter
from typing import Any, Literal

import optuna
from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial

from nas.core.errors import InputError
from nas.core.evaluated import EvaluatedSpace
from nas.core.evaluated_check import BadResultError, cost_of, measured_by
from nas.core.guard import told
from nas.core.knob import Genome, Value
from nas.core.objective import Objective
from nas.samplers.proposal import KEY
from nas.study.book import FAILURE, OUTCOME, Book, is_interrupted
from nas.study.drivers import Drivers
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


@dataclass(frozen=True, kw_only=True)
class Row:
    """One finished trial: what was chosen, what it costs, and what came of it."""

    number: int
    genome: dict[str, Value]
    costs: dict[str, float]
    measured: dict[str, float]
    failure: str | None
    proposal_seconds: float
    values: tuple[float, ...] | None = None  # of the study's objectives

    def value(self, name: str) -> float:
        """A cost or an objective. Raises KeyError where it is unknown."""
        return self.costs[name] if name in self.costs else self.measured[name]


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
    ) -> None:
        """Open the study or create it; InputError where it has other settings."""
        self._space, self._region, self._objectives = space, region, tuple(objectives)
        directions = [objective.direction for objective in objectives]
        study = open_study(storage, name, objectives=objectives, settings=settings)
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
        try:
            row = measured_row(
                self._space, begun.trial.number, begun.member.genome, self._objectives
            )
        except BaseException:  # Ctrl-C
            queue_again(self._book, self._drivers.mine, knobs=len(self._region.knobs), killed=False)
            raise
        if row.values is None:
            self._book.end(begun.trial, {FAILURE: row.failure})
        else:
            self._book.end(begun.trial, {OUTCOME: row.measured}, row.values)
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
            if _is_row(trial):
                row = self._rows[trial.number] = _row(trial)
                self.failed += row.failure is not None
                self.complete += row.failure is None

    def rows(self) -> list[Row]:
        """Every finished trial, in the order of asking."""
        return [self._rows[number] for number in sorted(self._rows)]


def measured_row(
    space: EvaluatedSpace, number: int, genome: Genome, objectives: Sequence[Objective]
) -> Row:
    """What evaluating a member gives; whatever it raises is the row's failure."""
    unknown = {one.name: None for one in objectives if one.name not in space.priced}
    measured, failure, values = {}, None, None
    try:
        measured = measured_by(space, genome, unknown)
        known = measured | cost_of(space, genome)
        values = tuple(known[one.name] for one in objectives)
    except BadResultError as error:
        failure = f"bad-result: {error}"
    except (Exception, SystemExit) as error:  # somebody's program may call exit()
        failure = f"error: {told(error)}"
    return Row(
        number=number,
        genome=dict(genome),
        costs={},
        measured=measured,
        failure=failure,
        proposal_seconds=0.0,
        values=values,
    )


def read_rows(storage: BaseStorage, name: str) -> list[Row]:
    """Every finished trial of a study; InputError where there is none of this name."""
    try:
        study = optuna.load_study(storage=storage, study_name=name)
    except KeyError as error:
        raise InputError(f"no study named {name} in this storage") from error
    return [_row(trial) for trial in study.get_trials(deepcopy=False) if _is_row(trial)]


def _is_row(trial: FrozenTrial) -> bool:
    return trial.state.is_finished() and not is_interrupted(trial)


def _row(trial: FrozenTrial) -> Row:
    noted = trial.user_attrs
    return Row(
        number=trial.number,
        genome=dict(trial.params),
        costs=noted.get("known", {}).get("costs", {}),
        measured=noted.get(OUTCOME, {}),
        failure=noted.get("failure"),
        proposal_seconds=noted.get("known", {}).get("proposal_seconds", 0.0),
        values=None if trial.values is None else tuple(trial.values),
    )
