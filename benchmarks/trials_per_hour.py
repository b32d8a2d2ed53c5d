"""Trainings an hour at the search's default fidelity, with our blocks and with the plain form.

    python -m benchmarks.trials_per_hour [--form ours] [--quick] [--threads N]

A dozen networks, drawn from 5M-30M with a fixed seed, are trained and scored as a search on a CPU
does it: one for each core at a time, one thread each, in processes that stay, with libraries set
up and images prepared. Round by round, ours and plain in turns. What a search does besides
(starting Ray, drawing, writing results down) takes seconds and is left out.

The rate is that of workers which are never idle: trainings side by side over the mean seconds of
one. (Wall time would count how long the last one runs alone.)

To compare with an earlier state of the project, put this folder into a checkout of it, and run
both in turns: `python -m benchmarks.trials_per_hour --form ours --out DIR`. The keys in
trainings-cpu.csv must be the same.
"""

import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from threading import Barrier

import pandas as pd

from benchmarks.arguments import plan_of, speed_parser
from benchmarks.kept_memory import keep_memory
from benchmarks.table import write
from nas.commandline import run
from nas.core.errors import InputError
from nas.core.evaluation import Evaluation, Outcome, Score
from nas.core.space import find_space
from nas.evaluation.job import Job, prepared, run_job
from nas.searching.arguments import parse
from nas.searching.resolve import region_of, resolve
from nas.study.settings import Settings

NETWORKS, SEED = 12, 0
SPACES = {"ours": "accvit", "plain": "benchmarks.plain_space:SPACE"}
SEARCH = ("--space", "accvit", "--budget", "5M-30M", "--device", "cpu")
SMALL = ("--data", "digits", "--epochs", "1", "--data-share", "0.01", "--val-limit", "10")


def jobs(settings: Settings, *, networks: int) -> list[Job]:
    """Trainings of networks drawn from the window, the same ones every time."""
    region, rng = region_of(settings, find_space(settings.space)), random.Random(SEED)
    drawn = [region.draw(rng, set()) for _ in range(networks)]
    return [
        settings.job(
            Evaluation(key=member.key, genome=member.genome, fidelity=settings.fidelity),
            threads=1,
            weights=None,
        )
        for member in drawn
        if member is not None
    ]


def ready(barrier: Barrier, firsts: Sequence[Job]) -> None:
    """In a new worker: libraries set up by short trainings, images prepared, then all start."""
    for job in firsts:
        fidelity = replace(job.evaluation.fidelity, epochs=1, data_share=0.01)
        run_job(replace(job, evaluation=replace(job.evaluation, fidelity=fidelity)))
        prepared(job.data, job.evaluation.fidelity, job.digest)
    barrier.wait()


def trainings(
    forms: Mapping[str, Sequence[Job]], *, workers: int, rounds: int
) -> Iterator[dict[str, object]]:
    """A row for each, in the order of rounds, forms and networks."""
    context = get_context("spawn")
    firsts = [work[0] for work in forms.values()]
    with ProcessPoolExecutor(
        workers,
        mp_context=context,
        initializer=ready,
        initargs=(context.Barrier(workers), firsts),
    ) as pool:
        for number in range(rounds):
            for form, work in forms.items():
                for job, outcome in zip(work, pool.map(run_job, work), strict=True):
                    score = scored(job, outcome)
                    yield {
                        "round": number,
                        "form": form,
                        "key": job.evaluation.key,
                        "workers": workers,
                        "threads": job.threads,
                        "seconds": score.seconds,
                        "images_per_second": score.images_per_second,
                        "accuracy": score.accuracy,
                    }


def scored(job: Job, outcome: Outcome) -> Score:
    """RuntimeError for a training that failed: without it the rate means nothing."""
    if not isinstance(outcome, Score):
        raise RuntimeError(f"{job.space}, {job.evaluation.key}: {outcome.kind}: {outcome.message}")
    return outcome


def rates(done: pd.DataFrame) -> list[dict[str, object]]:
    """A row for each form: the median of its rounds, in trainings an hour."""
    seconds = done.groupby(["form", "workers", "round"], sort=False)["seconds"].mean()
    hourly = (3600 * seconds.index.get_level_values("workers") / seconds).rename("rate")
    return [
        {
            "form": form,
            "workers": int(rate.index.get_level_values("workers")[0]),
            "networks": done["key"].nunique(),
            "n": len(rate),
            "trials_per_hour": float(rate.median()),
            "spread": float(rate.max() / rate.min()),
        }
        for form, rate in hourly.groupby("form", sort=False)
    ]


def main(argv: Sequence[str] | None = None) -> None:
    """Train, print, and write the two tables."""
    parser = speed_parser("trials_per_hour", __doc__, runs=3)
    parser.add_argument("--form", choices=SPACES, help="one alone; default both")
    args = parser.parse_args(argv)
    plan = plan_of(args)
    if plan.device.type != "cpu":
        raise InputError("--device cuda: expected cpu; how trainings share a GPU, a search decides")
    settings = resolve(parse([*SEARCH, *(SMALL if plan.quick else ())]))
    work = jobs(settings, networks=1 if plan.quick else NETWORKS)
    done = write(
        trainings(
            {
                form: [replace(job, space=SPACES[form]) for job in work]
                for form in ([args.form] if args.form else SPACES)
            },
            workers=plan.threads,
            rounds=1 if plan.quick else plan.runs,
        ),
        plan.path("trainings"),
    )
    write(rates(done), plan.path("trials_per_hour"))


if __name__ == "__main__":
    keep_memory()
    sys.exit(run(main))
