"""Members to choose from: some of all sizes, and neighbours of what is best so far."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator, Sequence

from nas.core.knob import Genome
from nas.windows import Member, Region, changed

POOL = 1000  # members that are drawn once for the whole search
LISTED = 2500  # a region with fewer members is looked at whole
PARENTS, CHILDREN = 10, 10  # front members that get neighbours, and how many each
GOLDEN = 0.618034


def pool(region: Region, seed: int) -> list[Member]:
    """The same ones for a seed: all members where they are few, else half of them of all sizes."""
    listed = region.members
    if listed is not None and len(listed) <= LISTED:
        return list(listed)
    rng = random.Random(f"pool {seed}")
    if listed is not None:
        return rng.sample(list(listed), 2 * POOL)
    found: dict[str, Member] = {}
    for number in range(POOL):
        place = number * GOLDEN % 1 if number % 2 else None
        member = region.draw(rng, found, place=place)
        if member is None:
            break
        found[member.key] = member
    return list(found.values())


def children(
    region: Region, parents: Sequence[Genome], count: int, rng: random.Random
) -> Iterator[Member]:
    """Of each parent so many: one to three knobs changed, or mixed with another parent."""
    for parent in parents:
        for _ in range(count):
            if len(parents) > 1 and rng.random() < 0.25:
                other = rng.choice(parents)
                genome = {name: rng.choice((parent[name], other[name])) for name in parent}
            else:
                genome = changed(parent, region, rng.choice((1, 1, 1, 2, 2, 3)), rng)
            member = region.admit(genome)
            if isinstance(member, Member):
                yield member


def unseen(members: Iterable[Member], seen: Collection[str]) -> list[Member]:
    """Each once, and none that is known."""
    return list({one.key: one for one in members if one.key not in seen}.values())
