"""The report's front as a picture: the target against the first cost, trials named."""

from dataclasses import dataclass

from matplotlib.axes import Axes

from nas.reporting.canvas import frame
from nas.reporting.report.axes import mark_axis
from nas.reporting.style import (
    FRONT_COLOUR,
    PUBLISHED_COLOUR,
    STEP_COLOUR,
    TRIAL_COLOUR,
)
from nas.reporting.view.measure import Measure
from nas.reporting.view.nouns import Sample, View

NAMED = 40  # members of the front, above which they are not named
NEAR = 0.02  # of the axes, within which two names would lie on each other


@dataclass(frozen=True, kw_only=True)
class _Group:
    """Samples that look alike."""

    name: str
    samples: list[Sample]
    colour: str
    marker: str = "o"
    filled: bool = True
    quiet: bool = False


def draw_front(view: View, axes: Axes) -> None:
    """Beneath it a legend."""
    x, y = view.axes
    _stairs(view, axes, x, y)
    for group in _groups(view):
        if group.samples:
            _cloud(view, axes, group, x, y)
    mark_axis(axes.xaxis, x, [one.values[x.name] for one in view.samples])
    mark_axis(axes.yaxis, y, [one.values[y.name] for one in view.samples])
    if len(view.front) <= NAMED:
        _names(view, axes, x, y)
    frame(axes, f"{view.title}: the front of {len(view.searched)} trials", (view.setting,))


def _groups(view: View) -> tuple[_Group, ...]:
    others = [one for one in view.searched if not one.front]
    sure = [one for one in view.front if one.separable is not False]
    unsure = [one for one in view.front if one.separable is False]
    known = [one for one in view.samples if one.role == "published"]
    return (
        _Group(name="searched", samples=others, colour=TRIAL_COLOUR, quiet=True),
        _Group(name="front", samples=sure, colour=FRONT_COLOUR),
        _Group(name="front: gain within noise", samples=unsure, colour=FRONT_COLOUR, filled=False),
        _Group(name="published, trained alike", samples=known, colour=PUBLISHED_COLOUR, marker="D"),
    )


def _stairs(view: View, axes: Axes, x: Measure, y: Measure) -> None:
    if {x.name, y.name} != {one.name for one in view.objectives}:
        return
    grows = x.direction == "maximize"
    ordered = sorted(view.front, key=lambda one: one.values[x.name], reverse=grows)
    places = [(one.values[x.name], one.values[y.name]) for one in ordered]
    every = [one.values[x.name] for one in view.searched]
    places.append(((min if grows else max)(every), places[-1][1]))
    across, up = zip(*((a / x.scale, b / y.scale) for a, b in places), strict=True)
    axes.step(across, up, where="post", color=STEP_COLOUR, linewidth=1.8, zorder=1)


def _cloud(view: View, axes: Axes, group: _Group, x: Measure, y: Measure) -> None:
    across = [one.values[x.name] / x.scale for one in group.samples]
    up = [one.values[y.name] / y.scale for one in group.samples]
    errors = [(one.error or 0.0) / y.scale for one in group.samples]
    if any(errors) and not group.quiet and y.name == view.target:
        axes.errorbar(across, up, yerr=errors, fmt="none", ecolor=group.colour, lw=1, capsize=2.5)
    axes.plot(
        across,
        up,
        group.marker,
        markersize=5 if group.quiet else 7.5,
        alpha=0.65 if group.quiet else 1,
        markerfacecolor=group.colour if group.filled else "white",
        markeredgecolor=group.colour,
        label=group.name,
        zorder=2 if group.quiet else 3,
    )


def _names(view: View, axes: Axes, x: Measure, y: Measure) -> None:
    """The best first; one that would lie on another is left out.

    Trials above to the left, published below to the right, off the front's steps.
    """
    known = [one for one in view.samples if one.role == "published"]
    marked = sorted([*view.front, *known], key=lambda one: -one.values[y.name])
    told: list[tuple[float, float]] = []
    for one in marked:
        place = (one.values[x.name] / x.scale, one.values[y.name] / y.scale)
        across, up = axes.transAxes.inverted().transform(axes.transData.transform(place))
        if any(abs(across - a) < NEAR and abs(up - b) < 2 * NEAR for a, b in told):
            continue
        told.append((across, up))
        searched = one.role == "search"
        axes.annotate(
            one.name.removeprefix("trial "),
            place,
            xytext=(-5, 5) if searched else (6, -6),
            textcoords="offset points",
            ha="right" if searched else "left",
            va="bottom" if searched else "top",
            fontsize=9,
            color=FRONT_COLOUR if searched else PUBLISHED_COLOUR,
        )
