"""What the trainings say of the paper's table: each step with its interval, and the order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from studies.ablation.rows import ROWS, Row
from studies.intervals import LEVEL, RESAMPLES, Interval, difference, mean, tau

STEPS = (("1", "2"), ("2", "3"), ("2", "3b"), ("3", "4"), ("3b", "4"), ("4", "5"))
PUBLISHED = {row.label: row.accuracy for row in ROWS} | {"3b": ROWS[2].accuracy}
READINGS = {"3 as published": ("1", "2", "3", "4", "5"), "3b": ("1", "2", "3b", "4", "5")}


@dataclass(frozen=True, kw_only=True)
class Step:
    """From one row to the next: points of accuracy measured here, and on ImageNet-1K as printed."""

    before: str
    after: str
    here: Interval
    published: float

    @property
    def verdict(self) -> str:
        """In words; "undecided" where the interval holds zero."""
        if not self.here.decided:
            return "undecided"
        return "as published" if self.here.value * self.published > 0 else "opposite"


def points(trainings: pd.DataFrame) -> dict[str, list[float]]:
    """Accuracies by row, in per cent; rows of which nothing succeeded are missing."""
    done = trainings.dropna(subset=["accuracy"])
    return {str(label): list(100 * rows["accuracy"]) for label, rows in done.groupby("label")}


def table(trainings: pd.DataFrame) -> pd.DataFrame:
    """Each row: its exact costs, accuracy with interval, seconds, and the paper's figures."""
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
        "seconds": round(float(rows["seconds"].mean()), 1),
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
            here=difference(found[after], found[before]),
            published=_published(after) - _published(before),
        )
        for before, after in STEPS
        if before in found and after in found
    ]


def order(trainings: pd.DataFrame, labels: Sequence[str], *, seed: int = 0) -> Interval:
    """Kendall's tau of the means with the paper's order; seeds are resampled within each row."""
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


def _published(label: str) -> float:
    return float(PUBLISHED[label] or 0)


def told(trainings: pd.DataFrame) -> str:
    """All of it as lines for a person."""
    lines = [table(trainings).drop(columns="title").to_string(index=False), ""]
    for step in steps(trainings):
        lines.append(
            f"{step.before:>2} -> {step.after:<2} {step.here.value:+6.2f} points"
            f" ({step.here.low:+.2f} to {step.here.high:+.2f}; published {step.published:+.3f}):"
            f" {step.verdict}"
        )
    for reading, labels in READINGS.items():
        if set(labels) <= set(points(trainings)):
            found = order(trainings, labels)
            lines.append(
                f"Kendall's tau with the paper's order, row {reading}: {found.value:.2f}"
                f" ({found.low:.2f} to {found.high:.2f})"
            )
    return "\n".join(lines)
