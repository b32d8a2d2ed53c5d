"""With a lag, who ends first does not matter: the same proposals with one worker or with many."""

import random
from typing import Any

import optuna
import pytest
from opened import FIDELITY, OBJECTIVES, region
from optuna.storages import BaseStorage, InMemoryStorage

from nas.core.errors import InputError
from nas.core.evaluation import Failure, Outcome, Score
from nas.samplers import make_sampler
from nas.study.campaign import Campaign
from nas.study.ledger import Ledger
from nas.study.ticket import Ticket

LAG = 4
TRIALS = 24
SAMPLERS = ("random", "evolution", "bayesian", "nsgaii", "tpe")


def measured(ticket: Ticket) -> Outcome:
    """By the key alone; some fail."""
    luck = random.Random(ticket.evaluation.key)
    if luck.random() < 0.2:
        return Failure(kind="diverged", message="so", seconds=1.0, device="cpu")
    return Score(accuracy=luck.random(), loss=1.0, seconds=1.0, device="cpu", images_per_second=1.0)


def opened(storage: BaseStorage, sampler: str = "random", seed: int = 0) -> Ledger:
    """A deterministic search's ledger, as after a start."""
    made = Ledger(storage, "s", region=region(), fidelity=FIDELITY, objectives=OBJECTIVES, lag=LAG)
    made.recover()
    made.use(make_sampler(sampler, region(), seed=seed, known=0, objectives=OBJECTIVES))
    return made


def carry_out(of: Ledger, *, workers: int, order: int, trials: int = TRIALS) -> None:
    """With so many trainings side by side, which end in a random order."""
    search = Campaign(of, trials=trials, workers=workers, replicates=False)
    luck, under_way = random.Random(order), []
    while not search.finished:
        ticket = search.next()
        if ticket is not None:
            under_way.append(ticket)
        elif under_way:
            ended = under_way.pop(luck.randrange(len(under_way)))
            search.done(ended, measured(ended))


def proposals(of: Ledger) -> list[tuple[Any, ...]]:
    """Each position's genome and accuracy, in order."""
    ended = [record for record in of.records() if record.ended]
    ended.sort(key=lambda record: record.position or 0)
    assert [record.position for record in ended] == list(range(len(ended)))
    return [(tuple(record.genome.values()), record.accuracy) for record in ended]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_one_worker_and_many_propose_the_same(sampler: str) -> None:
    found = []
    for workers, order in ((1, 0), (3, 1), (LAG, 2), (2 * LAG, 3)):
        of = opened(InMemoryStorage(), sampler)
        carry_out(of, workers=workers, order=order)
        found.append(proposals(of))
    assert len(found[0]) >= TRIALS
    assert all(one == found[0] for one in found[1:])


def test_another_seed_proposes_otherwise() -> None:
    found = []
    for seed in (0, 1):
        of = opened(InMemoryStorage(), seed=seed)
        carry_out(of, workers=1, order=0)
        found.append(proposals(of))
    assert found[0] != found[1]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_search_cut_short_at_any_moment_goes_on_as_if_it_had_not_been(sampler: str) -> None:
    whole = opened(InMemoryStorage(), sampler)
    carry_out(whole, workers=2, order=0)
    storage = InMemoryStorage()
    luck = random.Random(0)
    for trials in (5, 11, 12):
        cut = opened(storage, sampler)
        carry_out(cut, workers=3, order=trials, trials=trials)
        for _ in range(luck.randrange(1, LAG)):
            cut.ask()  # and then the process is killed
    last = opened(storage, sampler)
    carry_out(last, workers=2, order=9)
    assert proposals(last) == proposals(whole)


def test_no_more_than_the_lag_are_under_way() -> None:
    of = opened(InMemoryStorage())
    begun = [of.ask() for _ in range(LAG + 2)]
    assert [isinstance(ticket, Ticket) for ticket in begun] == [True] * LAG + [False] * 2
    assert begun[-1] == "wait"


@pytest.mark.parametrize(
    "fixed", [{"width": 4}, {"width": 4, "kernel": 1, "pool": "max", "mood": "well"}]
)
def test_a_trial_queued_by_hand_is_refused_by_name(fixed: dict[str, Any]) -> None:
    storage = InMemoryStorage()
    of = opened(storage)
    study = optuna.load_study(storage=storage, study_name="s")
    study.enqueue_trial(fixed)
    of.recover()  # looks at once
    assert isinstance(of.ask(), Ticket)
    assert study.trials[0].user_attrs["failure"].startswith("refused: a deterministic search")
    assert isinstance(opened(storage).ask(), Ticket)


def test_a_sampler_that_proposes_otherwise_by_now_is_told_before_anything_is_spent() -> None:
    storage = InMemoryStorage()
    carry_out(opened(storage), workers=1, order=0)
    with pytest.raises(InputError, match="would be proposed otherwise"):
        opened(storage, seed=1)
