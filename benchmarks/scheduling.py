"""What the runners themselves take: of trainings that end at once, all time is theirs.

    python -m benchmarks.scheduling [--quick] [--workers N] [--trials N]

The jobs name a space that does not exist, so that a worker answers in milliseconds; what it says it
took is not counted. Neither sampler nor storage is part of it. `seconds_a_trial` is the time that a
worker is without a training between two of them (the median, for the machine may be busy);
`share_of_10_s` is that beside a training of ten seconds. `start_seconds` pass until the first
worker has answered, `end_seconds` from the last answer on. `driver_cpu_seconds` is what a trial
costs this process, all threads of it, start and end left out: it says less of a busy machine.
"""

import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

from optuna.trial import FrozenTrial, TrialState

from benchmarks.arguments import RESULTS
from benchmarks.table import write
from nas.commandline import Parser, count, run
from nas.core.cost import Cost
from nas.core.evaluation import Evaluation, Outcome
from nas.core.fidelity import Fidelity
from nas.evaluation.job import DataSpec, Job
from nas.evaluation.recipe import Recipe
from nas.scheduling import Resources, Runner, run_inline
from nas.study.campaign import Campaign
from nas.study.ticket import Ticket

TRAINING_SECONDS = 10.0
FIDELITY = Fidelity(epochs=1, resolution=8)


class Handout:
    """So many tickets, some at a time, and how long each took from when its place was free."""

    def __init__(self, trials: int, workers: int) -> None:
        self._left = trials
        self._workers = workers
        self._under_way: dict[int, float] = {}
        self._freed: list[float] = []
        self.first: float | None = None
        self.last = 0.0
        self.turns: list[float] = []
        self.cpu: list[float] = []

    def next(self) -> Ticket | None:
        """As a campaign's."""
        if not self._left or len(self._under_way) == self._workers:
            return None
        self._left -= 1
        self._under_way[self._left] = self._freed.pop(0) if self._freed else time.perf_counter()
        return Ticket(
            evaluation=Evaluation(key=f"{self._left:016x}", genome={}, fidelity=FIDELITY),
            role="search",
            label=None,
            trial=_trial(self._left),
            cost=Cost(params=1, macs=1, flops=1),
        )

    def done(self, ticket: Ticket, outcome: Outcome) -> None:
        """As a campaign's."""
        self.last = time.perf_counter()
        self._freed.append(self.last)
        self.cpu.append(time.process_time())
        turn = self.last - self._under_way.pop(ticket.trial.number) - outcome.seconds
        if self.first is None:
            self.first = self.last
        else:
            self.turns.append(turn)

    @property
    def finished(self) -> bool:
        """As a campaign's."""
        return not self._left and not self._under_way


def measured(name: str, runner: Runner, *, trials: int, workers: int) -> dict[str, object]:
    """The row of a runner."""
    handout = Handout(trials, workers)
    started = time.perf_counter()
    runner(cast(Campaign, handout), _job, lambda _ticket, _outcome: None)
    ended = time.perf_counter()
    assert handout.first is not None
    # The first answer of each worker waits for its process, and is part of the start.
    turn = statistics.median(handout.turns[workers - 1 :])
    return {
        "runner": name,
        "workers": workers,
        "trials": trials,
        "start_seconds": handout.first - started,
        "seconds_a_trial": turn,
        "share_of_10_s": turn / TRAINING_SECONDS,
        "driver_cpu_seconds": (handout.cpu[-1] - handout.cpu[0]) / (trials - 1),
        "end_seconds": ended - handout.last,
    }


def rows(*, trials: int, workers: int, ray: bool = True) -> Iterator[dict[str, object]]:
    """In this process, then as Tune trials."""
    yield measured("inline", run_inline, trials=trials, workers=1)
    if not ray:
        return
    from nas.scheduling.environment import configure

    configure(None)
    from nas.scheduling.ray_tune import RayRunner

    runner = RayRunner(Resources(workers=workers, threads=1))
    yield measured("ray", runner, trials=trials, workers=workers)


def _job(ticket: Ticket) -> Job:
    return Job(
        evaluation=ticket.evaluation,
        space="benchmarks.scheduling:NO_SPACE",
        data=DataSpec(source="none"),
        recipe=Recipe(),
        study_seed=0,
        device="cpu",
        threads=1,
    )


def _trial(number: int) -> FrozenTrial:
    return FrozenTrial(
        number=number,
        trial_id=number,
        state=TrialState.RUNNING,
        value=None,
        datetime_start=None,
        datetime_complete=None,
        params={},
        distributions={},
        user_attrs={},
        system_attrs={},
        intermediate_values={},
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print, and write the table."""
    parser = Parser(prog="python -m benchmarks.scheduling", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="inline alone, to see that it works")
    parser.add_argument("--workers", type=count, default=2, metavar="N", help="default 2")
    parser.add_argument("--trials", type=count, default=100, metavar="N", help="default 100")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR")
    args = parser.parse_args(argv)
    table = rows(trials=args.trials, workers=args.workers, ray=not args.quick)
    write(table, args.out / "scheduling.csv")


if __name__ == "__main__":
    sys.exit(run(main))
