"""A chain as arrays: for every position, its states and its steps, ready to be counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nas.core.chain import START, Chain, Step

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Layer:
    """One position's steps, those that can be reached from the start and lead to the end.

    Attributes:
        steps: the steps themselves, for their values.
        cost: s 3, in the order of `METRICS`.
        ways: s, the alternatives that each stands for.
        before: s, the number of the state it starts from.
        after: s, the number of the state it leads to.
        states: how many states it leads to.
    """

    steps: tuple[Step, ...]
    cost: Ints
    ways: Ints
    before: Ints
    after: Ints
    states: int

    @cached_property
    def groups(self) -> dict[tuple[int, int], Ints]:
        """The steps between each pair of states, by number."""
        order = np.lexsort((self.before, self.after))
        pairs = np.stack([self.before[order], self.after[order]], axis=1)
        first = np.flatnonzero(np.any(np.diff(pairs, axis=0, prepend=-1), axis=1))
        parts = np.split(order, first[1:])
        return {
            (int(self.before[part[0]]), int(self.after[part[0]])): part
            for part in parts
            if len(part)
        }

    @cached_property
    def into(self) -> tuple[Ints, ...]:
        """The steps that lead to each state, by number."""
        order = np.argsort(self.after, kind="stable")
        ends = np.searchsorted(self.after[order], np.arange(self.states + 1))
        return tuple(order[ends[i] : ends[i + 1]] for i in range(self.states))


def layers(chain: Chain) -> tuple[Layer, ...]:
    """The chain's positions as arrays; one without steps where the chain has no path."""
    useful = _useful(chain)
    numbers = {START: 0}
    result = []
    for position, (here, there) in zip(chain.positions, pairwise(useful), strict=True):
        after = {state: number for number, state in enumerate(there)}
        found = [
            (numbers[state], step)
            for state in here
            for step in position.steps.get(state, ())
            if step.state in after
        ]
        result.append(_layer(found, after))
        numbers = after
    return tuple(result)


def _layer(found: Sequence[tuple[int, Step]], after: dict[object, int]) -> Layer:
    return Layer(
        steps=tuple(step for _, step in found),
        cost=np.array([step.cost for _, step in found], dtype=np.int64).reshape(-1, 3),
        ways=np.array([len(step.values) for _, step in found], dtype=np.int64),
        before=np.array([number for number, _ in found], dtype=np.int64),
        after=np.array([after[step.state] for _, step in found], dtype=np.int64),
        states=len(after),
    )


def _useful(chain: Chain) -> list[dict[object, None]]:
    """The states before each position, and behind the last, that lie on a whole path."""
    reached: list[dict[object, None]] = [{START: None}]
    for position in chain.positions:
        reached.append(
            {step.state: None for state in reached[-1] for step in position.steps.get(state, ())}
        )
    for index in reversed(range(len(chain.positions))):
        steps, later = chain.positions[index].steps, reached[index + 1]
        reached[index] = {
            state: None
            for state in reached[index]
            if any(step.state in later for step in steps.get(state, ()))
        }
    return reached
