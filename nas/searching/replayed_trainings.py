"""Trainings carried out once more: the whole search in its order, or each by itself."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import count, takewhile

from optuna.storages import InMemoryStorage

from nas.core.evaluation import Evaluation, Outcome, Score
from nas.core.guard import guarded
from nas.core.space import find_space
from nas.evaluation.job import Job, run_job
from nas.samplers import make_sampler
from nas.searching.replayed import Result, Trial, numbers, repeatable
from nas.searching.resolve import objectives_of, region_of
from nas.searching.resources import resources_for
from nas.searching.runner import make_runner
from nas.study.campaign import Campaign
from nas.study.ledger import Ledger
from nas.study.record import Record
from nas.study.run import Run
from nas.study.settings import Settings
from nas.study.ticket import Ticket

COMPARED = ("seed", "params", "macs", "flops", "accuracy", "loss")  # of a record; seconds differ


def known_trainings(run: Run, *, in_order: bool) -> tuple[list[Trial], int]:
    """Those that have ended, in the order of proposal, and how many more cannot be repeated."""
    ended = _ended(run)
    whole = list(_without_gap(ended)) if in_order else ended
    kept, left = repeatable([_trial(record) for record in whole], in_order=in_order)
    return kept, left + len(ended) - len(whole)


def _ended(run: Run) -> list[Record]:
    return [record for record in run.records if record.role == "search" and record.ended]


def _without_gap(ended: list[Record]) -> Iterator[Record]:
    """By position, up to one whose trial has not ended: nothing after it can be proposed again."""
    by_position = {record.position: record for record in ended}
    yield from (by_position[place] for place in takewhile(by_position.__contains__, count()))


def _trial(record: Record) -> Trial:
    if record.complete:
        result = numbers({name: getattr(record, name) for name in COMPARED}, record.values)
    else:
        result = (record.failure or "unknown").partition(":")[0]
    return Trial(record.number, record.genome, result)


def one_by_one(run: Run, known: Sequence[Trial]) -> Iterator[Trial]:
    """Each trained again as its record says."""
    settings, records = Settings.from_dict(run.settings), {one.number: one for one in _ended(run)}
    for trial in known:
        job = run.job(records[trial.number], seconds=run.trial_seconds)
        outcome = run_job(job)
        print(f"trial {trial.number}: {_said(outcome)}", flush=True)
        yield Trial(trial.number, trial.genome, _result(outcome, job.evaluation, settings))


def _result(outcome: Outcome, evaluation: Evaluation, settings: Settings) -> Result:
    """As of a record, with the costs that the space says today."""
    if not isinstance(outcome, Score):
        return outcome.kind
    space = find_space(settings.space)
    cost = space.cost(space.adapt(space.decode(evaluation.genome), settings.target))
    known = {**asdict(outcome), **asdict(cost), "seed": evaluation.seed(settings.seed)}
    values = [float(known[name]) for name in settings.objectives]
    return numbers({name: known[name] for name in COMPARED}, values)


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
