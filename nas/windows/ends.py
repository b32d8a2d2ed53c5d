"""Where the paths inside a window may end, in the order of their size, to pick among them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nas.windows.arrays import Ints
from nas.windows.table import Counts, Table

STRATA = 10
Over = Literal["configurations", "size", "strata"]


@dataclass(frozen=True)
class Ends:
    """States behind the last position, c, their bins, c a, the ways there, c, and log-sizes, c.

    Sorted by the size, which is the parameters in the middle of a bin, kept inside the window.
    """

    states: Ints
    bins: Ints
    ways: Counts
    log_sizes: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.states)

    @cached_property
    def total(self) -> float:
        """All the ways."""
        return float(self.ways.sum())

    def only(self, which: NDArray[np.bool_]) -> "Ends":
        """Some of them."""
        return Ends(self.states[which], self.bins[which], self.ways[which], self.log_sizes[which])

    def choose(self, over: Over, count: int, rng: np.random.Generator) -> Ints:
        """Numbers of ends such that paths drawn to them are spread as `over` says.

        "configurations": each path as likely as any other. "size": the logarithm of the parameters
        uniform, as far as there are paths. "strata": as many from each part of that logarithm
        that has any, of `STRATA` equal parts.
        """
        if over == "configurations":
            return self._within(np.zeros(count, np.int64), np.full(count, len(self)), rng)
        if over == "size":
            return self.at(rng.random(count), rng)
        bounds = np.searchsorted(self._places, np.linspace(0, 1, STRATA + 1)[1:-1])
        edges = np.array([0, *bounds, len(self)])
        filled = np.flatnonzero(np.diff(edges))
        turns = np.concatenate([rng.permutation(filled) for _ in range(1 + count // len(filled))])[
            :count
        ]
        return self._within(edges[turns], edges[turns + 1], rng)

    def at(self, places: NDArray[np.float64], rng: np.random.Generator) -> Ints:
        """Ends of the size nearest to each place: 0 the smallest, 1 the largest, by logarithm."""
        sizes, first = self._sizes
        part = np.searchsorted((sizes[1:] + sizes[:-1]) / 2, places)
        return self._within(first[part], first[part + 1], rng)

    @cached_property
    def _places(self) -> NDArray[np.float64]:
        """Log-sizes from 0 to 1."""
        span = self.log_sizes[-1] - self.log_sizes[0]
        places: NDArray[np.float64] = (self.log_sizes - self.log_sizes[0]) / max(span, 1e-12)
        return places

    @cached_property
    def _sizes(self) -> tuple[NDArray[np.float64], Ints]:
        """Each different place, and where its ends begin; and the end of the last."""
        sizes, first = np.unique(self._places, return_index=True)
        return sizes, np.append(first, len(self))

    @cached_property
    def _sums(self) -> Counts:
        return np.concatenate([[0.0], np.cumsum(self.ways)])

    def _within(self, low: Ints, high: Ints, rng: np.random.Generator) -> Ints:
        """An end of each half-open range, as likely as it has ways."""
        floor, top = self._sums[low], self._sums[high]
        marks = floor + rng.random(len(low)) * (top - floor)
        found = np.searchsorted(self._sums, marks, side="right") - 1
        return np.clip(found, low, high - 1)


def covering_ends(table: Table) -> Ends:
    """All ends that may hold a path inside the windows; none inside is anywhere else."""
    shelf = table.shelves[-1]
    states, bins, ways = shelf.filled
    keep = np.ones(len(states), dtype=np.bool_)
    for column, axis in zip(bins.T, table.grid.axes, strict=True):
        first, last = axis.covering
        keep &= (column >= first) & (column <= last)
    states, bins, ways = states[keep], bins[keep], ways[keep]
    size = table.grid.axes[0]
    sizes = np.clip(bins[:, 0] * size.width, size.low, size.high)
    order = np.argsort(sizes, kind="stable")
    return Ends(states[order], bins[order], ways[order], np.log(np.maximum(1, sizes[order])))


def certain_ways(table: Table, ends: Ends) -> float:
    """Ways to the ends that hold nothing but paths inside."""
    certain = np.ones(len(ends), dtype=np.bool_)
    for column, axis in zip(ends.bins.T, table.grid.axes, strict=True):
        first, last = axis.inside
        certain &= (column >= first) & (column <= last)
    return float(ends.ways[certain].sum())
