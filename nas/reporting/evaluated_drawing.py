"""The front of a space that evaluates itself, as plain data that page and picture draw alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nas.core.objective import Direction, Objective
from nas.reporting.evaluated import front_rows
from nas.reporting.ticks import MANY, ticks
from nas.study.evaluated import Row

TRIAL = "trial"  # along the axis where there is but one objective
WIDE = 30.0  # positive values that span so many times their least are drawn by their logarithms
_WORDS: dict[Direction, str] = {
    "minimize": "lower is better",
    "maximize": "higher is better",
}


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One objective from edge to edge, or the trials' numbers, of which none is better."""

    name: str
    direction: Direction | None
    log: bool
    ends: tuple[float, float]

    @property
    def label(self) -> str:
        """The objective's name, and which way is better."""
        said = [] if self.direction is None else [_WORDS[self.direction]]
        said += ["log scale"] if self.log else []
        return f"{self.name} ({', '.join(said)})" if said else self.name

    @property
    def ticks(self) -> tuple[float, ...]:
        """Of a log axis; none where those of the drawing library will do."""
        found = ticks(*self.ends) if self.log else ()
        return found[:: -(-len(found) // MANY) or 1]

    @property
    def worst(self) -> float:
        """The edge at which nothing good is."""
        return self.ends[0] if self.direction == "maximize" else self.ends[1]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A trial and where it is drawn."""

    x: float
    y: float
    row: Row


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """All that is drawn: the front's marks and, behind them, those of all other trials.

    Attributes:
        step: corners of the staircase, empty where more than two objectives make none.
    """

    title: str
    note: str
    x: Axis
    y: Axis
    trials: tuple[Mark, ...]
    front: tuple[Mark, ...]
    step: tuple[tuple[float, float], ...]

    @property
    def dominated(self) -> tuple[tuple[float, float], ...]:
        """Corners of what lies behind the staircase."""
        if not self.step:
            return ()
        (left, _), (right, _) = self.step[0], self.step[-1]
        return (*self.step, (right, self.y.worst), (left, self.y.worst))


def drawing(rows: Sequence[Row], objectives: Sequence[Objective], *, space: str) -> Drawing:
    """The first objective against the second, or against the trials' numbers. Raises ValueError
    where no trial is complete.
    """
    complete = [row for row in rows if row.failure is None]
    if not complete:
        raise ValueError("expected at least one complete trial")
    kept = front_rows(rows, objectives)
    best = {row.number for row in kept}
    y = _axis(objectives[0], complete)
    x = _axis(objectives[1], complete) if len(objectives) > 1 else _numbers(complete)
    front = _marks(kept, objectives)
    others = len(objectives) - 2
    return Drawing(
        # Of a table's path, its name.
        title=f"{space.rpartition('/')[2]}: the front of {len(complete)} evaluations",
        note=_note(len(kept), len(rows) - len(complete), [one.name for one in objectives[2:]]),
        x=x,
        y=y,
        trials=_marks([row for row in complete if row.number not in best], objectives),
        front=front,
        step=_step(front, x) if others == 0 else (),
    )


def _note(front: int, failed: int, further: Sequence[str]) -> str:
    said = [f"{front} on the front"]
    said += [f"{failed} failed, not drawn"] if failed else []
    said += [f"also weighed: {', '.join(further)}"] if further else []
    return "; ".join(said)


def _marks(rows: Sequence[Row], objectives: Sequence[Objective]) -> tuple[Mark, ...]:
    return tuple(
        Mark(
            x=row.value(objectives[1].name) if len(objectives) > 1 else row.number,
            y=row.value(objectives[0].name),
            row=row,
        )
        for row in rows
    )


def _step(front: Sequence[Mark], x: Axis) -> tuple[tuple[float, float], ...]:
    """From the mark that is best along x, level to below the next, and so on to the edge."""
    ordered = sorted(front, key=lambda mark: mark.x, reverse=x.direction == "maximize")
    corners: list[tuple[float, float]] = []
    for mark in ordered:
        if corners:
            corners.append((mark.x, corners[-1][1]))
        corners.append((mark.x, mark.y))
    return (*corners, (x.worst, corners[-1][1]))


def _axis(objective: Objective, rows: Sequence[Row]) -> Axis:
    values = [row.value(objective.name) for row in rows]
    low, high = min(values), max(values)
    if low > 0 and high / low > WIDE:
        margin = (high / low) ** 0.05
        return Axis(
            name=objective.name,
            direction=objective.direction,
            log=True,
            ends=(low / margin, high * margin),
        )
    return Axis(
        name=objective.name, direction=objective.direction, log=False, ends=_wider(low, high)
    )


def _numbers(rows: Sequence[Row]) -> Axis:
    numbers = [float(row.number) for row in rows]
    ends = _wider(min(numbers), max(numbers))
    return Axis(name=TRIAL, direction=None, log=False, ends=ends)


def _wider(low: float, high: float) -> tuple[float, float]:
    """With a margin; of a single value as well."""
    margin = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
    return low - margin, high + margin
