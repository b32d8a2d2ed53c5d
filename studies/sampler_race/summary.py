"""Means over seeds with 95 % intervals, one row a problem, sampler and batch."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import t

AT = (25, 50, 100, 200, 500)  # evaluations after which the regret is looked at
GROUP = ("problem", "sampler", "batch")  # of the runs that are averaged


def summary(runs: pd.DataFrame) -> pd.DataFrame:
    """`regret_k` and half its interval, `±_k`; shares and times are means, `slowest` a maximum."""
    rows = []
    for names, group in runs.groupby([*GROUP], sort=False):
        row: dict[str, object] = {**dict(zip(GROUP, names, strict=True)), "n": len(group)}
        for k in AT:
            values = group.get(f"regret_{k}")
            if values is None or values.isna().all():
                continue
            row[f"regret_{k}"] = round(float(values.mean()), 4)
            row[f"±_{k}"] = round(interval(values.to_numpy()), 4)
        row["duplicates"] = round(float(group["duplicates"].mean()), 3)
        row["outside"] = round(float(group["outside"].mean()), 3)
        row["milliseconds"] = round(float(group["milliseconds"].mean()), 1)
        row["slowest_milliseconds"] = round(float(group["slowest_milliseconds"].max()), 0)
        rows.append(row)
    return pd.DataFrame(rows)


def interval(values: np.ndarray) -> float:
    """Half of Student's 95 % interval of the mean; NaN for a single value."""
    if len(values) < 2:
        return float("nan")
    return float(t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
