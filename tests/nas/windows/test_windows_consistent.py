"""A chain that is not its space is refused in one line before anything is counted by it."""

import re
from dataclasses import replace

import pytest

from nas.core.budget import Budget
from nas.core.chain import Chain, Position, Step
from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.windows import Region, check_region
from search_spaces.accvit import SPACE
from tests.nas.windows.neighbours import Neighbours, region


def each_step(chain, change):
    """The chain with every step changed."""
    return Chain(
        tuple(
            Position(
                position.knobs,
                {state: tuple(map(change, steps)) for state, steps in position.steps.items()},
            )
            for position in chain.positions
        )
    )


def first(chain, change):
    """The chain with its first position's steps changed as a whole."""
    [(state, steps)] = chain.positions[0].steps.items()
    changed = Position(chain.positions[0].knobs, {state: change(steps)})
    return Chain((changed, *chain.positions[1:]))


def dearer(step):
    return Step(step.values, tuple(part + 7 for part in step.cost), step.state)


def broken(step):
    return Step(step.values, tuple(part + 0.5 for part in step.cost), step.state)


def negative(step):
    return Step(step.values, tuple(part - 10**6 for part in step.cost), step.state)


def endless(step):
    return Step(step.values, (2**61, 2**61, 2**61), step.state)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda chain: list(chain.positions), "expected a nas.core.chain.Chain; got list"),
        (lambda chain: each_step(chain, dearer), "the steps of a genome sum to .* params; cost"),
        (lambda chain: each_step(chain, broken), "expected costs that are integers, 0 or more"),
        (lambda chain: each_step(chain, negative), "expected costs that are integers, 0 or more"),
        (lambda chain: each_step(chain, endless), "costs may exceed 4.6e.18; take fewer pixels"),
        (lambda chain: first(chain, lambda steps: steps[1:]), "has 192 paths; size says 256"),
        (lambda chain: first(chain, lambda steps: steps + steps), "has 512 paths; size says 256"),
        (
            lambda chain: first(chain, lambda steps: steps[:1] + steps[:1] + steps[2:]),
            "[02] paths for one canonical genome",
        ),
    ],
)
def test_what_is_wrong_is_said(spoil, said):
    class Spoilt(Neighbours):
        def chain(self, choices, setting):
            return spoil(super().chain(choices, setting))

    with pytest.raises(InputError) as raised:
        check_region(region(Spoilt(), Budget()))
    assert re.search(said, str(raised.value))
    assert len(str(raised.value).splitlines()) == 1


def test_a_space_that_makes_no_chain_is_drawn_from_without_one():
    class Chainless(Neighbours):
        def chain(self, choices, setting):
            return None

    check_region(region(Chainless(), Budget()))


def test_a_chain_that_is_its_space_passes():
    check_region(region(Neighbours(), Budget()))


def test_more_pixels_than_can_be_counted_are_refused():
    every = {knob.name: knob.choices for knob in SPACE.knobs}
    whole = Region(space=SPACE, choices=every, budget=Budget(), target=Setting())
    with pytest.raises(InputError, match="chain: costs may exceed"):
        check_region(replace(whole, target=Setting(resolution=32 * 10**4)))
