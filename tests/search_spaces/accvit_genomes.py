"""Valid genomes of the ACC-ViT space, at random and beside one another."""

from nas.core.draws import random_genome
from search_spaces.accvit import SPACE


def raw_genome(rng):
    """Valid, and not always in canonical form."""
    while True:
        genome = random_genome(SPACE.knobs, rng)
        if SPACE.violation(genome) is None:
            return genome


def mutated(genome, rng):
    """One or two knobs changed, still valid."""
    while True:
        changed = {
            knob.name: rng.choice(knob.choices)
            for knob in rng.sample(SPACE.knobs, rng.randint(1, 2))
        }
        if SPACE.violation({**genome, **changed}) is None:
            return {**genome, **changed}
