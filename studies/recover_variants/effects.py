"""Which of the paper's choices the networks found share, and what each is worth at equal cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from statistics import fmean

import pandas as pd

from nas.core.knob import Genome
from nas.windows import Member
from studies.intervals import Interval, mean
from studies.recover_variants.choices import CHOICES, Choice
from studies.recover_variants.judge import points
from studies.recover_variants.plan import PAPER, PLAIN, Plan

COLUMNS = [
    *("choice", "base", "paper", "plain", "paper_params", "plain_params"),
    *("paper_macs", "plain_macs", "matched", "gain"),
]
NEIGHBOURS = 50  # of the members drawn, those nearest in size to one that was found


@dataclass(frozen=True, kw_only=True)
class Effect:
    """A choice of the paper's: how common it is on the fronts, and its worth in points.

    Where a choice is of several knobs (a level for each stage), each counts as a part of it.
    `shared` is a mean over searches, whose members are no independent draws; `common` is that of
    members drawn from the window, of the same sizes. `worth` is that of pairs of like parameters
    and MACs; None without any. `unmatched` counts the pairs whose MACs could not be made alike.
    """

    choice: str
    shared: Interval
    common: float
    worth: Interval | None
    unmatched: int


def effects(
    gained: pd.DataFrame, fronts: Sequence[Sequence[Member]], drawn: Sequence[Member]
) -> list[Effect]:
    """One for each choice, from `gains`, the front of each search, and members of the window."""
    alike = [[_nearest(member, drawn) for member in front] for front in fronts]
    return [_effect(choice, gained, fronts, alike) for choice in CHOICES]


def _effect(
    choice: Choice,
    gained: pd.DataFrame,
    fronts: Sequence[Sequence[Member]],
    alike: Sequence[Sequence[Sequence[Member]]],
) -> Effect:
    own = gained[gained["choice"] == choice.name]
    matched = own["matched"].astype(bool)
    worth = list(own["gain"][matched].dropna())
    return Effect(
        choice=choice.name,
        shared=mean([_share(front, choice) for front in fronts]),
        common=fmean(_share(few, choice) for front in alike for few in front),
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
                "gain": None if paper is None or plain is None else round(paper - plain, 4),
            }
        )
    return pd.DataFrame(lines, columns=COLUMNS)


def _nearest(member: Member, drawn: Sequence[Member]) -> list[Member]:
    size = log(member.cost.params)
    return sorted(drawn, key=lambda one: abs(log(one.cost.params) - size))[:NEIGHBOURS]


def _share(members: Sequence[Member], choice: Choice) -> float:
    return fmean(_has(member.genome, choice) for member in members)


def _has(genome: Genome, choice: Choice) -> float:
    """The part of the choice's knobs that are as in the paper."""
    return fmean(genome[name] == value for name, value in choice.paper.items())


def effect_table(found: Sequence[Effect]) -> pd.DataFrame:
    """A line each; shares of 0..1, points of accuracy."""
    return pd.DataFrame(
        [
            {
                "choice": one.choice,
                "shared": round(one.shared.value, 3),
                "shared_low": round(one.shared.low, 3),
                "shared_high": round(one.shared.high, 3),
                "searches": one.shared.n,
                "common": round(one.common, 3),
                "pairs": 0 if one.worth is None else one.worth.n,
                "unmatched": one.unmatched,
                "worth": None if one.worth is None else round(one.worth.value, 2),
                "low": None if one.worth is None else round(one.worth.low, 2),
                "high": None if one.worth is None else round(one.worth.high, 2),
            }
            for one in found
        ]
    )
