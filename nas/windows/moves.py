"""Neighbours of a member: mutation and crossover that stay in the region and off known keys."""

import random
from collections.abc import Collection, Iterator

from nas.core.chain import Chain
from nas.core.knob import Genome, Value
from nas.windows.region import Member, Region
from nas.windows.window import Window

TRIES = 60  # random changes before a place is made for one
DRAWN = 16  # members of a neighbourhood before all of it is listed


def changed(genome: Genome, region: Region, count: int, rng: random.Random) -> dict[str, Value]:
    """A copy with `count` knobs set to another of their choices; it may lie outside."""
    child = dict(genome)
    live = [knob for knob in region.knobs if len(knob.choices) > 1]
    for knob in rng.sample(live, min(count, len(live))):
        child[knob.name] = rng.choice(
            [choice for choice in knob.choices if choice != child[knob.name]]
        )
    return child


def mutate(
    region: Region, genome: Genome, seen: Collection[str], rng: random.Random
) -> Member | None:
    """An unseen member that differs from `genome` in one to three knobs, in more if it must.

    None where no unseen member is left, or none was found.
    """
    for _ in range(TRIES):
        member = region.admit(changed(genome, region, rng.choice((1, 1, 2, 3)), rng))
        if isinstance(member, Member) and member.key not in seen:
            return member
    names = [knob.name for knob in region.knobs]
    rng.shuffle(names)
    for count in _doubling(len(names)):
        near = _near(region, genome, names[:count], seen, rng)
        if near is not None:
            return near
    return region.draw(rng, seen)


def cross(
    region: Region, mother: Genome, father: Genome, seen: Collection[str], rng: random.Random
) -> Member | None:
    """An unseen member each of whose knobs is one of its parents'; else a mutation of one."""
    for _ in range(TRIES):
        child = {name: rng.choice((mother[name], father[name])) for name in mother}
        member = region.admit(child)
        if isinstance(member, Member) and member.key not in seen:
            return member
    if region.chain is not None:
        both = {name: frozenset({mother[name], father[name]}) for name in mother}
        mixed = _unseen(region, region.chain.narrowed(both), seen, rng)
        if mixed is not None:
            return mixed
    return mutate(region, rng.choice((mother, father)), seen, rng)


def _near(
    region: Region,
    genome: Genome,
    free: Collection[str],
    seen: Collection[str],
    rng: random.Random,
) -> Member | None:
    """An unseen member that agrees with a genome but for the free knobs."""
    if region.chain is None:
        return None
    return _unseen(region, region.chain.around(genome, free), seen, rng)


def _unseen(
    region: Region, chain: Chain, seen: Collection[str], rng: random.Random
) -> Member | None:
    """An unseen member among a chain's paths; all are looked at where they are few."""
    window = Window(chain, region.budget)
    for priced in window.draw(rng, DRAWN):
        member = region.admit(priced.genome)
        if isinstance(member, Member) and member.key not in seen:
            return member
    admitted = (region.admit(priced.genome) for priced in window.members or ())
    left = [item for item in admitted if isinstance(item, Member) and item.key not in seen]
    return rng.choice(left) if left else None


def _doubling(limit: int) -> Iterator[int]:
    """2, 4, 8 ... below the limit."""
    count = 2
    while count < limit:
        yield count
        count *= 2
