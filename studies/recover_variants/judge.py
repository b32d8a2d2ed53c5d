"""Recovered or not: published networks against what was found, and against luck, at equal size."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean

import pandas as pd

from studies.intervals import Interval, difference
from studies.recover_variants.plan import Plan

MARGIN = 1.0  # points of accuracy, stated before the first training
# Of a gap that is found four times in five to half of its interval's width, for normal errors.
POWER = (1.96 + 0.84) / 1.96
TOGETHER, LUCK = "all searches", "random networks"


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Points of accuracy by which something beats a variant at no more than its cost."""

    what: str
    variant: str
    here: Interval

    @property
    def verdict(self) -> str:
        """Against the margin; "undecided" where the interval reaches over one of its ends."""
        if self.here.low > MARGIN:
            return "better than the variant"
        if self.here.high < -MARGIN:
            return "not reached"
        inside = self.here.low >= -MARGIN and self.here.high <= MARGIN
        return "recovered" if inside else "undecided"

    @property
    def detectable(self) -> float:
        """The smallest gap that as many trainings would find four times in five."""
        return POWER * self.here.half


def points(trainings: pd.DataFrame, label: str) -> dict[str, list[float]]:
    """Accuracies in per cent of a label's networks, by key; without failures."""
    rows = trainings[trainings["label"] == label].dropna(subset=["accuracy"])
    return {str(key): list(100 * group["accuracy"]) for key, group in rows.groupby("key")}


def gaps(trainings: pd.DataFrame, plan: Plan) -> Iterator[Gap]:
    """Of each variant: every search's pick, the searches by parameters together, and luck.

    Together a search is one value, its pick's mean, so that what another seed of the search would
    have found is in the interval; so it is with random networks.
    """
    for variant, member in plan.published.items():
        own = points(trainings, variant).get(member.key)
        if own is None:
            continue
        found, means = points(trainings, f"found for {variant}"), []
        for pick in plan.picks:
            if pick.variant == variant and pick.member.key in found:
                values = found[pick.member.key]
                yield Gap(what=pick.search, variant=variant, here=difference(values, own))
                if pick.metric == "params":
                    means.append(fmean(values))
        if len(means) > 1:
            yield Gap(what=TOGETHER, variant=variant, here=difference(means, own))
        lucky = [fmean(one) for one in points(trainings, f"random as {variant}").values()]
        if lucky:
            yield Gap(what=LUCK, variant=variant, here=difference(lucky, own))


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
                "detectable": round(gap.detectable, 2),
                "verdict": gap.verdict,
            }
            for gap in found
        ]
    )


def pick_table(trainings: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Which network found stands for which variant, what both cost, and whether it dominates.

    It does where it costs no more and its interval lies above 0, by fresh trainings alone.
    """
    by_name = {(gap.what, gap.variant): gap.here for gap in gaps(trainings, plan)}
    lines = []
    for pick in plan.picks:
        variant = plan.published[pick.variant]
        here = by_name.get((pick.search, pick.variant))
        lines.append(
            {
                "variant": pick.variant,
                "search": pick.search,
                "key": pick.member.key,
                "params": pick.member.cost.params,
                "variant_params": variant.cost.params,
                "macs": pick.member.cost.macs,
                "variant_macs": variant.cost.macs,
                "dominates": here is not None and here.low > 0,
                **pick.member.genome,
            }
        )
    return pd.DataFrame(lines)
