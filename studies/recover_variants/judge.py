"""Recovered or not: published networks against what was found, and against luck, at equal size."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean

import pandas as pd

from studies.intervals import Interval, detectable, difference
from studies.recover_variants.plan import Plan

MARGIN = 1.0  # points of accuracy, stated before the first training
TOGETHER, LUCK, BEYOND = "all searches", "random networks", "all searches minus random"


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Points of accuracy by which something beats a variant at no more than its cost.

    `BEYOND` is what searching adds to drawing at random, both at no more than that cost.
    """

    what: str
    variant: str
    here: Interval

    @property
    def verdict(self) -> str:
        """Against the margin.

        An interval beyond it decides. Else "recovered" needs an interval above its lower end, and
        trainings enough that a gap as wide as the margin would have been seen.
        """
        if self.here.low > MARGIN:
            return "better"
        if self.here.high < -MARGIN:
            return "not reached"
        told = self.here.low >= -MARGIN and self.detectable <= MARGIN
        return "recovered" if told else "undecided"

    @property
    def detectable(self) -> float:
        """The smallest gap that as many trainings would find four times in five."""
        return detectable(self.here)


def points(trainings: pd.DataFrame, label: str) -> dict[str, list[float]]:
    """Accuracies in per cent of a label's networks, by key; without failures."""
    rows = trainings[trainings["label"] == label].dropna(subset=["accuracy"])
    return {str(key): list(100 * group["accuracy"]) for key, group in rows.groupby("key")}


def gaps(trainings: pd.DataFrame, plan: Plan) -> Iterator[Gap]:
    """Of each variant: every search's pick, the searches by parameters together, and luck.

    Together a network found is one value, its mean, so that what another seed of the search would
    have found is in the interval; so it is with random networks.
    """
    for variant, member in plan.published.items():
        own = points(trainings, variant).get(member.key)
        if own is None:
            continue
        found, means = points(trainings, f"found for {variant}"), dict[str, float]()
        for pick in plan.picks:
            if pick.variant == variant and pick.member.key in found:
                values = found[pick.member.key]
                yield Gap(what=pick.search, variant=variant, here=difference(values, own))
                if pick.metric == "params":
                    means[pick.member.key] = fmean(values)
        lucky = [fmean(one) for one in points(trainings, f"random as {variant}").values()]
        for what, values, other in (
            (TOGETHER, [*means.values()], own),
            (LUCK, lucky, own),
            (BEYOND, [*means.values()], lucky),
        ):
            if min(len(values), len(other)) > 1:
                yield Gap(what=what, variant=variant, here=difference(values, other))


def gap_table(found: list[Gap]) -> pd.DataFrame:
    """A line each; points of accuracy."""
    return pd.DataFrame(
        [
            {
                "variant": gap.variant,
                "what": gap.what,
                "gap": round(gap.here.value, 2),
                "low": round(gap.here.low, 2),
                "high": round(gap.here.high, 2),
                "n": gap.here.n,
                "detectable": round(gap.detectable, 2),
                "verdict": gap.verdict,
            }
            for gap in found
        ]
    )


def pick_table(trainings: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Which network found stands for which variant, what both cost, and whether it dominates.

    It does where it costs no more by the search's cost and its interval lies above 0, by fresh
    trainings alone; `in_both` where it has neither more parameters nor more MACs.
    """
    by_name = {(gap.what, gap.variant): gap.here for gap in gaps(trainings, plan)}
    lines = []
    for pick in plan.picks:
        variant, cost = plan.published[pick.variant].cost, pick.member.cost
        here = by_name.get((pick.search, pick.variant))
        dominates = here is not None and here.low > 0
        lines.append(
            {
                "variant": pick.variant,
                "search": pick.search,
                "key": pick.member.key,
                "params": cost.params,
                "variant_params": variant.params,
                "macs": cost.macs,
                "variant_macs": variant.macs,
                "dominates": dominates,
                "in_both": dominates
                and cost.params <= variant.params
                and cost.macs <= variant.macs,
                **pick.member.genome,
            }
        )
    return pd.DataFrame(lines)
