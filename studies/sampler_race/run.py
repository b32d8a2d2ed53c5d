"""One run of one sampler on one problem."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import optuna
from optuna.samplers import BaseSampler, GPSampler, NSGAIISampler, RandomSampler, TPESampler
from optuna.study import Study
from optuna.trial import Trial, TrialState

from nas.core.knob import Genome, Value
from nas.core.space import key_of
from nas.samplers import InRegion, make_sampler
from nas.samplers.proposal import distributions
from nas.windows import Member
from studies.sampler_race.problem import Problem

RAW: dict[str, Callable[[int], BaseSampler]] = {
    "optuna random": lambda seed: RandomSampler(seed=seed),
    "optuna nsgaii (50)": lambda seed: NSGAIISampler(seed=seed, population_size=50),
    "optuna nsgaii (20)": lambda seed: NSGAIISampler(seed=seed, population_size=20),
    "optuna tpe": lambda seed: TPESampler(seed=seed),
    "optuna tpe (multivariate)": lambda seed: TPESampler(seed=seed, multivariate=True),
    "optuna gp": lambda seed: GPSampler(seed=seed),
}
MOVED = " moved"  # behind one of these names: its proposals are moved to unseen members
OURS = ("random", "evolution", "bayesian")
SAMPLERS = (*OURS, *RAW, *(f"{name}{MOVED}" for name in RAW))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was proposed (None: not a member, or it failed), how often twice, and the time taken.

    In the order in which evaluations ended.
    """

    genomes: list[Genome | None]
    duplicates: float
    outside: float
    seconds: list[float]


def race(problem: Problem, sampler: str, *, seed: int, evaluations: int, batch: int = 1) -> Outcome:
    """So many proposals, `batch` of them under way at once; fewer where no member is left.

    They end in the order in which they were asked for, so all but the first know `batch` - 1 fewer
    than were proposed before them.
    """
    study, asked = _study(problem, sampler, seed), distributions(problem.region)
    under_way: deque[tuple[Trial, float]] = deque()
    genomes: list[Genome | None] = []
    keys: list[str] = []
    seconds: list[float] = []
    outside, left = 0, evaluations
    while True:
        while left and len(under_way) < batch:
            started = perf_counter()
            try:
                under_way.append((study.ask(asked), perf_counter() - started))
                left -= 1
            except LookupError:
                left = 0
        if not under_way:
            break
        trial, proposing = under_way.popleft()
        genome: dict[str, Value] = dict(trial.params)
        keys.append(key_of(genome))
        member = problem.region.admit(genome)
        values = _values(problem, member) if isinstance(member, Member) else None
        outside += not isinstance(member, Member)
        genomes.append(None if values is None else genome)
        started = perf_counter()
        _tell(study, trial, values)
        seconds.append(proposing + perf_counter() - started)
    return Outcome(
        genomes=genomes,
        duplicates=1 - len(set(keys)) / max(1, len(keys)),
        outside=outside / max(1, len(keys)),
        seconds=seconds,
    )


def _study(problem: Problem, sampler: str, seed: int) -> Study:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.create_study(
            directions=[one.direction for one in problem.objectives],
            sampler=_sampler(problem, sampler, seed),
        )


def _tell(study: Study, trial: Trial, values: list[float] | None) -> None:
    if values is None:
        trial.set_user_attr("failure", "error: infeasible")
        study.tell(trial, state=TrialState.FAIL)
    else:
        study.tell(trial, values)


def _sampler(problem: Problem, name: str, seed: int) -> BaseSampler:
    if name in RAW:
        return RAW[name](seed)
    if name.endswith(MOVED):
        return InRegion(problem.region, seed=seed, inner=RAW[name.removesuffix(MOVED)](seed))
    return make_sampler(name, problem.region, seed=seed, known=0, objectives=problem.objectives)


def _values(problem: Problem, member: Member) -> list[float] | None:
    try:
        measured = problem.space.evaluate(member.genome)
    except ArithmeticError:  # how the made problems say that a member cannot be had
        return None
    return [
        member.cost.value(one.name) if one.name in problem.space.priced else measured[one.name]
        for one in problem.objectives
    ]
