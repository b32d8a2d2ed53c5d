"""From the records to the front's figure: where each network is drawn, and what is said of it."""

from collections.abc import Iterator, Sequence

from nas.core.cost import Metric
from nas.core.objective import Objective
from nas.reporting.drawing import Figure, Point
from nas.reporting.front import FrontMember, first_cost, front
from nas.reporting.noise import Noise, noise
from nas.reporting.published import published, standing, verdict
from nas.reporting.replicates import mean_accuracy, replicates
from nas.reporting.ticks import ticks
from nas.study.record import Record

_AXES: dict[Metric, tuple[str, float]] = {
    "params": ("parameters (millions, log scale)", 1e6),
    "macs": ("MACs of one image (billions, log scale)", 1e9),
    "flops": ("FLOPs of one image (billions, log scale)", 1e9),
}


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
    on_front = front(records, objectives)
    members = _front_points(on_front, metric, spread)
    trials = _trial_points(records, metric, frozenset(point.record.key for point in members))
    known = _published_points(records, on_front, objectives, metric, spread)
    stepped = len(objectives) == 2
    told = verdict(published(records), on_front, objectives, spread)
    every = (*trials, *members, *known)
    x_range = _x_range([point.x for point in every])
    return Figure(
        title=f"{space}: the front of {len(trials) + len(members)} networks trained on {data}",
        notes=(
            fidelity,
            "; ".join(_explained(spread, members=bool(members), stepped=stepped)),
            *([] if told is None else [told]),
        ),
        x_label=_AXES[metric][0],
        y_label="validation accuracy (%)",
        x_range=x_range,
        y_range=_y_range(every),
        x_ticks=ticks(*x_range),
        trials=trials,
        front=members,
        published=known,
        stepped=stepped,
    )


def _explained(spread: Noise | None, *, members: bool, stepped: bool) -> Iterator[str]:
    """What the marks mean, where there are any."""
    if spread is None:
        yield "noise unknown: no network was trained with two seeds"
    else:
        yield f"bars: one standard error, seed SD {spread.sd * 100:.2g} points"
    if members:
        yield "numbers: trials"
    if members and stepped:
        yield "shaded: dominated by the front"


def _front_points(
    members: Sequence[FrontMember], metric: Metric, spread: Noise | None
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
            remark=_remark(member),
        )
        for member in members
    )


def _remark(member: FrontMember) -> str | None:
    if member.cheapest:
        return "the cheapest of the front"
    if member.separable is None:
        return None
    return f"gain over the next cheaper {'beyond' if member.separable else 'within'} noise"


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
    records: Sequence[Record],
    members: Sequence[FrontMember],
    objectives: Sequence[Objective],
    metric: Metric,
    spread: Noise | None,
) -> tuple[Point, ...]:
    return tuple(
        Point(
            x=_x(member.record, metric),
            y=100 * member.accuracy,
            error=_error(spread, member.replicates),
            name=member.label,
            record=member.record,
            replicates=member.replicates,
            remark=standing(member, members, objectives, spread)[0],
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
