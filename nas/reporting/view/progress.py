"""How the front grew: its hypervolume after each trial, for two objectives.

It is given as a share of the rectangle between the worst and the best of either objective, so that
1 would be one network best in both, and runs can be compared where they share the rectangle.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nas.core.objective import Objective
from nas.pareto import hypervolume
from nas.reporting.view.nouns import Sample, View


@dataclass(frozen=True)
class Corners:
    """The worst and the best value of each objective, in the objectives' order."""

    worst: tuple[float, ...]
    best: tuple[float, ...]

    @property
    def area(self) -> float:
        """Of the rectangle."""
        (a, b), (c, d) = self.worst, self.best
        return abs(a - c) * abs(b - d)


def corners(samples: Iterable[Sample], objectives: Sequence[Objective]) -> Corners:
    """Over all samples given; they may be of several runs."""
    known = list(samples)
    ends = []
    for objective in objectives:
        values = [sample.values[objective.name] for sample in known]
        ends.append((min(values), max(values)))
    up = [objective.direction == "maximize" for objective in objectives]
    return Corners(
        worst=tuple(end[0] if grows else end[1] for end, grows in zip(ends, up, strict=True)),
        best=tuple(end[1] if grows else end[0] for end, grows in zip(ends, up, strict=True)),
    )


def progress(
    view: View, within: Corners | None = None, ordered: Sequence[Objective] | None = None
) -> tuple[tuple[int, float], ...]:
    """(complete trials so far, share) after each; () unless there are two objectives that vary.

    `within` has its values in the order of the objectives, of `ordered` if that is given.
    """
    objectives = view.objectives if ordered is None else ordered
    if len(objectives) != 2:
        return ()
    box = within or corners(view.searched, objectives)
    if not box.area:
        return ()
    points = [[one.values[name.name] for name in objectives] for one in view.searched]
    ways = [objective.direction for objective in objectives]
    found: list[tuple[int, float]] = []
    edge: list[list[float]] = []  # those of the points so far that add anything
    share = 0.0
    for count, point in enumerate(points, 1):
        grown = hypervolume([*edge, point], box.worst, ways) / box.area
        if grown > share:
            edge, share = [*edge, point], grown
        found.append((count, share))
    return tuple(found)
