"""Twelve networks spread over the window, three seeds each, at one fidelity: signal and noise."""

from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import pandas as pd

from studies.networks import spread
from studies.setup import Setup
from studies.trainings import Training, train

BINS, PER_BIN, SEEDS = 4, 3, 3


def run(setup: Setup, *, workers: int, out: Path) -> pd.DataFrame:
    """Train all, one seed after the other; a network's label is its bin."""
    members = spread(setup.region, bins=BINS, per_bin=PER_BIN, seed=setup.settings.seed)
    trainings = [
        Training(
            label=str(index // PER_BIN),
            member=member,
            replicate=replicate,
            fidelity=setup.fidelity,
        )
        for replicate in range(SEEDS)
        for index, member in enumerate(members)
    ]
    return train(setup, trainings, out=out, workers=workers)


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
    means = done.groupby(["label", "key"])["accuracy"].mean().reset_index()
    between = max(0.0, float(means["accuracy"].var(ddof=1)) - noise / seeds)
    bins = [group["accuracy"] for _, group in means.groupby("label")]
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
