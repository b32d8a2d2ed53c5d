"""How many partial paths of a chain cost how much: dynamic programming over its positions.

For each position, and each state behind it, an array over bins of cost says how many ways lead
there. Read backwards it draws paths of any total, each with the same probability, and lists them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nas.windows.arrays import Ints, Layer
from nas.windows.grid import Grid

Counts = NDArray[np.float64]  # whole numbers; exact below 2**53, then to 1 part in 1e15


@dataclass(frozen=True)
class Shelf:
    """Ways to each of the states behind one position: a box of bins a state, end to end.

    Attributes:
        counts: the boxes' cells, each in row-major order.
        first: states, where a state's box begins; and the end of the last.
        origin: states a, the first bin of a box; no way costs less.
        shape: states a, bins of a box.
    """

    counts: Counts
    first: Ints
    origin: Ints
    shape: Ints

    def box(self, state: int) -> Counts:
        """One state's box."""
        return self.counts[self.first[state] : self.first[state + 1]].reshape(self.shape[state])

    def at(self, states: Ints, bins: Ints) -> Counts:
        """States ... and bins ... a -> ways ...; zero outside the boxes."""
        local = bins - self.origin[states]
        shape = self.shape[states]
        known = np.all((local >= 0) & (local < shape), axis=-1)
        cell = local[..., 0]
        for axis in range(1, shape.shape[-1]):
            cell = cell * shape[..., axis] + local[..., axis]
        cell = np.where(known, self.first[states] + cell, 0)
        found: Counts = np.where(known, self.counts[cell], 0.0)
        return found

    @property
    def filled(self) -> tuple[Ints, Ints, Counts]:
        """Of every cell that is not 0 its state, c, its bins, c a, and its ways, c."""
        cells = np.flatnonzero(self.counts)  # of two axes' cells, few
        states = np.searchsorted(self.first, cells, side="right") - 1
        local = cells - self.first[states]
        columns = []
        for axis in reversed(range(self.origin.shape[1])):
            local, column = np.divmod(local, self.shape[states, axis])
            columns.append(column + self.origin[states, axis])
        return states, np.stack(columns[::-1], axis=1), self.counts[cells]


@dataclass(frozen=True)
class Table:
    """Shelves before the first position, where one way of no cost is, and behind every one."""

    layers: tuple[Layer, ...]
    grid: Grid
    shelves: tuple[Shelf, ...]

    @cached_property
    def bins(self) -> tuple[Ints, ...]:
        """Each position's steps in bins, s a."""
        return tuple(self.grid.of(layer.cost) for layer in self.layers)


def make_table(layers: tuple[Layer, ...], grid: Grid) -> Table:
    """Count all partial paths that do not already cost more than the windows allow."""
    axes = len(grid.axes)
    shelves = [_shelf([(np.zeros(axes, np.int64), np.ones((1,) * axes))], axes)]
    for layer in layers:
        shelves.append(_behind(layer, grid, shelves[-1]))
    return Table(layers, grid, tuple(shelves))


_Box = tuple[Ints, Counts]  # origin, counts


def _shelf(boxes: Sequence[_Box], axes: int) -> Shelf:
    sizes = [counts.size for _, counts in boxes]
    return Shelf(
        counts=np.concatenate([np.zeros(0), *(counts.reshape(-1) for _, counts in boxes)]),
        first=np.cumsum([0, *sizes]),
        origin=np.array([origin for origin, _ in boxes], dtype=np.int64).reshape(-1, axes),
        shape=np.array([counts.shape for _, counts in boxes], dtype=np.int64).reshape(-1, axes),
    )


def _behind(layer: Layer, grid: Grid, before: Shelf) -> Shelf:
    """Ways to a state: those to each state before it, shifted by what a step from there costs."""
    bins = grid.of(layer.cost)
    onto: list[list[tuple[Ints, Counts, Ints, Counts]]] = [[] for _ in range(layer.states)]
    for (source, target), steps in layer.groups.items():
        box = before.box(source)
        if box.size:
            merged = _merged(bins[steps], layer.ways[steps])
            onto[target].append((before.origin[source], box, *merged))
    return _shelf([_sum(parts, grid.shape) for parts in onto], len(grid.axes))


def _merged(bins: Ints, ways: Ints) -> tuple[Ints, Counts]:
    """Steps of the same bin as one."""
    unique, which = np.unique(bins, axis=0, return_inverse=True)
    times: Counts = np.bincount(which.reshape(-1), weights=ways, minlength=len(unique)).astype(
        float
    )
    return unique, times


def _sum(parts: list[tuple[Ints, Counts, Ints, Counts]], limit: tuple[int, ...]) -> _Box:
    """The shifted boxes on top of each other, cut off at the grid's end."""
    lows = [origin + shifts.min(axis=0) for origin, _, shifts, _ in parts]
    highs = [origin + shifts.max(axis=0) + box.shape for origin, box, shifts, _ in parts]
    if not parts:
        return np.zeros(len(limit), np.int64), np.zeros((0,) * len(limit))
    first = np.min(lows, axis=0)
    total = np.zeros(np.maximum(0, np.minimum(np.max(highs, axis=0), limit) - first))
    for origin, box, shifts, times in parts:
        for shift, count in zip((origin - first + shifts).tolist(), times.tolist(), strict=True):
            here = total[
                tuple(slice(low, low + n) for low, n in zip(shift, box.shape, strict=True))
            ]
            # At the grid's end a slice comes out short.
            here += count * (box if here.shape == box.shape else box[tuple(map(slice, here.shape))])
    return first, total
