"""How each cheaper thing ranks the networks, beside its price, against the dearest training."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import isfinite

import numpy as np
import pandas as pd

from studies.intervals import Interval, resampled, tau, tau_alike

TRAINING, SCORE, CEILING = "training", "score", "ceiling"
NEAR = 0.1  # of tau: how far below the best a training may be to be taken for its price


@dataclass(frozen=True, kw_only=True)
class Trust:
    """One cheaper training or score, and its rank correlation with mean accuracy at the top.

    `plain` is Kendall's tau; `sized` over pairs of like parameters alone, `worked` of like MACs.
    `seconds` are those of one network, the median; `failed` networks are left out.
    """

    name: str
    kind: str
    seconds: float
    failed: int
    plain: Interval
    sized: Interval
    worked: Interval


def trusts(top: pd.DataFrame, cheaper: pd.DataFrame, scores: pd.DataFrame) -> list[Trust]:
    """Of each cheaper fidelity and each proxy, against the mean over the top's seeds."""
    dear = means(top)
    found = [
        _trust(str(name), TRAINING, rows, "accuracy", dear)
        for name, rows in cheaper.groupby("label", sort=False)
    ]
    return found + [
        _trust(str(name), SCORE, rows, "value", dear)
        for name, rows in scores.groupby("proxy", sort=False)
    ]


def means(trainings: pd.DataFrame) -> pd.DataFrame:
    """By key: mean accuracy, parameters and MACs; without failures."""
    rows = trainings.dropna(subset=["accuracy"]).groupby("key")
    return rows.agg(
        accuracy=("accuracy", "mean"), params=("params", "first"), macs=("macs", "first")
    )


def ceiling(top: pd.DataFrame) -> Trust | None:
    """The top's second seed against its first: what noise leaves of a perfect proxy's tau.

    One seed against one, so that a proxy compared with the mean may pass it. None for one seed.
    """
    seeds = sorted(top["replicate"].unique())
    if len(seeds) < 2:
        return None
    first, second = (top[top["replicate"] == seed] for seed in seeds[:2])
    return _trust("the same, another seed", CEILING, second, "accuracy", means(first))


def chosen(found: Sequence[Trust]) -> Trust | None:
    """The default that follows, by a rule made before the first training.

    Of the cheaper trainings the one of fewest seconds whose tau among networks of like size is at
    most `NEAR` below the best one's: at like size, because a search weighs accuracy against
    parameters. None where no such tau can be told.
    """
    told = [one for one in found if one.kind == TRAINING and isfinite(one.sized.value)]
    if not told:
        return None
    least = max(one.sized.value for one in told) - NEAR
    return min((one for one in told if one.sized.value >= least), key=lambda one: one.seconds)


def _trust(name: str, kind: str, rows: pd.DataFrame, column: str, top: pd.DataFrame) -> Trust:
    values = rows.dropna(subset=[column]).groupby("key")[column].mean()
    both = top.join(values.rename("cheap"), how="inner")
    cheap, dear = both["cheap"], both["accuracy"]
    with np.errstate(invalid="ignore"):
        return Trust(
            name=name,
            kind=kind,
            seconds=float(rows["seconds"].median()),
            failed=int(rows["key"].nunique() - len(values)),
            plain=resampled(tau, cheap, dear),
            sized=resampled(tau_alike, cheap, dear, both["params"]),
            worked=resampled(tau_alike, cheap, dear, both["macs"]),
        )


def table(found: Sequence[Trust]) -> pd.DataFrame:
    """One line each, the interval's ends beside each tau."""
    lines = []
    for one in found:
        line: dict[str, object] = {"name": one.name, "kind": one.kind, "n": one.plain.n}
        line["failed"] = one.failed
        line["seconds"] = round(one.seconds, 2)
        for column in ("plain", "sized", "worked"):
            values = asdict(getattr(one, column))
            line |= {
                f"tau_{column}": round(values["value"], 3),
                f"tau_{column}_low": round(values["low"], 3),
                f"tau_{column}_high": round(values["high"], 3),
            }
        lines.append(line)
    return pd.DataFrame(lines)
