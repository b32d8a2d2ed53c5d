"""A third party's space whose costs depend on neighbours: each knob pays for the one before it."""

import random
from itertools import pairwise, product

from nas.core.chain import START, Chain, Position, Step
from nas.core.cost import METRICS, Cost
from nas.core.fidelity import Setting
from nas.core.knob import Knob
from nas.windows import Region


class Neighbours:
    """`length` knobs of `choices` values; what a pair of neighbouring values costs is random."""

    name = "neighbours"

    def __init__(self, *, length=4, choices=4, seed=0, scale=1000, chained=True):
        rng = random.Random(seed)
        self.knobs = tuple(
            Knob(name=f"knob.{index}", choices=tuple(range(choices))) for index in range(length)
        )
        self._costs = [
            {
                pair: tuple(rng.randrange(scale) for _ in METRICS)
                for pair in product((*range(choices), START), range(choices))
            }
            for _ in range(length)
        ]
        self.size = choices**length
        if not chained:
            self.chain = None

    def violation(self, genome):
        """Every combination is a member."""
        return None

    def canonical(self, genome):
        return dict(genome)

    def decode(self, genome):
        return dict(genome)

    def adapt(self, configuration, setting):
        return configuration

    def cost(self, configuration):
        pairs = pairwise([START, *configuration.values()])
        sums = [sum(part) for part in zip(*map(dict.get, self._costs, pairs), strict=True)]
        return Cost(**dict(zip(METRICS, sums, strict=True)))

    def cost_range(self, choices, setting):
        costs = [self.cost(genome) for genome in genomes(choices)]
        every = {metric: [cost.of(metric) for cost in costs] for metric in METRICS}
        return {metric: (min(every[metric]), max(every[metric])) for metric in METRICS}

    def chain(self, choices, setting):
        positions, before = [], (START,)
        for knob, costs in zip(self.knobs, self._costs, strict=True):
            offered = choices[knob.name]
            steps = {
                state: tuple(Step(((this,),), costs[state, this], this) for this in offered)
                for state in before
            }
            positions.append(Position((knob.name,), steps))
            before = offered
        return Chain(tuple(positions))


def genomes(choices):
    for values in product(*choices.values()):
        yield dict(zip(choices, values, strict=True))


def region(space, budget, choices=None):
    every = {knob.name: knob.choices for knob in space.knobs}
    return Region(
        space=space, choices={**every, **(choices or {})}, budget=budget, target=Setting()
    )


def inside(found):
    """Genomes, as tuples of values, and costs of what a region holds, without its help."""
    costs = {tuple(g.values()): found.space.cost(g) for g in genomes(found.choices)}
    return {values: cost for values, cost in costs.items() if found.budget.admits(cost)}
