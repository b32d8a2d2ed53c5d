"""All members of a chain under a budget: counted, listed where they are few, drawn where not."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain as chained
from itertools import product

import numpy as np
from numpy.typing import NDArray

from nas.core.budget import Budget
from nas.core.chain import Chain
from nas.core.cost import METRICS, Cost, Metric
from nas.core.knob import Value
from nas.windows.arrays import Ints, Layer, layers
from nas.windows.cache import cached_table
from nas.windows.ends import Ends, Over, certain_ways, covering_ends
from nas.windows.grid import make_grid
from nas.windows.paths import Paths, draw_paths, list_paths
from nas.windows.table import Table

LISTED = 20_000  # members at most that are listed rather than drawn
SAMPLE = 4_000  # paths drawn for an estimate, which is then good to a few per cent
ROUNDING = 2.0**-40  # far above what sums of counts beyond 2**53 can be off by


@dataclass(frozen=True)
class Priced:
    """A canonical genome and its exact cost."""

    genome: dict[str, Value]
    cost: Cost


class Tally:
    """Paths drawn, and those of them that were inside: only bins on a window's edges miss."""

    def __init__(self) -> None:
        self.drawn = 0
        self.inside = 0

    @property
    def share(self) -> float:
        """Of the drawn, those inside."""
        return self.inside / self.drawn if self.drawn else 1.0


@dataclass(frozen=True)
class Window:
    """The members of `chain` that `budget` admits.

    metrics: one or two that its bins are to count, if not those that `make_grid` takes.
    """

    chain: Chain
    budget: Budget
    metrics: tuple[Metric, ...] | None = None
    tally: Tally = field(default_factory=Tally, compare=False)

    @cached_property
    def steps(self) -> tuple[Layer, ...]:
        """The chain's positions as arrays."""
        return layers(self.chain)

    @cached_property
    def table(self) -> Table:
        """Built on first use, or read from where an earlier search left it."""
        return cached_table(self.steps, make_grid(self.steps, self.budget, self.metrics))

    @cached_property
    def count(self) -> tuple[int, int]:
        """How many members there are: at least, and at most; equal where that is exact."""
        if self.members is not None:
            return len(self.members), len(self.members)
        # Of a third bound the bins know nothing.
        least = certain_ways(self.table, self.ends) if self.table.grid.complete else 0.0
        return _whole(least, down=True), _whole(self.ends.total, down=False)

    @cached_property
    def estimate(self) -> int:
        """How many members there are, from the share of `SAMPLE` paths drawn that is inside."""
        if self.members is not None:
            return len(self.members)
        drawn = self.draw(random.Random(0), SAMPLE)
        return round(self.ends.total * len(drawn) / SAMPLE)

    @cached_property
    def members(self) -> tuple[Priced, ...] | None:
        """All of them, if they are few; None where they are too many to list."""
        if self.ends.total > LISTED:
            return None
        paths = list_paths(self.table, self.ends)
        return tuple(self._alternatives(paths[self.admitted(paths)]))

    def draw(
        self, rng: random.Random, count: int, *, over: Over = "configurations"
    ) -> list[Priced]:
        """Those of `count` paths, spread as `Ends.choose` says, that are inside: most of them."""
        generator = _generator(rng)
        return self._drawn(lambda: self.ends.choose(over, count, generator), generator)

    def draw_at(self, rng: random.Random, count: int, place: float) -> list[Priced]:
        """The same, of one size: 0 the smallest, 1 the largest, in between by the logarithm."""
        generator = _generator(rng)
        return self._drawn(lambda: self.ends.at(np.full(count, place), generator), generator)

    def _drawn(self, ends: Callable[[], Ints], generator: np.random.Generator) -> list[Priced]:
        if not len(self.ends):
            return []
        paths = draw_paths(self.table, self.ends, ends(), generator)
        inside = paths[self.admitted(paths)]
        self.tally.drawn += len(paths)
        self.tally.inside += len(inside)
        ways = [
            layer.ways[inside.steps[:, position]]
            for position, layer in enumerate(self.table.layers)
        ]
        chosen = (generator.random(inside.steps.shape) * np.stack(ways, axis=1)).astype(np.int64)
        return self.priced(inside, chosen)

    @cached_property
    def ends(self) -> Ends:
        """Where paths inside may end."""
        return covering_ends(self.table)

    def admitted(self, paths: Paths) -> NDArray[np.bool_]:
        """Which paths the budget admits, by their exact costs."""
        holds = np.ones(len(paths), dtype=np.bool_)
        for bound in self.budget.bounds:
            column = paths.cost[:, METRICS.index(bound.metric)]
            if bound.low is not None:
                holds &= column >= bound.low
            if bound.high is not None:
                holds &= column <= bound.high
        return holds

    def priced(self, paths: Paths, chosen: Ints) -> list[Priced]:
        """Of each path the genome with the alternatives chosen at each position, n p."""
        names = [name for position in self.chain.positions for name in position.knobs]
        steps = [layer.steps for layer in self.steps]
        found = []
        for taken, alternatives, (params, macs, flops) in zip(
            paths.steps.tolist(), chosen.tolist(), paths.cost.tolist(), strict=True
        ):
            values = chained.from_iterable(
                offered[step].values[alternative]
                for offered, step, alternative in zip(steps, taken, alternatives, strict=True)
            )
            cost = Cost(params=params, macs=macs, flops=flops)
            found.append(Priced(dict(zip(names, values, strict=True)), cost))
        return found

    def _alternatives(self, paths: Paths) -> Iterator[Priced]:
        for row in range(len(paths)):
            path = paths[np.array([row])]
            offered = [
                range(int(layer.ways[step]))
                for layer, step in zip(self.table.layers, path.steps[0], strict=True)
            ]
            for chosen in product(*offered):
                yield from self.priced(path, np.array([chosen]))


def _generator(rng: random.Random) -> np.random.Generator:
    return np.random.default_rng(rng.getrandbits(64))


def _whole(count: float, *, down: bool) -> int:
    """A sum of counts as a bound that holds in spite of floating point."""
    if count < 2.0**53:
        return int(count)
    return int(count * (1 - ROUNDING)) if down else int(count * (1 + ROUNDING)) + 1
