"""Random networks: spread evenly over a window's sizes, or of the size of another network."""

import random
from dataclasses import replace
from math import log

from nas.core.budget import Bound, Budget
from nas.core.errors import InputError
from nas.windows import Member, Region

DRAWS = 2000
LIKE = 0.05  # how much smaller than a network others of its size may be, as a share


def spread(region: Region, *, bins: int, per_bin: int, seed: int) -> list[Member]:
    """So many random members from each bin of equal width in the logarithm of parameters.

    Bins lie between the smallest and the largest of 2,000 members drawn, the small ones first.
    InputError where a bin holds too few.
    """
    rng = random.Random(seed)
    drawn = region.sample(rng, DRAWS)
    if not drawn:
        raise InputError(f"{region.budget}: expected members to train; found none; widen it")
    sizes = [log(member.cost.params) for member in drawn]
    low, step = min(sizes), (max(sizes) - min(sizes)) / bins
    chosen: list[Member] = []
    for index in range(bins):
        found = [
            member
            for member, size in zip(drawn, sizes, strict=True)
            if low + index * step <= size <= low + (index + 1) * step
        ]
        if len(found) < per_bin:
            raise InputError(
                f"{region.budget}: expected {per_bin} or more members in each of {bins} bins of"
                f" size; got {len(found)} in bin {index + 1}; widen it, or ask for fewer"
            )
        chosen += rng.sample(found, per_bin)
    return chosen


def of_size(region: Region, member: Member, *, count: int, seed: int) -> list[Member]:
    """So many random networks of a network's parameters, or up to 5 % fewer."""
    most = member.cost.params
    budget = Budget((Bound(metric="params", low=round(most * (1 - LIKE)), high=most),))
    return replace(region, budget=budget).sample(random.Random(seed), count)
