"""What the front's figure shows, as plain data that the page and the picture draw alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from nas.core.cost import Metric
from nas.core.knob import Genome
from nas.core.objective import Objective
from nas.reporting.front import first_cost, front
from nas.reporting.noise import Noise, noise
from nas.reporting.published import published
from nas.reporting.replicates import mean_accuracy, replicates
from nas.reporting.ticks import ticks
from nas.study.record import Record

# Okabe & Ito's colours, told apart with every common colour vision; grey for what is background.
FRONT_COLOUR, PUBLISHED_COLOUR, TRIAL_COLOUR = "#0072B2", "#D55E00", "#9A9A9A"
SEARCHED, SOLID, PUBLISHED = "searched", "front", "published, trained alike"  # the legend
HOLLOW = "front, within noise of the next cheaper"
INK, GRID = "#222222", "#E6E6E6"
ASPECT = (10.0, 6.25)  # inches of the picture; the page keeps the proportion where it can
_AXES: dict[Metric, tuple[str, float]] = {
    "params": ("parameters (millions, log scale)", 1e6),
    "macs": ("MACs of one image (billions, log scale)", 1e9),
    "flops": ("FLOPs of one image (billions, log scale)", 1e9),
}


@dataclass(frozen=True, kw_only=True)
class Point:
    """One network. `x` in the axis' unit, `y` and `error` (one standard error) in percent."""

    x: float
    y: float
    error: float | None
    name: str
    record: Record
    replicates: int
    separable: bool | None = None

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


def figure(
    records: Sequence[Record],
    objectives: Sequence[Objective],
    *,
    space: str,
    data: str,
    fidelity: str,
) -> Figure:
    """Accuracy against the first cost weighed; the three words are those of the title."""
    spread, metric = noise(records), first_cost(objectives)
    members = _front_points(records, objectives, metric, spread)
    trials = _trial_points(records, metric, frozenset(point.record.key for point in members))
    known = _published_points(records, metric, spread)
    every = (*trials, *members, *known)
    x_range = _x_range([point.x for point in every])
    return Figure(
        title=f"{space}: the front of {len(trials) + len(members)} networks trained on {data}",
        notes=(fidelity, _noise_note(spread)),
        x_label=_AXES[metric][0],
        y_label="validation accuracy (%)",
        x_range=x_range,
        y_range=_y_range(every),
        x_ticks=ticks(*x_range),
        trials=trials,
        front=members,
        published=known,
        stepped=len(objectives) == 2,
    )


def _noise_note(spread: Noise | None) -> str:
    if spread is None:
        return "noise unknown: no network was trained with two seeds"
    return f"bars: one standard error; seed SD {spread.sd * 100:.2g} points"


def _front_points(
    records: Sequence[Record],
    objectives: Sequence[Objective],
    metric: Metric,
    spread: Noise | None,
) -> tuple[Point, ...]:
    return tuple(
        Point(
            x=_x(member.record, metric),
            y=100 * member.accuracy,
            error=_error(spread, member.replicates),
            name=f"trial {member.number}",
            record=member.record,
            replicates=member.replicates,
            separable=member.separable,
        )
        for member in front(records, objectives)
    )


def _trial_points(
    records: Sequence[Record], metric: Metric, on_front: frozenset[str]
) -> tuple[Point, ...]:
    """The complete search trials behind the front, one a key."""
    groups = replicates(records)
    searched = {
        record.key: record
        for record in sorted(records, key=lambda record: -record.number)
        if record.role == "search" and record.complete and record.key not in on_front
    }
    return tuple(
        Point(
            x=_x(record, metric),
            y=100 * mean_accuracy(groups[key]),
            error=None,
            name=f"trial {record.number}",
            record=record,
            replicates=len(groups[key]),
        )
        for key, record in reversed(searched.items())
    )


def _published_points(
    records: Sequence[Record], metric: Metric, spread: Noise | None
) -> tuple[Point, ...]:
    return tuple(
        Point(
            x=_x(member.record, metric),
            y=100 * member.accuracy,
            error=_error(spread, member.replicates),
            name=member.label,
            record=member.record,
            replicates=member.replicates,
        )
        for member in published(records)
    )


def _x(record: Record, metric: Metric) -> float:
    return float(getattr(record, metric)) / _AXES[metric][1]


def _error(spread: Noise | None, n: int) -> float | None:
    return None if spread is None else 100 * spread.error(n)


def _x_range(values: Sequence[float]) -> tuple[float, float]:
    """The data's, with a margin that is the same on both sides of a log axis."""
    low, high = (min(values), max(values)) if values else (1.0, 10.0)
    margin = max((high / low) ** 0.06, 1.02)
    return low / margin, high * margin


def _y_range(points: Sequence[Point]) -> tuple[float, float]:
    """The data's and its error bars', with room for labels above."""
    lows = [point.y - (point.error or 0.0) for point in points] or [0.0]
    highs = [point.y + (point.error or 0.0) for point in points] or [100.0]
    margin = max(0.08 * (max(highs) - min(lows)), 0.5)
    return min(lows) - margin, max(highs) + margin
