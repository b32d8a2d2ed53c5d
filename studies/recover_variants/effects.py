"""Which of the paper's choices the networks found share, and what each is worth at equal size."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import pandas as pd
from scipy import stats

from nas.core.knob import Genome
from nas.windows import Member
from studies.intervals import Interval, mean
from studies.recover_variants.choices import CHOICES, Choice
from studies.recover_variants.judge import points
from studies.recover_variants.plan import PAPER, PLAIN, Plan


@dataclass(frozen=True, kw_only=True)
class Effect:
    """A choice of the paper's: how common it is, and its worth in points over n pairs.

    `shared` of the networks on the fronts have it, `low` to `high` being the 95 % interval
    (Clopper and Pearson), and `common` of those drawn from the window. `worth` is None untried.
    """

    choice: str
    shared: float
    low: float
    high: float
    common: float
    worth: Interval | None


def effects(
    trainings: pd.DataFrame, plan: Plan, fronts: Sequence[Member], drawn: Sequence[Member]
) -> list[Effect]:
    """One for each choice. ValueError without members on the fronts."""
    accuracies = {
        key: fmean(values)
        for label in (PAPER, PLAIN)
        for key, values in points(trainings, label).items()
    }
    return [_effect(choice, accuracies, plan, fronts, drawn) for choice in CHOICES]


def _effect(
    choice: Choice,
    accuracies: dict[str, float],
    plan: Plan,
    fronts: Sequence[Member],
    drawn: Sequence[Member],
) -> Effect:
    gains = [
        accuracies[pair.paper.key] - accuracies[pair.plain.key]
        for pair in plan.pairs
        if pair.choice == choice.name and {pair.paper.key, pair.plain.key} <= accuracies.keys()
    ]
    having = sum(_has(member.genome, choice) for member in fronts)
    interval = stats.binomtest(having, len(fronts)).proportion_ci()
    return Effect(
        choice=choice.name,
        shared=having / len(fronts),
        low=float(interval.low),
        high=float(interval.high),
        common=fmean(_has(member.genome, choice) for member in drawn),
        worth=mean(gains) if gains else None,
    )


def _has(genome: Genome, choice: Choice) -> bool:
    return all(genome[name] == value for name, value in choice.paper.items())


def effect_table(found: Sequence[Effect]) -> pd.DataFrame:
    """A line each; shares of 0..1, points of accuracy."""
    return pd.DataFrame(
        [
            {
                "choice": one.choice,
                "shared": round(one.shared, 3),
                "shared_low": round(one.low, 3),
                "shared_high": round(one.high, 3),
                "common": round(one.common, 3),
                "pairs": 0 if one.worth is None else one.worth.n,
                "worth": None if one.worth is None else round(one.worth.value, 2),
                "low": None if one.worth is None else round(one.worth.low, 2),
                "high": None if one.worth is None else round(one.worth.high, 2),
            }
            for one in found
        ]
    )
