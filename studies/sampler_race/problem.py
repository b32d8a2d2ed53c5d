"""A problem of the race: a space that brings its own evaluation, and how near its front is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nas import pareto
from nas.core.evaluated import EvaluatedSpace
from nas.core.knob import Genome
from nas.core.objective import Objective
from nas.windows import Region, region_within


@dataclass(frozen=True)
class Problem:
    """One objective that must be measured, one that is a cost.

    Attributes:
        true: what a genome is really worth, where `space` answers with noise; else the same.
        every: the members among which the true front is; all of them where they can be listed.
    """

    name: str
    space: EvaluatedSpace
    true: EvaluatedSpace
    every: Sequence[Genome]

    @cached_property
    def objectives(self) -> tuple[Objective, ...]:
        """The space's own."""
        return self.space.weighed(None)

    @cached_property
    def region(self) -> Region:
        """All of it."""
        return region_within(self.space)

    @cached_property
    def reference(self) -> tuple[float, ...]:
        """The median of what is measured, the worst of what is known."""
        points = np.array([self.point(genome) for genome in self.every])
        worst = [
            points[:, i].max() if one.direction == "minimize" else points[:, i].min()
            for i, one in enumerate(self.objectives)
        ]
        middle = np.median(points, axis=0)
        return tuple(
            float(worst[i] if one.name in self.space.priced else middle[i])
            for i, one in enumerate(self.objectives)
        )

    @cached_property
    def best(self) -> float:
        """The hypervolume of the true front."""
        return self._volume([self.point(genome) for genome in self.every])

    def point(self, genome: Genome) -> tuple[float, ...]:
        """Its true objectives, in order."""
        known = {**self.true.evaluate(genome), **self.true.cost(genome)}
        return tuple(known[one.name] for one in self.objectives)

    def regrets(self, genomes: Sequence[Genome | None], at: Sequence[int]) -> list[float]:
        """1 - hypervolume of the first k over that of the true front; None is a failure."""
        points = [None if genome is None else self.point(genome) for genome in genomes]
        return [
            1 - self._volume([point for point in points[:k] if point is not None]) / self.best
            for k in at
        ]

    def _volume(self, points: Sequence[tuple[float, ...]]) -> float:
        directions = [one.direction for one in self.objectives]
        return pareto.hypervolume(points, self.reference, directions)
