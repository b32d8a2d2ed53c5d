"""Genomes at random: a choice of every knob, and of valid ones the same few every time."""

import random
from collections import Counter

from nas.core.draws import random_genome, valid_genomes
from nas.core.knob import Knob

KNOBS = (
    Knob(name="width", choices=(8, 16, 24), ordered=True),
    Knob(name="heads", choices=(1, 2, 3), ordered=True),
)


def uneven(genome):
    """A rule that a third of the genomes break."""
    return "too many heads" if genome["heads"] == 3 else None


def test_a_random_genome_holds_a_choice_of_every_knob_and_all_come_up():
    rng = random.Random(0)
    drawn = Counter(tuple(random_genome(KNOBS, rng).items()) for _ in range(900))
    assert len(drawn) == 9
    assert min(drawn.values()) > 50


def test_equal_seeds_draw_equal_genomes():
    one, other = random.Random(3), random.Random(3)
    assert [random_genome(KNOBS, one) for _ in range(5)] == [
        random_genome(KNOBS, other) for _ in range(5)
    ]


def test_valid_genomes_break_no_rule_and_are_as_many_as_wanted():
    found = list(valid_genomes(KNOBS, uneven, wanted=7))
    assert len(found) == 7
    assert {genome["heads"] for genome in found} == {1, 2}
    assert found == list(valid_genomes(KNOBS, uneven, wanted=7))


def test_of_few_draws_only_the_valid_are_kept_and_none_is_asked_for_once_there_are_enough():
    asked = []

    def noted(genome):
        asked.append(genome)
        return uneven(genome)

    found = list(valid_genomes(KNOBS, noted, wanted=100, draws=30))
    assert len(asked) == 30
    assert found == [genome for genome in asked if uneven(genome) is None]
    asked.clear()
    assert (
        list(valid_genomes(KNOBS, noted, wanted=2))
        == found[:2]
        == [genome for genome in asked if uneven(genome) is None]
    )


def test_where_nothing_is_valid_the_draws_come_to_an_end():
    assert list(valid_genomes(KNOBS, lambda genome: "never")) == []
