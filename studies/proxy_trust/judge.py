"""How each cheaper thing ranks the networks, beside its price, against the dearest training."""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from studies.intervals import Interval, resampled, tau, tau_alike
from studies.proxy_trust.fidelities import TOP

TRAINING, SCORE = "training", "score"


@dataclass(frozen=True, kw_only=True)
class Trust:
    """One cheaper training or score, and its rank correlation with mean accuracy at the top.

    `plain` is Kendall's tau; `sized` over pairs of like parameters alone, `worked` of like MACs.
    `seconds` are those of one network, on average.
    """

    name: str
    kind: str
    seconds: float
    plain: Interval
    sized: Interval
    worked: Interval


def trusts(trainings: pd.DataFrame, scores: pd.DataFrame) -> list[Trust]:
    """Of each cheaper fidelity and each proxy; failures are left out."""
    done = trainings.dropna(subset=["accuracy"])
    top = means(done, TOP)
    found = []
    for name, rows in done[done["label"] != TOP].groupby("label", sort=False):
        values = rows.groupby("key")["accuracy"].mean()
        found.append(_trust(str(name), TRAINING, values, rows["seconds"].mean(), top))
    for name, rows in scores.dropna(subset=["value"]).groupby("proxy", sort=False):
        values = rows.groupby("key")["value"].mean()
        found.append(_trust(str(name), SCORE, values, rows["seconds"].mean(), top))
    return found


def means(done: pd.DataFrame, label: str) -> pd.DataFrame:
    """By key: mean accuracy of a label's trainings, parameters and MACs."""
    rows = done[done["label"] == label].groupby("key")
    return rows.agg(
        accuracy=("accuracy", "mean"), params=("params", "first"), macs=("macs", "first")
    )


def ceiling(trainings: pd.DataFrame) -> Interval | None:
    """Tau between the top's first two seeds: what noise leaves of a perfect proxy's. None for one.

    One seed against the other, so that a proxy compared with their mean may pass it.
    """
    rows = trainings[trainings["label"] == TOP].dropna(subset=["accuracy"])
    table = rows.pivot_table(index="key", columns="replicate", values="accuracy").dropna()
    if table.shape[1] < 2:
        return None
    return resampled(tau, table.iloc[:, 0], table.iloc[:, 1])


def _trust(name: str, kind: str, values: pd.Series, seconds: float, top: pd.DataFrame) -> Trust:
    both = top.join(values.rename("cheap"), how="inner")
    cheap, dear = both["cheap"], both["accuracy"]
    with np.errstate(invalid="ignore"):
        return Trust(
            name=name,
            kind=kind,
            seconds=float(seconds),
            plain=resampled(tau, cheap, dear),
            sized=resampled(tau_alike, cheap, dear, both["params"]),
            worked=resampled(tau_alike, cheap, dear, both["macs"]),
        )


def table(found: list[Trust]) -> pd.DataFrame:
    """One line each, the interval's ends beside each tau."""
    lines = []
    for one in found:
        line: dict[str, object] = {"name": one.name, "kind": one.kind, "n": one.plain.n}
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
