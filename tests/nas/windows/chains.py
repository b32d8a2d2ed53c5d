"""Chains small enough to walk, with all that can go wrong in one; their paths by walking."""

import random
from dataclasses import dataclass
from itertools import product

from hypothesis import strategies as st

from nas.core.budget import Bound, Budget
from nas.core.chain import START, Chain, Position, Step
from nas.core.cost import METRICS, Cost

# Nothing, alike, irregular, and far beyond what bins can tell apart.
COSTS = st.one_of(
    st.just(0), st.integers(0, 3), st.sampled_from((64, 1000)), st.integers(0, 10**12)
)


@dataclass(frozen=True)
class Walked:
    """A path's genome, as its items, and its cost."""

    genome: tuple
    cost: Cost


def walk(chain, state=START, index=0):
    """Every path from a state on: (values, (params, macs, flops))."""
    if index == len(chain.positions):
        yield (), (0, 0, 0)
        return
    for step in chain.positions[index].steps.get(state, ()):
        for rest, after in walk(chain, step.state, index + 1):
            cost = tuple(a + b for a, b in zip(step.cost, after, strict=True))
            for values in step.values:
                yield values + rest, cost


def walked(chain, budget=Budget()):  # noqa: B008, which is frozen
    """Genomes and costs of all paths that a budget admits."""
    names = [name for position in chain.positions for name in position.knobs]
    found = [
        Walked(
            tuple(zip(names, values, strict=True)), Cost(**dict(zip(METRICS, cost, strict=True)))
        )
        for values, cost in walk(chain)
    ]
    return [path for path in found if budget.admits(path.cost)]


def as_walked(priced):
    return Walked(tuple(priced.genome.items()), priced.cost)


@st.composite
def chains(draw, cost=COSTS, most=4):
    """Up to `most` positions of up to three states and steps each; some steps lead nowhere."""
    positions = []
    alike = draw(st.booleans())  # all three metrics the same multiple of one
    for index in range(draw(st.integers(1, most))):
        states = [START] if index == 0 else list(range(3))
        count = iter(range(1000))
        steps = {}
        for state in states:
            onward = []
            for _ in range(draw(st.integers(0 if index else 1, 3))):
                params = draw(cost)
                costs = (
                    (params, 2 * params, 3 * params) if alike else (params, *draw_two(draw, cost))
                )
                values = tuple((next(count), "x") for _ in range(draw(st.integers(1, 2))))
                onward.append(Step(values, costs, draw(st.integers(0, 2))))
            steps[state] = tuple(onward)
        positions.append(Position((f"{index}.a", f"{index}.b"), steps))
    return Chain(tuple(positions))


def draw_two(draw, cost):
    return draw(cost), draw(cost)


@st.composite
def chains_and_bounds(draw, *, metrics=3, cost=COSTS, most=4):
    """A chain, and bounds on up to three metrics near what its paths cost, or far away."""
    chain = draw(chains(cost=cost, most=most))
    costs = [path.cost for path in walked(chain)]
    bounds = []
    for metric in draw(st.permutations(METRICS))[: draw(st.integers(1, metrics))]:
        near = [cost.of(metric) for cost in costs] or [0]
        value = st.builds(
            lambda at, off: max(0, at + off),
            st.sampled_from(near),
            st.sampled_from((0, 0, 1, -1, 1000, -1000, 10**15)),
        )
        ends = sorted((draw(value), draw(value)))
        low, high = (draw(st.one_of(st.just(end), st.none())) for end in ends)
        bounds.append(Bound(metric=metric, low=low, high=high))
    return chain, tuple(bounds)


def grid_chain(positions=4, states=3, steps=6, alternatives=1, seed=0, scale=10**9):
    """A chain of large, irregular costs, so that no bins are exact; states**2 steps between."""
    rng = random.Random(seed)
    made = []
    for index in range(positions):
        count = iter(range(10**6))
        befores = [START] if index == 0 else range(states)
        table = {}
        for before in befores:
            table[before] = tuple(
                Step(
                    tuple((next(count),) for _ in range(rng.randint(1, alternatives))),
                    tuple(rng.randrange(1, scale) for _ in METRICS),
                    after,
                )
                for _, after in product(range(steps), range(states))
            )
        made.append(Position((f"knob.{index}",), table))
    return Chain(tuple(made))
