"""Costs rounded to bins, so that they can be counted, with the error of each sum known exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray

from nas.core.budget import Budget
from nas.core.cost import METRICS, Metric
from nas.windows.arrays import Ints, Layer
from nas.windows.furthest import furthest

BINS = 1 << 13  # of parameters, counted alone
CELLS = 1 << 16  # of parameters x MACs, counted together
FEWEST = 32  # bins of either, when counted together


@dataclass(frozen=True)
class Axis:
    """One metric in bins.

    A sum of costs C and the sum Q of its rounded parts differ by a little: for every path,
    `least <= C - Q * width <= most`. Both are 0, and the counts exact, where width is 1 or divides
    every cost.

    Attributes:
        metric: which cost.
        width: units a bin.
        bins: how many, from 0.
        low, high: the window, both ends included, where it is not what can be reached anyway.
        bounded: whether either end of the window leaves anything out.
        least, most: of what the sums are off, in units.
    """

    metric: Metric
    width: int
    bins: int
    low: int
    high: int
    bounded: tuple[bool, bool]
    least: int
    most: int

    @property
    def covering(self) -> tuple[int, int]:
        """First and last bin that may hold a path inside the window."""
        if self.low > self.high:  # beyond reach, where rounding would still let bins meet
            return 1, 0
        return self._between(self.low - self.most, self.high - self.least)

    @property
    def inside(self) -> tuple[int, int]:
        """First and last bin that hold nothing but paths inside the window."""
        first, last = self._between(self.low - self.least, self.high - self.most)
        return first if self.bounded[0] else 0, last if self.bounded[1] else self.bins - 1

    def _between(self, low: int, high: int) -> tuple[int, int]:
        return max(0, -(-low // self.width)), min(self.bins - 1, high // self.width)

    def of(self, cost: Ints) -> Ints:
        """Costs in bins, rounded to the nearest."""
        return _rounded(cost, self.width)


@dataclass(frozen=True)
class Grid:
    """One or two metrics in bins.

    Attributes:
        axes: the metrics.
        complete: whether no bound on any other metric leaves anything out.
    """

    axes: tuple[Axis, ...]
    complete: bool

    @property
    def shape(self) -> tuple[int, ...]:
        """Bins of each axis."""
        return tuple(axis.bins for axis in self.axes)

    def of(self, cost: Ints) -> Ints:
        """Costs s 3 -> bins s a, a being the axes."""
        columns = [axis.of(cost[:, METRICS.index(axis.metric)]) for axis in self.axes]
        return np.stack(columns, axis=1)

    def inside(self, cost: Ints) -> NDArray[np.bool_]:
        """Which exact costs, s 3, lie in the windows of all axes."""
        holds = np.ones(len(cost), dtype=np.bool_)
        for axis in self.axes:
            column = cost[:, METRICS.index(axis.metric)]
            holds &= (column >= axis.low) & (column <= axis.high)
        return holds


def make_grid(
    steps: Sequence[Layer], budget: Budget, metrics: tuple[Metric, ...] | None = None
) -> Grid:
    """Bins for one or two metrics: parameters, and the first other that a budget really bounds.

    Narrow windows get the finer bins. A third bound is left to whoever draws.
    """
    reach = {metric: _reach(steps, index) for index, metric in enumerate(METRICS)}
    windows = {metric: _window(budget, metric, reach[metric]) for metric in METRICS}
    bounded = [metric for metric in METRICS if windows[metric] != reach[metric]]
    if metrics is None:
        metrics = ("params", *[metric for metric in bounded if metric != "params"][:1])
    bins = [BINS] if len(metrics) == 1 else _shared([windows[metric] for metric in metrics])
    axes = tuple(
        _axis(steps, metric, windows[metric], reach[metric], count)
        for metric, count in zip(metrics, bins, strict=True)
    )
    return Grid(axes, complete=set(bounded) <= set(metrics))


def _shared(windows: list[tuple[int, int]]) -> list[int]:
    """How two axes share the cells: each as finely as its window is narrow."""
    first, second = (max(1, high) / max(1, high - low) for low, high in windows)
    bins = round((CELLS * first / second) ** 0.5)
    bins = min(max(bins, FEWEST), CELLS // FEWEST)
    return [bins, CELLS // bins]


def _axis(
    steps: Sequence[Layer],
    metric: Metric,
    window: tuple[int, int],
    reach: tuple[int, int],
    bins: int,
) -> Axis:
    columns = [layer.cost[:, METRICS.index(metric)] for layer in steps]
    divisor = gcd(*(int(np.gcd.reduce(column)) for column in columns if len(column))) or 1
    low, high = window
    width = divisor * max(1, -(-high // (divisor * bins)))
    errors = [column - width * _rounded(column, width) for column in columns if len(column)]
    least, most = sum(int(error.min()) for error in errors), sum(int(e.max()) for e in errors)
    used = max(1, (high - least) // width + 1)
    bounded = low > reach[0], high < reach[1]
    return Axis(metric, width, used, low, high, bounded, least, most)


def _rounded(cost: Ints, width: int) -> Ints:
    return (cost + width // 2) // width


def _window(budget: Budget, metric: Metric, reach: tuple[int, int]) -> tuple[int, int]:
    """The bounds on a metric, no wider than what can be reached."""
    low, high = reach
    for bound in budget.bounds:
        if bound.metric == metric:
            low = max(low, bound.low or 0)
            high = high if bound.high is None else min(high, bound.high)
    return low, high


def _reach(steps: Sequence[Layer], index: int) -> tuple[int, int]:
    """Exact least and largest sum along a path; 0 where there is none."""
    least, most = (furthest(steps, index, toward) for toward in (-1, 1))
    if least is None or most is None:
        return 0, 0
    return _along(steps, index, least), _along(steps, index, most)


def _along(steps: Sequence[Layer], index: int, taken: Ints) -> int:
    return sum(int(layer.cost[step, index]) for layer, step in zip(steps, taken, strict=True))
