"""Trainings carried out once more: the whole search in its order, or each by itself."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from itertools import count, takewhile

from optuna.storages import InMemoryStorage

from nas.core.evaluation import Outcome, Score
from nas.core.guard import guarded
from nas.core.space import find_space
from nas.evaluation.job import Job, run_job
from nas.samplers import make_sampler
from nas.searching.replayed import Result, Trial, numbers
from nas.searching.resolve import objectives_of, region_of
from nas.searching.resources import resources_for
from nas.searching.runner import make_runner
from nas.study.campaign import Campaign
from nas.study.ledger import Ledger
from nas.study.record import Record
from nas.study.run import Run
from nas.study.settings import Settings
from nas.study.ticket import Ticket


def known_trainings(run: Run) -> tuple[list[Trial], int]:
    """Those that have ended, in the order of proposal, and how many more there are behind a gap.

    A gap is a position of a deterministic search whose trial has not ended: what came after it
    cannot be proposed again.
    """
    ended, left = _ended(run)
    return [_trial(record) for record in ended], left


def _ended(run: Run) -> tuple[list[Record], int]:
    ended = [record for record in run.records if record.role == "search" and record.ended]
    if "lag" not in run.settings:
        return ended, 0
    by_position = {record.position: record for record in ended}
    whole = list(takewhile(by_position.__contains__, count()))
    return [by_position[place] for place in whole], len(ended) - len(whole)


def _trial(record: Record) -> Trial:
    if record.complete:
        measured = {"accuracy": record.accuracy or 0.0, "loss": record.loss or 0.0}
        result = numbers(measured, record.values)
    else:
        result = (record.failure or "unknown").partition(":")[0]
    return Trial(record.number, record.genome, result)


def one_by_one(run: Run, number: int) -> Iterator[Trial]:
    """Each of the first trained again as it says itself."""
    settings = Settings.from_dict(run.settings)
    for record in _ended(run)[0][:number]:
        outcome = run_job(run.job(record, seconds=run.trial_seconds))
        print(f"trial {record.number}: {_said(outcome)}", flush=True)
        yield Trial(record.number, record.genome, _result(outcome, record, settings))


def _result(outcome: Outcome, record: Record, settings: Settings) -> Result:
    """As of a record, with the costs that the space says today."""
    if not isinstance(outcome, Score):
        return outcome.kind
    space = find_space(settings.space)
    cost = space.cost(space.adapt(space.decode(record.genome), settings.target))
    known = {"accuracy": outcome.accuracy, **asdict(cost)}
    measured = {"accuracy": outcome.accuracy, "loss": outcome.loss}
    return numbers(measured, [float(known[name]) for name in settings.objectives])


def search_again(run: Run, number: int, args: argparse.Namespace) -> list[Trial]:
    """The search as from the beginning, in memory, until so many trials have ended."""
    settings = Settings.from_dict(run.settings)
    space = guarded(settings.space, find_space(settings.space))
    region, objectives = region_of(settings, space), objectives_of(settings)
    resources = resources_for(settings, region, args)
    ledger = Ledger(
        InMemoryStorage(),
        run.name,
        region=region,
        fidelity=settings.fidelity,
        objectives=objectives,
        seed=settings.seed,
        lag=settings.lag,
    )
    ledger.use(
        make_sampler(settings.sampler, region, seed=settings.seed, known=0, objectives=objectives)
    )
    campaign = Campaign(
        ledger, trials=number, tries=number, workers=resources.workers, replicates=False
    )

    def listen(ticket: Ticket, outcome: Outcome | None) -> None:
        if outcome is not None:
            print(f"{ticket.name}: {_said(outcome)}", flush=True)

    def make_job(ticket: Ticket) -> Job:
        return settings.job(
            ticket.evaluation,
            threads=resources.threads,
            weights=None,
            seconds=run.trial_seconds,
        )

    make_runner(args, resources)(campaign, make_job, listen)
    records = [record for record in ledger.records() if record.ended]
    return [_trial(record) for record in sorted(records, key=lambda one: one.position or 0)]


def _said(outcome: Outcome) -> str:
    return f"accuracy {outcome.accuracy}" if isinstance(outcome, Score) else outcome.kind
