"""What the trainings say of the paper's table: each step with its interval, and the order."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from statistics import fmean

import numpy as np
import pandas as pd
from scipy import stats

from studies.ablation.rows import ROWS, Row
from studies.intervals import (
    LEVEL,
    RESAMPLES,
    Interval,
    detectable,
    difference,
    mean,
    tau,
)

STEPS = (("1", "2"), ("2", "3"), ("2", "3b"), ("3", "3b"), ("3", "4"), ("3b", "4"), ("4", "5"))
# The paper has one row 3, with which either way of training it is compared.
PUBLISHED = {row.label: row.accuracy for row in ROWS} | {"3b": ROWS[2].accuracy}
READINGS = {"3": ("1", "2", "3", "4", "5"), "3b": ("1", "2", "3b", "4", "5")}


@dataclass(frozen=True, kw_only=True)
class Step:
    """From one row to the next: points of accuracy measured here, and on ImageNet-1K as printed.

    All steps' intervals together hold with 95 % (Bonferroni). 0 is published between 3 and 3b.
    """

    before: str
    after: str
    here: Interval
    published: float

    @property
    def verdict(self) -> str:
        """In words; "undecided" where the interval holds zero."""
        if not self.here.decided:
            return "undecided"
        if self.published == 0:
            return "a difference"
        return "as published" if self.here.value * self.published > 0 else "opposite"


def points(trainings: pd.DataFrame) -> dict[str, list[float]]:
    """Accuracies by row, in per cent; rows of which nothing succeeded are missing."""
    done = trainings.dropna(subset=["accuracy"])
    return {str(label): list(100 * rows["accuracy"]) for label, rows in done.groupby("label")}


def table(trainings: pd.DataFrame) -> pd.DataFrame:
    """Each row: its exact costs, accuracy with interval, median seconds, the paper's figures."""
    found, lines = points(trainings), []
    for row in ROWS:
        if row.label in found:
            lines.append(_line(row, mean(found[row.label]), trainings))
    return pd.DataFrame(lines)


def _line(row: Row, here: Interval, trainings: pd.DataFrame) -> dict[str, object]:
    rows = trainings[trainings["label"] == row.label]
    return {
        "row": row.label,
        "title": row.title,
        "params": int(rows["params"].iloc[0]),
        "flops": int(rows["flops"].iloc[0]),
        "accuracy": round(here.value, 2),
        "low": round(here.low, 2),
        "high": round(here.high, 2),
        "n": here.n,
        "failed": len(rows) - here.n,
        "seconds": round(float(rows["seconds"].median()), 1),
        "published_params_m": row.params_m,
        "published_flops_g": row.flops_g,
        "published_accuracy": row.accuracy,
    }


def steps(trainings: pd.DataFrame) -> list[Step]:
    """Those of which both ends were trained."""
    found = points(trainings)
    return [
        Step(
            before=before,
            after=after,
            here=difference(found[after], found[before], tests=len(STEPS)),
            published=_published(after) - _published(before),
        )
        for before, after in STEPS
        if before in found and after in found
    ]


def step_table(trainings: pd.DataFrame) -> pd.DataFrame:
    """A line each; points, and the step that would have been told from zero four times in five."""
    return pd.DataFrame(
        [
            {
                "before": step.before,
                "after": step.after,
                "here": round(step.here.value, 2),
                "low": round(step.here.low, 2),
                "high": round(step.here.high, 2),
                "n": step.here.n,
                "detectable": round(detectable(step.here, tests=len(STEPS)), 2),
                "published": round(step.published, 3),
                "verdict": step.verdict,
            }
            for step in steps(trainings)
        ]
    )


def order(trainings: pd.DataFrame, labels: Sequence[str], *, seed: int = 0) -> Interval:
    """Kendall's tau of the means with the paper's order; seeds are resampled within each row.

    The range is what seeds make of it. It is no interval of the true order's tau, which noise
    draws towards 0; whether there is any agreement is what `chance` tells.
    """
    found = points(trainings)
    groups = [np.array(found[label]) for label in labels]
    paper = [_published(label) for label in labels]
    rng = np.random.default_rng(seed)
    drawn = [
        tau(paper, [rng.choice(group, len(group)).mean() for group in groups])
        for _ in range(RESAMPLES)
    ]
    low, high = np.nanquantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    value = tau(paper, [group.mean() for group in groups])
    return Interval(value=value, low=float(low), high=float(high), n=len(labels))


def chance(value: float, count: int) -> float:
    """How often so many rows, ordered at random, have at least this tau."""
    ranks = range(count)
    return fmean(tau(ranks, drawn) >= value - 1e-9 for drawn in permutations(ranks))


def order_table(trainings: pd.DataFrame) -> pd.DataFrame:
    """Kendall's tau for each reading of row 3 whose rows were all trained."""
    found = {
        reading: order(trainings, labels)
        for reading, labels in READINGS.items()
        if set(labels) <= set(points(trainings))
    }
    return pd.DataFrame(
        [
            {
                "row_3": reading,
                "tau": round(here.value, 2),
                "low": round(here.low, 2),
                "high": round(here.high, 2),
                "chance": round(chance(here.value, here.n), 3),
            }
            for reading, here in found.items()
        ]
    )


def alike(trainings: pd.DataFrame) -> float:
    """How often rows that are all alike differ at least as much (analysis of variance).

    NaN with fewer than two rows of two seeds.
    """
    groups = [values for values in points(trainings).values() if len(values) > 1]
    return float(stats.f_oneway(*groups).pvalue) if len(groups) > 1 else float("nan")


def _published(label: str) -> float:
    return float(PUBLISHED[label] or 0)
