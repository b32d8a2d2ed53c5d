"""A table read backwards: paths drawn with equal probability, or all of them listed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nas.windows.arrays import Ints, Layer
from nas.windows.ends import Ends
from nas.windows.table import Counts, Table

MANY = 1 << 20  # weights held at once while steps are chosen


@dataclass(frozen=True)
class Paths:
    """The step taken at each position, n p, and the exact cost of the whole, n 3."""

    steps: Ints
    cost: Ints

    def __getitem__(self, which: Ints | NDArray[np.bool_]) -> "Paths":
        return Paths(self.steps[which], self.cost[which])

    def __len__(self) -> int:
        return len(self.steps)


def draw_paths(table: Table, ends: Ends, which: Ints, rng: np.random.Generator) -> Paths:
    """For each chosen end, n of them by number, one of the paths that lead to it."""
    states, bins = ends.states[which], ends.bins[which]
    taken = np.empty((len(which), len(table.layers)), dtype=np.int64)
    for position in reversed(range(len(table.layers))):
        layer, shelf = table.layers[position], table.shelves[position]
        steps = np.empty(len(which), dtype=np.int64)
        for state in np.unique(states):
            into = layer.into[state]
            for part in _parts(np.flatnonzero(states == state), into):
                earlier = bins[part, None, :] - table.bins[position][into]
                weights = shelf.at(layer.before[into], earlier) * layer.ways[into]
                steps[part] = into[_pick(weights, rng)]
        taken[:, position] = steps
        bins = bins - table.bins[position][steps]
        states = layer.before[steps]
    return paths_along(table.layers, taken)


def list_paths(table: Table, ends: Ends) -> Paths:
    """Every path to every end; as many rows as there are, alternatives of equal cost in one."""
    states, bins = ends.states, ends.bins
    taken = np.empty((len(states), 0), dtype=np.int64)
    for position in reversed(range(len(table.layers))):
        layer, shelf = table.layers[position], table.shelves[position]
        rows, steps = [], []
        for state in np.unique(states):
            into = layer.into[state]
            for part in _parts(np.flatnonzero(states == state), into):
                earlier = bins[part, None, :] - table.bins[position][into]
                row, column = np.nonzero(shelf.at(layer.before[into], earlier))
                rows.append(part[row])
                steps.append(into[column])
        row, step = (np.concatenate([np.zeros(0, np.int64), *parts]) for parts in (rows, steps))
        taken = np.concatenate([step[:, None], taken[row]], axis=1)
        bins = bins[row] - table.bins[position][step]
        states = layer.before[step]
    return paths_along(table.layers, taken)


def _parts(here: Ints, into: Ints) -> list[Ints]:
    """Rows in parts, each of which has no more than `MANY` weights."""
    return np.array_split(here, 1 + len(here) * len(into) // MANY)


def _pick(weights: Counts, rng: np.random.Generator) -> Ints:
    """In each row a column, as likely as its weight."""
    sums = np.cumsum(weights, axis=1)
    marks = rng.random(len(sums)) * sums[:, -1]
    # The first sum above the mark: a column of no weight is never it.
    picked: Ints = np.minimum((sums <= marks[:, None]).sum(axis=1), weights.shape[1] - 1)
    return picked


def paths_along(layers: Sequence[Layer], taken: Ints) -> Paths:
    """Steps n p with what they cost."""
    cost = np.zeros((len(taken), 3), dtype=np.int64)
    for position, layer in enumerate(layers):
        cost += layer.cost[taken[:, position]]
    return Paths(taken, cost)
