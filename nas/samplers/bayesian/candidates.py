"""Members to choose from: some of all sizes, and neighbours of what is best so far."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from math import prod

import numpy as np
from numpy.typing import NDArray

from nas.samplers.proposal import GOLDEN
from nas.windows import Member, Region, changed

Reals = NDArray[np.float64]
POOL = 1000  # members that are drawn once for the whole search
LISTED = 2500  # a region with fewer members is looked at whole


def pool(region: Region, seed: int) -> list[Member]:
    """The same ones for a seed: all members where they are few, else half of them of all sizes."""
    listed = region.members
    if listed is not None and len(listed) <= LISTED:
        return list(listed)
    rng = random.Random(f"pool {seed}")
    if listed is not None:
        return rng.sample(list(listed), 2 * POOL)
    if region.window is None:  # of which no size can be drawn at will
        return region.sample(rng, POOL)
    found: dict[str, Member] = {}
    for number in range(POOL):
        place = number * GOLDEN % 1 if number % 2 else None
        member = region.draw(rng, found, place=place)
        if member is None:
            break
        found[member.key] = member
    return list(found.values())


class Neighbours:
    """What lies near a member: it with some knobs changed, or, among listed ones, the nearest.

    A table with gaps holds hardly any member that differs from another in one knob alone.
    """

    def __init__(self, region: Region, encode: Callable[[Sequence[Member]], Reals]) -> None:
        self._region = region
        listed = region.members
        self._listed = None if listed is None or not _gaps(region, listed) else listed
        self._encode = encode
        self._bits = np.zeros((0, 0)) if self._listed is None else encode(self._listed)

    def of(
        self, parents: Sequence[Member], count: int, seen: Collection[str], rng: random.Random
    ) -> list[Member]:
        """So many of each parent, those that are unseen and no two the same."""
        if self._listed is None:
            return unseen(_children(self._region, parents, count, rng), seen)
        return unseen(
            (member for parent in parents for member in self._nearest(parent, count, seen, rng)),
            seen,
        )

    def _nearest(
        self, parent: Member, count: int, seen: Collection[str], rng: random.Random
    ) -> Iterator[Member]:
        assert self._listed is not None
        far = np.abs(self._bits - self._encode([parent])).sum(1)
        # Of those as near as each other, others each time.
        far += np.random.default_rng(rng.getrandbits(32)).uniform(0, 0.5, len(far))
        nearest = (self._listed[index] for index in np.argsort(far))
        yield from islice((one for one in nearest if one.key not in seen), count)


def _gaps(region: Region, listed: Sequence[Member]) -> bool:
    return len(listed) < prod(len(knob.choices) for knob in region.knobs)


def _children(
    region: Region, parents: Sequence[Member], count: int, rng: random.Random
) -> Iterator[Member]:
    """Of each parent so many: one to three knobs changed, or mixed with another parent."""
    for parent in parents:
        for _ in range(count):
            if len(parents) > 1 and rng.random() < 0.25:
                other = rng.choice(parents).genome
                genome = {
                    name: rng.choice((value, other[name])) for name, value in parent.genome.items()
                }
            else:
                genome = changed(parent.genome, region, rng.choice((1, 1, 1, 2, 2, 3)), rng)
            member = region.admit(genome)
            if isinstance(member, Member):
                yield member


def unseen(members: Iterable[Member], seen: Collection[str]) -> list[Member]:
    """Each once, and none that is known."""
    return list({one.key: one for one in members if one.key not in seen}.values())
