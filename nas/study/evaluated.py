"""A trial of a space that brings its own evaluation: measured, and read back from its study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial

from nas.core.evaluated import EvaluatedSpace
from nas.core.evaluated_check import BadResultError, cost_of, measured_by
from nas.core.guard import told, words_of
from nas.core.knob import Genome, Value
from nas.core.objective import Objective
from nas.evaluation.errors import OutOfTime
from nas.evaluation.failures import kind_of
from nas.evaluation.limit import enforced
from nas.study.book import FAILURE, OUTCOME, is_interrupted
from nas.study.reading import as_written, find_study
from nas.study.typed import Amount, Count, Number, check


@dataclass(frozen=True, kw_only=True)
class Row:
    """One finished trial: what was chosen, what it costs, and what came of it."""

    number: Count
    genome: dict[str, Value]
    costs: dict[str, Number]
    measured: dict[str, Number]
    failure: str | None
    proposal_seconds: Amount
    values: tuple[Number, ...] | None = None  # of the study's objectives

    def value(self, name: str) -> float:
        """A cost or an objective. Raises KeyError where it is unknown."""
        return self.costs[name] if name in self.costs else self.measured[name]


def measured_row(
    space: EvaluatedSpace,
    number: int,
    genome: Genome,
    objectives: Sequence[Objective],
    *,
    seconds: float | None = None,
) -> Row:
    """What evaluating a member gives; whatever it raises is the row's failure.

    So is an evaluation that takes more than so many `seconds`, as soon as it can be interrupted.
    """
    costs = cost_of(space, genome)
    unknown = {one.name: None for one in objectives if one.name not in costs}
    measured, failure, values = {}, None, None
    try:
        with enforced(seconds, hard=False):
            measured = measured_by(space, genome, unknown, costs)
        known = measured | costs
        values = tuple(known[one.name] for one in objectives)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # somebody's program may call exit()
        failure = _failure(error)
    return Row(
        number=number,
        genome=dict(genome),
        costs={},
        measured=measured,
        failure=failure,
        proposal_seconds=0.0,
        values=values,
    )


def _failure(error: BaseException) -> str:
    if isinstance(error, BadResultError | OutOfTime):
        kind = "bad-result" if isinstance(error, BadResultError) else "timeout"
        return f"{kind}: {words_of(error)}"
    return f"{kind_of(error)}: {told(error)}"


def read_rows(storage: BaseStorage, name: str) -> list[Row]:
    """Every finished trial of a study; InputError where there is none of this name."""
    trials = find_study(storage, name).get_trials(deepcopy=False)
    return [row_of(trial) for trial in trials if is_row(trial)]


def is_row(trial: FrozenTrial) -> bool:
    """Whether it has ended, and was not cut short."""
    return trial.state.is_finished() and not is_interrupted(trial)


def row_of(trial: FrozenTrial) -> Row:
    """What the study says of one; InputError where no search has written that."""
    noted = trial.user_attrs
    with as_written(f"trial {trial.number}"):
        values = {
            **{"costs": {}, "proposal_seconds": 0.0, **noted.get("known", {})},
            "number": trial.number,
            "genome": dict(trial.params),
            "measured": noted.get(OUTCOME, {}),
            "failure": noted.get(FAILURE),
            "values": None if trial.values is None else tuple(trial.values),
        }
        check(Row, values)
        return Row(**values)
