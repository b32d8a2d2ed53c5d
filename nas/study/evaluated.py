"""The study of a space that brings its own evaluation: each trial is measured in this process."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

import optuna
from optuna.exceptions import ExperimentalWarning, OptunaError
from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, Trial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from nas.core.errors import InputError
from nas.core.evaluated import EvaluatedSpace
from nas.core.evaluated_check import measured_by
from nas.core.knob import Value
from nas.core.objective import Objective
from nas.samplers.proposal import distributions
from nas.study.ledger import SETTINGS
from nas.study.settings import differences
from nas.windows import Member, Region

ENDED = (TrialState.COMPLETE, TrialState.FAIL)


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

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        values = asdict(self)
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

    def value(self, name: str) -> float:
        """A cost or an objective. Raises KeyError where it is unknown."""
        return self.costs[name] if name in self.costs else self.measured[name]


class EvaluatedStudy:
    """Asks for members one after the other and writes down what each of them is.

    The sampler sees a copy in memory; what has ended is in the storage at once. A trial that was
    cut short leaves nothing there and is proposed again.
    """

    def __init__(
        self,
        storage: BaseStorage,
        name: str,
        *,
        space: EvaluatedSpace,
        region: Region,
        objectives: Sequence[Objective],
        settings: dict[str, Any],
    ) -> None:
        """Open the study or create it; InputError where it has other settings."""
        self._space, self._region, self._objectives = space, region, tuple(objectives)
        directions = [objective.direction for objective in objectives]
        try:
            self._stored = optuna.create_study(
                storage=storage, study_name=name, directions=directions, load_if_exists=True
            )
        except (OptunaError, SQLAlchemyError, ValueError, OSError) as error:
            said = " ".join(str(error).split())[:200]
            raise InputError(f"study {name} cannot be opened in this storage: {said}") from error
        known = self._stored.user_attrs.get(SETTINGS)
        if known is None and self._stored.get_trials(deepcopy=False):
            raise InputError(f"study {name} in this storage is another's; choose another --study")
        if known is None:
            self._stored.set_user_attr(SETTINGS, settings)
        elif differing := differences(known, settings):
            raise InputError(
                f"study {name} in this storage has other settings: {'; '.join(differing)};"
                " choose another --study"
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)  # since Optuna 3.2
            self._stored.set_metric_names([objective.name for objective in objectives])
        self._study = optuna.create_study(directions=directions)
        self._study.add_trials(self._stored.get_trials(deepcopy=False, states=ENDED))

    def use(self, make: Callable[[int], BaseSampler]) -> None:
        """Let the sampler propose that is made for so many known trials."""
        self._study.sampler = make(len(self.rows()))

    def step(self) -> bool:
        """One trial, if there is an unseen member left; whether there was."""
        started = perf_counter()
        try:
            trial = self._study.ask(distributions(self._region))
        except LookupError as error:
            if type(error) is not LookupError:  # a KeyError is a defect, not an answer
                raise
            return False
        self._measure(trial, perf_counter() - started)
        self._stored.add_trial(self._study.get_trials(deepcopy=False)[trial.number])
        return True

    def _measure(self, trial: Trial, proposal_seconds: float) -> None:
        member = self._region.admit(trial.params)
        if not isinstance(member, Member):
            self._fail(trial, f"refused: {member}")
            return
        trial.set_user_attr("key", member.key)
        costs = {name: member.cost.value(name) for name in self._space.priced}
        trial.set_user_attr("known", {"costs": costs, "proposal_seconds": proposal_seconds})
        wanted = [one.name for one in self._objectives]
        unknown = {name: None for name in wanted if name not in costs}
        try:
            measured = measured_by(self._space, member.genome, unknown)
        except Exception as error:
            self._fail(trial, f"error: {type(error).__name__}: {' '.join(str(error).split())}")
            return
        trial.set_user_attr("measured", measured)
        self._study.tell(trial, [costs[n] if n in costs else measured[n] for n in wanted])

    def _fail(self, trial: Trial, reason: str) -> None:
        trial.set_user_attr("failure", reason)
        self._study.tell(trial, state=TrialState.FAIL)

    def rows(self) -> list[Row]:
        """Every finished trial in the order of evaluation."""
        return [_row(trial) for trial in self._study.get_trials(deepcopy=False, states=ENDED)]


def _row(trial: FrozenTrial) -> Row:
    noted = trial.user_attrs
    return Row(
        number=trial.number,
        genome=dict(trial.params),
        costs=noted.get("known", {}).get("costs", {}),
        measured=noted.get("measured", {}),
        failure=noted.get("failure"),
        proposal_seconds=noted.get("known", {}).get("proposal_seconds", 0.0),
    )
