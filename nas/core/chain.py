"""A space as a chain of steps: its costs are sums along paths, and its members are the paths.

Where a stage's cost depends only on its own knobs and on what its neighbours tell it (a width, the
number of branches), all members under a budget can be counted, and drawn from, without listing
them: `nas.windows` does so for every space that has a method

    chain(choices: Choices, setting: Setting) -> Chain

whose paths from the first position to the last are the canonical genomes that `choices` leave,
each exactly once, and whose costs are those of `space.cost` at `setting`. Of the steps from one
state no two stand for the same values, so that a genome shows its path. Every knob is decided at
one position; a state that nothing leads on from ends no path. Where a search is deployed gives the
setting, so widths are never scaled in it. A search holds the chain against the space first.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from nas.core.knob import Genome, Value

State = Hashable  # what a step must know of the steps before it, and nothing else
START: State = None  # before the first position


@dataclass(frozen=True, slots=True)
class Step:
    """One way to go on at a position.

    Attributes:
        values: for each of the position's knobs a value; several such tuples where they cost the
            same and lead to the same state ("1+2" and "1+4" are both two branches).
        cost: what the step adds, none below 0, in the order of `METRICS`: params, MACs, FLOPs.
        state: where it leads.
    """

    values: tuple[tuple[Value, ...], ...]
    cost: tuple[int, int, int]
    state: State


@dataclass(frozen=True)
class Position:
    """The knobs decided at one place of the chain, and the steps open in each state before it."""

    knobs: tuple[str, ...]
    steps: Mapping[State, tuple[Step, ...]]


@dataclass(frozen=True)
class Chain:
    """Positions in order; a path takes one step at each, from `START`."""

    positions: tuple[Position, ...]

    @cached_property
    def size(self) -> int:
        """How many paths there are: the members of the narrowed space, each once."""
        ways: dict[State, int] = {START: 1}
        for position in self.positions:
            after: dict[State, int] = {}
            for state, count in ways.items():
                for step in position.steps.get(state, ()):
                    after[step.state] = after.get(step.state, 0) + count * len(step.values)
            ways = after
        return sum(ways.values())

    def narrowed(self, allowed: Mapping[str, frozenset[Value]]) -> "Chain":
        """The paths all of whose values are allowed; a knob that is not named keeps its own."""
        positions: list[Position] = []
        states: dict[State, None] = {START: None}
        for position in self.positions:
            limits = [
                (i, allowed[name]) for i, name in enumerate(position.knobs) if name in allowed
            ]
            steps = {state: _kept(position.steps.get(state, ()), limits) for state in states}
            positions.append(Position(position.knobs, steps))
            states = {step.state: None for onward in steps.values() for step in onward}
        return Chain(tuple(positions))

    def around(self, genome: Genome, free: Collection[str]) -> "Chain":
        """The paths that agree with a genome on every knob but the `free` ones."""
        return self.narrowed(
            {name: frozenset({value}) for name, value in genome.items() if name not in free}
        )


def _kept(
    steps: tuple[Step, ...], limits: Sequence[tuple[int, frozenset[Value]]]
) -> tuple[Step, ...]:
    kept = []
    for step in steps:
        values = tuple(v for v in step.values if all(v[i] in limit for i, limit in limits))
        if values:
            kept.append(Step(values, step.cost, step.state))
    return tuple(kept)
