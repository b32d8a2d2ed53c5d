"""The front of a space that evaluates itself, as plain data that page and picture draw alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nas.core.objective import Objective
from nas.reporting.ticks import MANY, ticks
from nas.reporting.view.measure import TRIAL, Measure
from nas.reporting.view.nouns import Sample
from nas.reporting.view.of_rows import measures_of, samples_of, title_of
from nas.study.evaluated import Row


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A measure from edge to edge."""

    measure: Measure
    ends: tuple[float, float]

    @property
    def label(self) -> str:
        """The measure's name, and which way is better."""
        return self.measure.axis(log=self.measure.log)

    @property
    def ticks(self) -> tuple[float, ...]:
        """Of a log axis; none where those of the drawing library will do."""
        found = ticks(*self.ends) if self.measure.log else ()
        return found[:: -(-len(found) // MANY) or 1]

    @property
    def worst(self) -> float:
        """The edge at which nothing good is."""
        return self.ends[0] if self.measure.direction == "maximize" else self.ends[1]


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """All that is drawn: the front's samples and, behind them, all others.

    Attributes:
        measures: what is known of a sample, for those who ask.
        step: corners of the staircase, empty where more than two objectives make none.
    """

    title: str
    note: str
    x: Axis
    y: Axis
    measures: tuple[Measure, ...]
    trials: tuple[Sample, ...]
    front: tuple[Sample, ...]
    step: tuple[tuple[float, float], ...]

    @property
    def dominated(self) -> tuple[tuple[float, float], ...]:
        """Corners of what lies behind the staircase."""
        if not self.step:
            return ()
        (left, _), (right, _) = self.step[0], self.step[-1]
        return (*self.step, (right, self.y.worst), (left, self.y.worst))

    def places(self, samples: Sequence[Sample]) -> tuple[list[float], list[float]]:
        """Where they are drawn, across and up."""
        x, y = self.x.measure.name, self.y.measure.name
        return [one.values[x] for one in samples], [one.values[y] for one in samples]


def drawing(rows: Sequence[Row], objectives: Sequence[Objective], *, space: str) -> Drawing:
    """The first objective against the second, or against the trials' numbers. Raises ValueError
    where no trial is complete.
    """
    samples = samples_of(rows, objectives)
    if not samples:
        raise ValueError("expected at least one complete trial")
    measures = {one.name: one for one in measures_of(samples, objectives)}
    across = objectives[1].name if len(objectives) > 1 else TRIAL
    x, y = _axis(measures[across], samples), _axis(measures[objectives[0].name], samples)
    front = [sample for sample in samples if sample.front]
    # From the best along x, so that every next one is better along y.
    front.sort(key=lambda one: one.values[across], reverse=x.measure.direction == "maximize")
    also = [one.name for one in objectives[2:]]
    return Drawing(
        title=f"{title_of(space)}: the front of {len(samples)} evaluations",
        note=_note(len(front), len(rows) - len(samples), also),
        x=x,
        y=y,
        measures=tuple(measures.values()),
        trials=tuple(sample for sample in samples if not sample.front),
        front=tuple(front),
        step=() if also else _step(front, x, y),
    )


def _note(front: int, failed: int, further: Sequence[str]) -> str:
    said = [f"{front} on the front"]
    said += [f"{failed} failed, not drawn"] if failed else []
    said += [f"also weighed: {', '.join(further)}"] if further else []
    return "; ".join(said)


def _step(front: Sequence[Sample], x: Axis, y: Axis) -> tuple[tuple[float, float], ...]:
    """From the first, level to below the next, and so on to the edge."""
    corners: list[tuple[float, float]] = []
    for one in front:
        right, up = one.values[x.measure.name], one.values[y.measure.name]
        if corners:
            corners.append((right, corners[-1][1]))
        corners.append((right, up))
    return (*corners, (x.worst, corners[-1][1]))


def _axis(measure: Measure, samples: Sequence[Sample]) -> Axis:
    values = [sample.values[measure.name] for sample in samples]
    low, high = min(values), max(values)
    if measure.log:
        margin = (high / low) ** 0.05
        return Axis(measure=measure, ends=(low / margin, high * margin))
    margin = 0.05 * (high - low) or 0.05 * abs(high) or 1.0  # of a single value as well
    return Axis(measure=measure, ends=(low - margin, high + margin))
