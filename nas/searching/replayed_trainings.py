"""Trainings carried out once more: the whole search in its order, or each by itself."""

import argparse
from collections.abc import Iterator

from optuna.storages import InMemoryStorage

from nas.core.evaluation import Evaluation, Outcome, Score
from nas.core.guard import guarded
from nas.core.space import find_space
from nas.evaluation.job import Job, run_job
from nas.samplers import make_sampler
from nas.searching.replayed import Trial
from nas.searching.resolve import objectives_of, region_of
from nas.searching.resources import resources_for
from nas.searching.runner import make_runner
from nas.study.campaign import Campaign
from nas.study.ledger import Ledger
from nas.study.record import Record
from nas.study.run import Run
from nas.study.settings import Settings
from nas.study.ticket import Ticket


def known_trainings(run: Run) -> list[Trial]:
    """Those that have ended, in the order of proposal; of a deterministic search without a gap."""
    return [_trial(record) for record in _ended(run)]


def _ended(run: Run) -> list[Record]:
    ended = [record for record in run.records if record.role == "search" and record.ended]
    if "lag" not in run.settings:
        return ended
    by_position = {record.position: record for record in ended}
    positions = range(len(ended))
    return [
        by_position[place]
        for place in positions
        if all(before in by_position for before in range(place + 1))
    ]


def _trial(record: Record) -> Trial:
    if record.complete:
        result: tuple[float, ...] | str = (record.accuracy or 0.0, record.loss or 0.0)
    else:
        result = (record.failure or "unknown").partition(":")[0]
    return Trial(record.number, record.genome, result)


def one_by_one(run: Run, count: int) -> Iterator[Trial]:
    """Each of the first trained again as it says itself."""
    settings = Settings.from_dict(run.settings)
    usual = run.content.get("execution", {}).get("threads")
    for record in _ended(run)[:count]:
        evaluation = Evaluation(
            key=record.key,
            genome=dict(record.genome),
            fidelity=settings.fidelity,
            replicate=record.replicate,
        )
        threads, parts = record.threads or usual, record.parts or 1
        outcome = run_job(settings.job(evaluation, threads=threads, weights=None, parts=parts))
        trial = Trial(record.number, record.genome, _result(outcome))
        print(f"trial {trial.number}: {trial.result}", flush=True)
        yield trial


def _result(outcome: Outcome) -> tuple[float, ...] | str:
    if isinstance(outcome, Score):
        return outcome.accuracy, outcome.loss
    return outcome.kind


def search_again(run: Run, count: int, args: argparse.Namespace) -> list[Trial]:
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
        ledger, trials=count, tries=count, workers=resources.workers, replicates=False
    )

    def listen(ticket: Ticket, outcome: Outcome | None) -> None:
        if outcome is not None:
            print(f"{ticket.name}: {_result(outcome)}", flush=True)

    def make_job(ticket: Ticket) -> Job:
        return settings.job(ticket.evaluation, threads=resources.threads, weights=None)

    make_runner(args, resources)(campaign, make_job, listen)
    records = [record for record in ledger.records() if record.ended]
    return [_trial(record) for record in sorted(records, key=lambda one: one.position or 0)]
