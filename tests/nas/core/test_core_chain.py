"""A chain's paths: counted, narrowed, and gathered around one of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nas.core.chain import START, Chain, Position, Step
from tests.nas.windows.chains import chains, walk, walked


def genomes(chain):
    return [path.genome for path in walked(chain)]


@given(chains())
@settings(max_examples=150, deadline=None)
def test_the_size_of_a_chain_is_the_number_of_its_paths(chain):
    assert chain.size == sum(1 for _ in walk(chain))


@given(chains(), st.data())
@settings(max_examples=150, deadline=None)
def test_a_narrowed_chain_has_the_paths_whose_values_are_all_allowed(chain, data):
    names = [name for position in chain.positions for name in position.knobs]
    allowed = {
        name: frozenset(data.draw(st.sets(st.one_of(st.integers(0, 8), st.just("x")))))
        for name in data.draw(st.sets(st.sampled_from(names)))
    }
    kept = [
        path
        for path in walked(chain)
        if all(value in allowed.get(name, (value,)) for name, value in path.genome)
    ]
    assert walked(chain.narrowed(allowed)) == kept


@given(chains(), st.data())
@settings(max_examples=150, deadline=None)
def test_around_a_genome_are_the_paths_that_agree_with_it_but_for_the_free_knobs(chain, data):
    everything = genomes(chain)
    if not everything:
        return
    one = dict(data.draw(st.sampled_from(everything)))
    free = data.draw(st.sets(st.sampled_from(sorted(one))))
    agree = [g for g in everything if all(one[n] == v for n, v in g if n not in free)]
    assert genomes(chain.around(one, free)) == agree
    assert tuple(one.items()) in agree


def test_a_step_counts_once_for_each_of_its_alternatives():
    step = Step((("1+2",), ("1+4",)), (5, 5, 5), "two branches")
    other = Step((("a",), ("b",), ("c",)), (1, 1, 1), "end")
    chain = Chain(
        (
            Position(("dilations",), {START: (step,)}),
            Position(("rest",), {"two branches": (other,)}),
        )
    )
    assert chain.size == 6


@pytest.mark.parametrize("steps", [{}, {START: ()}, {"elsewhere": (Step(((1,),), (0, 0, 0), 0),)}])
def test_a_chain_whose_start_leads_nowhere_has_no_paths(steps):
    chain = Chain((Position(("knob",), steps),))
    assert chain.size == 0
    assert chain.narrowed({"knob": frozenset({1})}).size == 0


def test_sizes_beyond_what_floats_hold_are_exact():
    step = Step(tuple((value,) for value in range(7)), (1, 1, 1), START)
    chain = Chain(tuple(Position((f"{i}",), {START: (step,)}) for i in range(30)))
    assert chain.size == 7**30
