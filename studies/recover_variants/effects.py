"""Which of the paper's choices the networks found share, and what each is worth at equal cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
import pandas as pd

from nas.core.knob import Genome
from nas.windows import Member
from studies.intervals import Interval, detectable, mean
from studies.recover_variants.choices import CHOICES, Choice
from studies.recover_variants.judge import points
from studies.recover_variants.plan import PAPER, PLAIN, Plan
from studies.recover_variants.searches import Found

COLUMNS = [
    *("choice", "base", "paper", "plain", "paper_params", "plain_params"),
    *("paper_macs", "plain_macs", "matched", "moved", "gain"),
]


@dataclass(frozen=True, kw_only=True)
class Effect:
    """A choice of the paper's: how common it is on the fronts, and its worth in points.

    Where a choice is of several knobs (a level for each stage), each counts as a part of it.
    `shared` is a mean over searches, whose members are no independent draws; `common` is that of
    random members of the same sizes, `tried` that of all trials. `worth` is that of pairs of like
    parameters and MACs; None without any. `unmatched` counts those whose MACs could not be made
    alike.
    """

    choice: str
    shared: Interval
    common: float
    tried: float
    worth: Interval | None
    unmatched: int


def effects(
    gained: pd.DataFrame, found: Sequence[Found], alike: Sequence[Sequence[Member]]
) -> list[Effect]:
    """One for each choice, from `gains`, the searches, and others of their fronts' sizes.

    `alike` holds as many random members for each member of a front.
    """
    return [_effect(choice, gained, found, alike) for choice in CHOICES]


def _effect(
    choice: Choice,
    gained: pd.DataFrame,
    found: Sequence[Found],
    alike: Sequence[Sequence[Member]],
) -> Effect:
    own = gained[gained["choice"] == choice.name]
    matched = own["matched"].astype(bool)
    worth = list(own["gain"][matched].dropna())
    return Effect(
        choice=choice.name,
        shared=mean([_share(_genomes(one.front), choice) for one in found]),
        common=fmean(_share(_genomes(few), choice) for few in alike),
        tried=fmean(_share(one.trials.to_dict("records"), choice) for one in found),
        worth=mean(worth) if worth else None,
        unmatched=int((~matched).sum()),
    )


def gains(trainings: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """A line for each pair: both networks, their costs, and points of accuracy between them."""
    accuracies = {
        key: fmean(values)
        for label in (PAPER, PLAIN)
        for key, values in points(trainings, label).items()
    }
    lines = []
    for pair in plan.pairs:
        paper, plain = (accuracies.get(one.key) for one in (pair.paper, pair.plain))
        lines.append(
            {
                "choice": pair.choice,
                "base": pair.base,
                "paper": pair.paper.key,
                "plain": pair.plain.key,
                "paper_params": pair.paper.cost.params,
                "plain_params": pair.plain.cost.params,
                "paper_macs": pair.paper.cost.macs,
                "plain_macs": pair.plain.cost.macs,
                "matched": pair.matched,
                "moved": pair.moved,
                "gain": None if paper is None or plain is None else round(paper - plain, 4),
            }
        )
    return pd.DataFrame(lines, columns=COLUMNS)


def _genomes(members: Sequence[Member]) -> list[Genome]:
    return [member.genome for member in members]


def _share(genomes: Sequence[Mapping[Any, object]], choice: Choice) -> float:
    return fmean(_has(genome, choice) for genome in genomes)


def _has(genome: Mapping[Any, object], choice: Choice) -> float:
    """The part of the choice's knobs that are as in the paper."""
    return fmean(genome[name] == value for name, value in choice.paper.items())


def effect_table(found: Sequence[Effect]) -> pd.DataFrame:
    """A line each; shares of 0..1, points of accuracy."""
    return pd.DataFrame(
        [
            {
                "choice": one.choice,
                "shared": round(one.shared.value, 3),
                "shared_low": round(float(np.clip(one.shared.low, 0, 1)), 3),
                "shared_high": round(float(np.clip(one.shared.high, 0, 1)), 3),
                "searches": one.shared.n,
                "common": round(one.common, 3),
                "tried": round(one.tried, 3),
                "pairs": 0 if one.worth is None else one.worth.n,
                "unmatched": one.unmatched,
                "worth": None if one.worth is None else round(one.worth.value, 2),
                "low": None if one.worth is None else round(one.worth.low, 2),
                "high": None if one.worth is None else round(one.worth.high, 2),
                "detectable": None if one.worth is None else round(detectable(one.worth), 2),
            }
            for one in found
        ]
    )
