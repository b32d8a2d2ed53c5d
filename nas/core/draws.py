"""Genomes at random: every knob drawn for itself, whatever the rules between them say."""

import random
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from nas.core.knob import Genome, Knob, Value

VALID, DRAWS = 16, 400  # valid genomes that a quick look takes, and draws to find so many among


def random_genome(knobs: Iterable[Knob], rng: random.Random) -> dict[str, Value]:
    """One choice of each knob, all alike likely; it may break a rule."""
    return {knob.name: rng.choice(knob.choices) for knob in knobs}


def valid_genomes(
    knobs: Iterable[Knob],
    violation: Callable[[Genome], str | None],
    *,
    wanted: int = VALID,
    draws: int = DRAWS,
) -> Iterator[dict[str, Value]]:
    """At most `wanted` that break no rule, found among so many draws: each time the same ones."""
    rng, known = random.Random(0), tuple(knobs)
    drawn = (random_genome(known, rng) for _ in range(draws))
    return islice((genome for genome in drawn if violation(genome) is None), wanted)
