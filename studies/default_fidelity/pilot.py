"""Twelve networks spread over the window, three seeds each, at one fidelity: signal and noise."""

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from math import log
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean

import pandas as pd

from nas.core.evaluation import Evaluation, Score
from nas.core.space import find_space
from nas.evaluation.device import Asked
from nas.evaluation.job import Job, run_job
from nas.searching.resolve import region_of
from nas.study.settings import Settings
from nas.windows import Member, Region

BINS, PER_BIN, SEEDS = 4, 3, 3
DRAWS = 2000


def spread(region: Region, *, seed: int) -> list[Member]:
    """Three random members from each quarter of the window, by the logarithm of parameters."""
    rng = random.Random(seed)
    drawn = [member for member in (region.draw(rng, set()) for _ in range(DRAWS)) if member]
    sizes = [log(member.cost.params) for member in drawn]
    low, step = min(sizes), (max(sizes) - min(sizes)) / BINS
    chosen = []
    for index in range(BINS):
        inside = [
            member
            for member, size in zip(drawn, sizes, strict=True)
            if low + index * step <= size <= low + (index + 1) * step
        ]
        chosen += rng.sample(inside, PER_BIN)
    return chosen


def run(settings: Settings, *, workers: int, out: Path) -> pd.DataFrame:
    """Train all, two after the other's seed; each result is added to the CSV as it comes."""
    region = region_of(settings, find_space(settings.space))
    jobs = list(_jobs(settings, spread(region, seed=settings.seed)))
    rows: list[dict[str, object]] = []
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for (bin_index, member, job), outcome in zip(
            jobs, pool.map(run_job, [job for _, _, job in jobs]), strict=True
        ):
            scored = isinstance(outcome, Score)
            rows.append(
                {
                    "bin": bin_index,
                    "key": member.key,
                    "replicate": job.evaluation.replicate,
                    "params": member.cost.params,
                    "macs": member.cost.macs,
                    "accuracy": outcome.accuracy if isinstance(outcome, Score) else None,
                    "seconds": round(outcome.seconds, 2),
                    "failure": None if scored else outcome.message,  # type: ignore[union-attr]
                }
            )
            print(rows[-1], flush=True)
            pd.DataFrame(rows).to_csv(out, index=False)
    return pd.DataFrame(rows)


def _jobs(settings: Settings, members: Sequence[Member]) -> Iterator[tuple[int, Member, Job]]:
    device: Asked = "cuda" if settings.device.startswith("cuda") else "cpu"
    for replicate in range(SEEDS):
        for index, member in enumerate(members):
            evaluation = Evaluation(
                key=member.key,
                genome=dict(member.genome),
                fidelity=settings.fidelity,
                replicate=replicate,
            )
            yield (
                index // PER_BIN,
                member,
                Job(
                    evaluation=evaluation,
                    space=settings.space,
                    data=settings.data,
                    digest=settings.digest,
                    recipe=settings.recipe,
                    study_seed=settings.seed,
                    device=device,
                    threads=1,
                ),
            )


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Standard deviations of accuracy (0..1); reliability is that of a single training."""

    networks: int
    trainings: int
    mean: float
    noise_sd: float
    between_sd: float
    within_bin_sd: float
    reliability: float
    reliability_within_bins: float
    seconds: float


def judge(rows: pd.DataFrame) -> Verdict:
    """One-way analysis of variance over networks: between = (MS_networks - MS_noise) / seeds."""
    done = rows.dropna(subset=["accuracy"])
    groups = [group["accuracy"].to_numpy() for _, group in done.groupby("key")]
    seeds = fmean(len(group) for group in groups)
    noise = sum(((group - group.mean()) ** 2).sum() for group in groups) / max(
        1, sum(len(group) - 1 for group in groups)
    )
    means = done.groupby(["bin", "key"])["accuracy"].mean().reset_index()
    between = max(0.0, float(means["accuracy"].var(ddof=1)) - noise / seeds)
    bins = [group["accuracy"] for _, group in means.groupby("bin")]
    squares = sum(float(((bin_ - bin_.mean()) ** 2).sum()) for bin_ in bins)
    inside = max(0.0, squares / max(1, len(means) - len(bins)) - noise / seeds)
    return Verdict(
        networks=len(groups),
        trainings=len(done),
        mean=float(done["accuracy"].mean()),
        noise_sd=noise**0.5,
        between_sd=between**0.5,
        within_bin_sd=inside**0.5,
        reliability=between / (between + noise) if between + noise else 0.0,
        reliability_within_bins=inside / (inside + noise) if inside + noise else 0.0,
        seconds=float(done["seconds"].mean()),
    )
