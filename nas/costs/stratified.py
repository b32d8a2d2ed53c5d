"""Members of a space drawn so that every value of every knob appears among few of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping

from nas.core.draws import random_genome
from nas.core.knob import Genome, Knob, Value
from nas.core.space import SearchSpace

ATTEMPTS = 200  # to keep a knob's rarest value through rules and dead knobs


def stratified(
    space: SearchSpace, number: int, *, seed: int, then: Mapping[str, Value] | None = None
) -> Iterator[dict[str, Value]]:
    """`number` canonical genomes; each takes of every knob a value that was rare before it.

    Rules and dead knobs may cost a draw some of these values, so a value that only few networks
    have can need more draws than its knob has choices.

    Args:
        then: what knobs hold, by name, once all their values have appeared (a small depth).
    """
    rng = random.Random(seed)
    seen: Counter[tuple[str, Value]] = Counter()
    for _ in range(number):
        genome = _draw(space, rng, seen, then or {})
        seen.update(genome.items())
        yield genome


def _draw(
    space: SearchSpace,
    rng: random.Random,
    seen: Counter[tuple[str, Value]],
    then: Mapping[str, Value],
) -> dict[str, Value]:
    """The draw that keeps most of what has not appeared yet, of the first valid ones."""
    best: dict[str, Value] | None = None
    most = -1
    for attempt in range(ATTEMPTS):
        wanted = {knob.name: _rare(knob, rng, seen, then) for knob in space.knobs}
        # Rules may exclude all combinations of rare values: later attempts loosen some knobs.
        loose = random_genome(space.knobs, rng)
        share = attempt / ATTEMPTS
        genome = {name: loose[name] if rng.random() < share else wanted[name] for name in wanted}
        if space.violation(genome) is not None:
            continue
        canonical = space.canonical(genome)
        new = _new(canonical, seen)
        if new > most:
            best, most = canonical, new
        if new == _new(wanted, seen):
            break
    if best is None:
        raise ValueError(f"{space.name}: {ATTEMPTS} draws broke a rule between knobs each")
    return best


def _rare(
    knob: Knob,
    rng: random.Random,
    seen: Counter[tuple[str, Value]],
    then: Mapping[str, Value],
) -> Value:
    least = min(seen[knob.name, choice] for choice in knob.choices)
    if least and knob.name in then:
        return then[knob.name]
    return rng.choice([choice for choice in knob.choices if seen[knob.name, choice] == least])


def _new(genome: Genome, seen: Counter[tuple[str, Value]]) -> int:
    return sum(not seen[item] for item in genome.items())
