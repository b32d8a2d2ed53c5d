"""What the front's figure shows, as plain data that the page and the picture draw alike."""

from dataclasses import dataclass

from nas.core.knob import Genome
from nas.reporting.style import ALONE, CHEAPEST, SOLID
from nas.study.record import Record


@dataclass(frozen=True, kw_only=True)
class Point:
    """One network. `x` in the axis' unit, `y` and `error` (one standard error) in percent.

    `remark`: what its comparison with others came to, in words.
    """

    x: float
    y: float
    error: float | None
    name: str
    record: Record
    replicates: int
    separable: bool | None = None
    remark: str | None = None

    @property
    def label(self) -> str:
        """The name as short as can be: a trial's number, as the table has it."""
        return self.name.removeprefix("trial ")

    @property
    def genome(self) -> Genome:
        """Knob name -> value."""
        return self.record.genome


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Every mark and word of the figure; `stepped` where the front is a staircase in these axes."""

    title: str
    notes: tuple[str, ...]
    x_label: str
    y_label: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    x_ticks: tuple[float, ...]
    trials: tuple[Point, ...]
    front: tuple[Point, ...]
    published: tuple[Point, ...]
    stepped: bool

    @property
    def solid(self) -> tuple[Point, ...]:
        """The front's members that are not within the noise, as far as is known."""
        return tuple(point for point in self.front if point.separable is not False)

    @property
    def hollow(self) -> tuple[Point, ...]:
        """Those that are, each of its next cheaper one."""
        return tuple(point for point in self.front if point.separable is False)

    @property
    def solid_name(self) -> str:
        """What the legend may say of the solid ones."""
        if any(point.separable for point in self.front):
            return SOLID
        return CHEAPEST if self.hollow else ALONE

    @property
    def named(self) -> tuple[Point, ...]:
        """The points whose labels are written beside them."""
        return (*self.published, *self.front)

    @property
    def steps(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """The staircase's corners, x and y, on to the right edge: all beneath it is dominated."""
        if not (self.stepped and self.front):
            return (), ()
        x, y = zip(*((point.x, point.y) for point in self.front), strict=True)
        return (*x, self.x_range[1]), (*y, y[-1])
