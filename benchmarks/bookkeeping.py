"""What a trial costs beside its evaluation, as a study grows: the n-th proposal, storage, the rest.

    python -m benchmarks.bookkeeping [--quick] [--trials N]

Evaluations that end at once, one after the other, on SQLite: of a space that brings its own
evaluation (28 knobs of 4 choices), with the random sampler and with the default one, and of
networks (the space accvit, 5M-30M, outcomes made up in place of trainings) with the random one.
Medians over the last 50 trials before the n-th, in milliseconds: all of a trial; the sampler's
proposal; all calls of the storage; and what is left, which is the bookkeeping. `report_ms`, a part
of these, is what it takes to note an outcome. `seconds` is the time of all trials up to the n-th.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.arguments import RESULTS
from benchmarks.table import write
from nas.commandline import Parser, count, run
from nas.core.budget import Budget, parse_bound
from nas.core.evaluated import EvaluatedSpace
from nas.core.evaluation import Score
from nas.core.fidelity import Fidelity, Setting
from nas.core.knob import Genome, Knob
from nas.core.objective import parse_objectives
from nas.core.space import find_space
from nas.samplers import DEFAULT, make_sampler
from nas.study.book import Book
from nas.study.campaign import Campaign
from nas.study.evaluated_study import EvaluatedStudy
from nas.study.ledger import Ledger
from nas.study.proposals import Proposals
from nas.study.storage import open_storage
from nas.windows import Region, region_within

WINDOW = 50
ENDS = (100, 1_000, 10_000)
SCORE = Score(accuracy=0.5, loss=1.0, seconds=0.0, device="cpu", images_per_second=1.0)


class Parts(NamedTuple):
    """Seconds so far: of the sampler, of the storage, and of what notes outcomes."""

    asked: float
    stored: float
    told: float


class Instant(EvaluatedSpace):
    """Knobs by number, a cost and an error that cost nothing to know."""

    name, objectives = "instant", "error:min,price:min"
    knobs = tuple(Knob(name=f"k{place}", choices=(0, 1, 2, 3)) for place in range(28))

    def cost(self, genome: Genome) -> dict[str, float]:
        """The sum of the choices."""
        return {"price": float(sum(map(int, genome.values())))}

    def evaluate(self, genome: Genome) -> dict[str, float]:
        """How many knobs are not 1."""
        return {"error": float(sum(choice != 1 for choice in genome.values()))}


class Timed:
    """An object whose methods' time is added up, or that of some; nested calls count once."""

    def __init__(self, inner: Any, *names: str) -> None:
        self._inner = inner
        self._names = names
        self._depth = 0
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        counts = callable(found) and (not self._names or name in self._names)
        return self._timed(found) if counts else found

    def _timed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self._depth += 1
            started = time.perf_counter()
            try:
                return method(*args, **kwargs)
            finally:
                self._depth -= 1
                if not self._depth:
                    self.seconds += time.perf_counter() - started

        return call


def evaluated(folder: Path, *, sampler: str) -> Iterator[Parts]:
    """After each trial of a space that evaluates itself."""
    space = Instant()
    region = region_within(space)
    objectives = space.weighed(None)
    study = EvaluatedStudy(
        open_storage(f"sqlite:///{folder / sampler}.db"),
        "s",
        space=space,
        region=region,
        objectives=objectives,
        settings={},
        alone=True,
        lag=None,
    )
    study.use(
        lambda known: make_sampler(sampler, region, seed=0, known=known, objectives=objectives)
    )
    asked, stored = _timed(study._proposals, study._book)
    told = study._book = Timed(study._book, "end")  # type: ignore[assignment]
    while True:
        assert study.step(most=10**9) == "done"
        yield Parts(asked.seconds, stored.seconds, told.seconds)


def networks(folder: Path, *, sampler: str) -> Iterator[Parts]:
    """The same of networks, whose outcomes are made up."""
    space = find_space("accvit")
    region = Region(
        space=space,
        choices={knob.name: knob.choices for knob in space.knobs},
        budget=Budget((parse_bound("params", "5M-30M"),)),
        target=Setting(),
    )
    objectives = parse_objectives("accuracy,params")
    ledger = Ledger(
        open_storage(f"sqlite:///{folder / 'networks.db'}"),
        "s",
        region=region,
        fidelity=Fidelity(epochs=1, resolution=64),
        objectives=objectives,
    )
    ledger.use(make_sampler(sampler, region, seed=0, known=0, objectives=objectives))
    asked, stored = _timed(ledger._proposals, ledger._search)
    campaign = Campaign(ledger, trials=10**9, workers=1, replicates=False)
    told = Timed(campaign, "done")
    while (ticket := campaign.next()) is not None:
        told.done(ticket, SCORE)
        yield Parts(asked.seconds, stored.seconds, told.seconds)


def _timed(proposals: Proposals, book: Book) -> tuple[Timed, Timed]:
    sampler, storage = Timed(proposals._shadow, "ask"), Timed(book._storage)
    proposals._shadow = sampler  # type: ignore[assignment]
    book._storage = storage
    return sampler, storage


def measured(name: str, sampler: str, *, most: int, folder: Path) -> Iterator[dict[str, object]]:
    """A row for each end up to `most` trials."""
    started = last = time.perf_counter()
    before = Parts(0, 0, 0)
    rows: list[dict[str, float]] = []
    for number, now in enumerate(SPACES[name](folder, sampler=sampler), start=1):
        ended = time.perf_counter()
        asked, stored, told = (
            1e3 * (after - earlier) for after, earlier in zip(now, before, strict=True)
        )
        whole = 1e3 * (ended - last)
        rows.append(
            {
                "trial_ms": whole,
                "sampler_ms": asked,
                "storage_ms": stored,
                "bookkeeping_ms": whole - asked - stored,
                "report_ms": told,
            }
        )
        last, before = ended, now
        if number in ENDS or number == most:
            recent = rows[-WINDOW:]
            medians = {key: statistics.median(row[key] for row in recent) for key in recent[0]}
            identity = {"space": name, "sampler": sampler, "n": number}
            yield identity | medians | {"seconds": ended - started}
        if number == most:
            return


SPACES = {"evaluated": evaluated, "networks": networks}
RUNS = (("evaluated", "random"), ("networks", "random"), ("evaluated", DEFAULT))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the table."""
    parser = Parser(prog="python -m benchmarks.bookkeeping", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="100 trials")
    parser.add_argument("--trials", type=count, default=ENDS[-1], metavar="N")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR")
    given = parser.parse_args(arguments)
    most = ENDS[0] if given.quick else given.trials
    with tempfile.TemporaryDirectory() as folder:
        write(
            (
                row
                for name, sampler in RUNS
                for row in measured(name, sampler, most=most, folder=Path(folder))
            ),
            given.out / "bookkeeping.csv",
        )


if __name__ == "__main__":
    sys.exit(run(main))
