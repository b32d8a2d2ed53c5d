"""Mutation and crossover stay inside the window and off known keys, until none is left."""

import random

import pytest

from nas.core.budget import Bound, Budget
from nas.windows import Member, changed, cross, mutate
from nas.windows.region import Region
from tests.nas.windows.neighbours import Neighbours, inside, region


def tight(count, *, space=None, metric="params"):
    """A window around the middle of a space that holds about so many members."""
    space = space or Neighbours()
    costs = sorted(cost.of(metric) for cost in inside(region(space, Budget())).values())
    first = (len(costs) - count) // 2
    return region(
        space, Budget((Bound(metric=metric, low=costs[first], high=costs[first + count - 1]),))
    )


def mutated(place, rng, seen, parents):
    return mutate(place, rng.choice(parents), seen, rng)


def crossed(place, rng, seen, parents):
    return cross(place, rng.choice(parents), rng.choice(parents), seen, rng)


@pytest.mark.parametrize("move", [mutated, crossed])
@pytest.mark.parametrize("listed", [20_000, 25])
@pytest.mark.parametrize("count", [1, 2, 30])
def test_moves_find_every_member_of_a_tight_window_once_then_none(move, count, listed, monkeypatch):
    monkeypatch.setattr("nas.windows.window.LISTED", listed)
    place, rng = tight(count), random.Random(0)
    truth = inside(place)
    first = place.draw(rng, set())
    parents, seen = [first.genome], {first.key}
    while (child := move(place, rng, seen, parents)) is not None:
        assert child.key not in seen
        assert truth[tuple(child.genome.values())] == child.cost
        seen.add(child.key)
        parents.append(child.genome)
    assert len(seen) == len(truth) >= count


def test_a_mutation_changes_one_to_three_knobs_where_it_can():
    place, rng = tight(4**4), random.Random(0)
    parent = place.draw(rng, set())
    for _ in range(50):
        child = mutate(place, parent.genome, {parent.key}, rng)
        assert 1 <= sum(child.genome[n] != parent.genome[n] for n in child.genome) <= 3


def test_a_cross_has_its_parents_values_while_such_children_are_left():
    place, rng = tight(4**4), random.Random(0)
    mother, father = (dict.fromkeys(place.choices, value) for value in (0, 3))
    children = {tuple(g.values()) for g in _mixed(mother, father)}
    seen = {place.admit(parent).key for parent in (mother, father)}
    for _ in range(len(children) - 2):
        child = cross(place, mother, father, seen, rng)
        assert tuple(child.genome.values()) in children
        seen.add(child.key)
    assert tuple(cross(place, mother, father, seen, rng).genome.values()) not in children


def _mixed(mother, father):
    both = {name: {mother[name], father[name]} for name in mother}
    genomes = [{}]
    for name, values in both.items():
        genomes = [{**genome, name: value} for genome in genomes for value in values]
    return genomes


@pytest.mark.parametrize("move", [mutated, crossed])
def test_the_same_random_numbers_make_the_same_move(move):
    place = tight(6)
    parents = [member.genome for member in place.members[:2]]
    one, other = (move(tight(6), random.Random(4), set(), parents) for _ in range(2))
    assert one == other


def test_moves_leave_what_cannot_be_trained_alone():
    wide = tight(60)
    place = Region(
        space=wide.space,
        choices=wide.choices,
        budget=wide.budget,
        target=wide.target,
        representable=lambda genome: "odd" if genome["knob.0"] % 2 else None,
    )
    rng, seen = random.Random(0), set()
    parent = place.draw(rng, seen).genome
    while (child := mutate(place, parent, seen, rng)) is not None:
        assert child.genome["knob.0"] % 2 == 0
        seen.add(child.key)
    assert len(seen) == sum(values[0] % 2 == 0 for values in inside(place))


def test_moves_work_in_a_space_that_is_no_chain():
    place, rng = tight(30, space=Neighbours(chained=False)), random.Random(0)
    seen = set()
    parents = [place.draw(rng, seen).genome]
    while (child := crossed(place, rng, seen, parents)) is not None:
        seen.add(child.key)
        parents.append(child.genome)
    assert len(seen) == len(inside(place))


def test_a_changed_copy_differs_in_so_many_knobs_and_leaves_fixed_ones():
    space = Neighbours()
    place = region(space, Budget(), {"knob.1": (2,)})
    genome = dict.fromkeys(place.choices, 2)
    for count in (1, 2, 3, 9):
        child = changed(genome, place, count, random.Random(count))
        differing = {name for name in genome if child[name] != genome[name]}
        assert len(differing) == min(count, 3)
        assert "knob.1" not in differing
        assert isinstance(place.admit(child), Member)
    fixed = region(space, Budget(), dict.fromkeys(genome, (2,)))
    assert changed(genome, fixed, 2, random.Random(0)) == genome
    assert mutate(fixed, genome, {fixed.admit(genome).key}, random.Random(0)) is None
