"""Where to write the names of marked points so that no name lies on another one or on a mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Literal

from nas.reporting.drawing import Figure, Point
from nas.reporting.style import ASPECT

Side = Literal[
    "top center",
    "bottom center",
    "middle right",
    "middle left",
    "top right",
    "top left",
    "bottom right",
    "bottom left",
]
SIDES: tuple[Side, ...] = (
    "top center",
    "bottom center",
    "middle right",
    "middle left",
    "top right",
    "top left",
    "bottom right",
    "bottom left",
)
# Sizes as shares of the plot's width and height, a little generous so that both renderings hold.
LETTER_WIDTH, LINE_HEIGHT, MARK = 0.0115, 0.042, 0.012
GAP = 0.012


@dataclass(frozen=True)
class Box:
    """A rectangle in shares of the plot, 0..1 from its lower left."""

    left: float
    low: float
    right: float
    high: float

    def overlap(self, other: "Box") -> float:
        """The shared area."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        tall = min(self.high, other.high) - max(self.low, other.low)
        return max(wide, 0.0) * max(tall, 0.0)

    @property
    def outside(self) -> float:
        """The area beyond the plot."""
        whole = (self.right - self.left) * (self.high - self.low)
        return whole - self.overlap(Box(0.0, 0.0, 1.0, 1.0))


def place_labels(drawn: Figure) -> tuple[Side, ...]:
    """A side for the label of each named point, one after the other: the least covered."""
    taken = [_mark(drawn, point) for point in (*drawn.trials, *drawn.named)]
    taken += [box for point in drawn.named for box in _bar(drawn, point)]
    taken += _stairs(drawn)
    chosen: list[Side] = []
    for point in drawn.named:
        boxes = {side: label_box(drawn, point, side) for side in SIDES}
        best = min(SIDES, key=lambda side: _covered(boxes[side], taken))
        chosen.append(best)
        taken.append(boxes[best])
    return tuple(chosen)


def _covered(box: Box, taken: Sequence[Box]) -> float:
    return round(sum(box.overlap(other) for other in taken) + 10 * box.outside, 9)


def _place(drawn: Figure, x: float, y: float) -> tuple[float, float]:
    """Shares of the plot, log in x."""
    (left, right), (low, high) = drawn.x_range, drawn.y_range
    return log(x / left) / log(right / left), (y - low) / (high - low)


def _stairs(drawn: Figure) -> list[Box]:
    """The treads of the front's staircase; its risers lie on the front's error bars."""
    x, y = drawn.steps
    places = [_place(drawn, left, height) for left, height in zip(x, y, strict=True)]
    return [
        Box(left, height - MARK / 4, right, height + MARK / 4)
        for (left, height), (right, _) in pairwise(places)
    ]


def _mark(drawn: Figure, point: Point) -> Box:
    x, y = _place(drawn, point.x, point.y)
    tall = MARK * ASPECT[0] / ASPECT[1]
    return Box(x - MARK / 2, y - tall / 2, x + MARK / 2, y + tall / 2)


def _bar(drawn: Figure, point: Point) -> tuple[Box, ...]:
    """The error bar, if any."""
    if point.error is None:
        return ()
    x, low = _place(drawn, point.x, point.y - point.error)
    high = _place(drawn, point.x, point.y + point.error)[1]
    return (Box(x - MARK / 4, low, x + MARK / 4, high),)


def label_height(point: Point, side: Side) -> float:
    """Where a name on this side is attached, in percent: at the end of the error bar, if any."""
    bar = point.error or 0.0
    return point.y + {"top": bar, "middle": 0.0, "bottom": -bar}[side.partition(" ")[0]]


def label_box(drawn: Figure, point: Point, side: Side) -> Box:
    """The room that the point's name takes on this side of it."""
    x, y = _place(drawn, point.x, label_height(point, side))
    wide, tall = LETTER_WIDTH * len(point.label), LINE_HEIGHT
    vertical, _, horizontal = side.partition(" ")
    left = {"left": x - GAP - wide, "center": x - wide / 2, "right": x + GAP}[horizontal]
    low = {"top": y + 1.5 * GAP, "middle": y - tall / 2, "bottom": y - 1.5 * GAP - tall}[vertical]
    return Box(left, low, left + wide, low + tall)
