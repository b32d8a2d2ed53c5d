"""Searches whose evaluations end at once, as a user's are set up, with their parts timed.

What is left of a trial's time is what a search costs beside its evaluations.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from optuna.samplers import BaseSampler

from nas.core.evaluated import EvaluatedSpace
from nas.core.evaluation import Score
from nas.core.knob import Genome, Knob
from nas.core.objective import Objective
from nas.core.space import find_space
from nas.samplers import make_sampler
from nas.searching.arguments import parse
from nas.searching.evaluated_search import search_of
from nas.searching.resolve import objectives_of, region_of, resolve
from nas.study.book import Book
from nas.study.campaign import Campaign
from nas.study.ledger import Ledger
from nas.study.proposals import Proposals
from nas.study.run import Run, open_run
from nas.study.storage import open_storage
from nas.windows import Region

SCORE = Score(accuracy=0.5, loss=1.0, seconds=0.0, device="cpu", images_per_second=1.0)
Turns = Callable[[int], bool]  # whether the n-th trial is the sampler's own, or drawn at random


class Parts(NamedTuple):
    """Seconds so far: of the sampler, of the storage, and of what notes outcomes."""

    asked: float
    stored: float
    noted: float


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


INSTANT = Instant()


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


def evaluated(home: Path, *, sampler: str, own: Turns) -> Iterator[Parts]:
    """After each trial of a space that evaluates itself; `home` becomes the run's folder."""
    search = search_of(INSTANT, parse(["--space", f"{__name__}:INSTANT", "--sampler", sampler]))
    run = _begun(home, search.settings.to_dict())
    study = search.study(open_storage(run.storage_url), run.name, alone=True)
    asked, stored = _timed(study._proposals, study._book)
    noted = study._book = Timed(study._book, "end")  # type: ignore[assignment]
    for now in _in_turn(search.region, search.objectives, sampler, own):
        if now is not None:
            study.use(lambda known, now=now: now)  # type: ignore[misc]
        ended = study.step(most=10**9)
        assert ended == "done"
        yield Parts(asked.seconds, stored.seconds, noted.seconds)


def networks(home: Path, *, sampler: str, own: Turns) -> Iterator[Parts]:
    """The same of networks, whose outcomes are made up."""
    flags = ["--space", "accvit", "--budget", "5M-30M", "--device", "cpu", "--sampler", sampler]
    settings = resolve(parse(flags))
    region, objectives = region_of(settings, find_space(settings.space)), objectives_of(settings)
    run = _begun(home, settings.to_dict())
    ledger = Ledger(
        open_storage(run.storage_url),
        run.name,
        region=region,
        fidelity=settings.fidelity,
        objectives=objectives,
        settings=settings.to_dict(),
        alone=True,
    )
    asked, stored = _timed(ledger._proposals, ledger._search)
    campaign = Campaign(ledger, trials=10**9, workers=1, replicates=False)
    noted = Timed(campaign, "done")
    for now in _in_turn(region, objectives, sampler, own):
        if now is not None:
            ledger.use(now)
        ticket = campaign.next()
        assert ticket is not None
        noted.done(ticket, SCORE)
        yield Parts(asked.seconds, stored.seconds, noted.seconds)


def _begun(home: Path, settings: dict[str, Any]) -> Run:
    run = open_run(home.parent, home.name, settings, storage=None, versions={}, command=())
    run.save({})
    return run


def _in_turn(
    region: Region, objectives: Sequence[Objective], sampler: str, own: Turns
) -> Iterator[BaseSampler | None]:
    """For each trial the sampler that proposes from now on; None where it is the same as before."""
    samplers = {
        whose: make_sampler(name, region, seed=0, known=0, objectives=objectives)
        for whose, name in ((False, "random"), (True, sampler))
    }
    before = None
    for number in count(1):
        now = samplers[own(number)]
        yield None if now is before else now
        before = now


def _timed(proposals: Proposals, book: Book) -> tuple[Timed, Timed]:
    sampler, storage = Timed(proposals._shadow, "ask"), Timed(book._storage)
    proposals._shadow = sampler  # type: ignore[assignment]
    book._storage = storage
    return sampler, storage
