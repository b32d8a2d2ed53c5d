"""The front as a picture, front.png: matplotlib without a display."""

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from nas.reporting.canvas import frame, picture
from nas.reporting.drawing import Figure, Point
from nas.reporting.labels import Side, label_height, place_labels
from nas.reporting.style import (
    ASPECT,
    DOMINATED_COLOUR,
    FRONT_COLOUR,
    HOLLOW,
    INK,
    PUBLISHED,
    PUBLISHED_COLOUR,
    SEARCHED,
    STEP_COLOUR,
    TRIAL_COLOUR,
)

BARS: dict[str, Any] = {"elinewidth": 1.1, "capsize": 2.5}
_SHIFT = {"left": -7, "center": 0, "right": 7}  # points of a label from its mark
_ALIGN = {"left": "right", "center": "center", "right": "left"}


def write_picture(drawn: Figure, path: Path) -> None:
    """A PNG of 1600 x 1000 pixels, complete or not at all."""
    with picture(path, ASPECT) as canvas:
        axes = canvas.add_subplot()
        _axes(axes, drawn)
        _steps(axes, drawn)
        _trials(axes, drawn)
        _marked(axes, drawn.solid, "o", FRONT_COLOUR, FRONT_COLOUR, drawn.solid_name)
        _marked(axes, drawn.hollow, "o", FRONT_COLOUR, "white", HOLLOW)
        _marked(axes, drawn.published, "D", PUBLISHED_COLOUR, PUBLISHED_COLOUR, PUBLISHED)
        _labels(axes, drawn)
        if axes.get_legend_handles_labels()[0]:  # below the axes, where it cannot cover a point
            canvas.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=10)


def _axes(axes: Axes, drawn: Figure) -> None:
    axes.set_xscale("log")
    axes.set_xlim(*drawn.x_range)
    axes.set_ylim(*drawn.y_range)
    axes.xaxis.set_major_locator(FixedLocator(drawn.x_ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel(drawn.x_label, color=INK, fontsize=11)
    axes.set_ylabel(drawn.y_label, color=INK, fontsize=11)
    frame(axes, drawn.title, drawn.notes)


def _trials(axes: Axes, drawn: Figure) -> None:
    if drawn.trials:
        x, y = _places(drawn.trials)
        axes.scatter(x, y, s=22, color=TRIAL_COLOUR, alpha=0.65, linewidths=0, label=SEARCHED)


def _steps(axes: Axes, drawn: Figure) -> None:
    x, y = drawn.steps
    if x:
        axes.fill_between(
            x, y, drawn.y_range[0], step="post", color=DOMINATED_COLOUR, lw=0, zorder=0
        )
        axes.plot(x, y, color=STEP_COLOUR, linewidth=1.6, drawstyle="steps-post", zorder=1)


def _marked(
    axes: Axes, points: tuple[Point, ...], marker: str, colour: str, fill: str, name: str
) -> None:
    """Points with their error bars, if there are any; the legend shows the marker alone."""
    if not points:
        return
    x, y = _places(points)
    if points[0].error is not None:
        errors = [point.error or 0.0 for point in points]
        axes.errorbar(x, y, yerr=errors, fmt="none", ecolor=colour, zorder=3, **BARS)
    axes.plot(
        x,
        y,
        marker,
        markersize=7.5 if marker == "D" else 7.0,
        markerfacecolor=fill,
        markeredgecolor="white" if fill == colour else colour,
        markeredgewidth=0.8 if fill == colour else 1.4,
        label=name,
        zorder=4,
    )


def _labels(axes: Axes, drawn: Figure) -> None:
    for point, side in zip(drawn.named, place_labels(drawn), strict=True):
        _label(axes, point, side, FRONT_COLOUR if point in drawn.front else PUBLISHED_COLOUR)


def _label(axes: Axes, point: Point, side: Side, colour: str) -> None:
    vertical, _, horizontal = side.partition(" ")
    axes.annotate(
        point.label,
        (point.x, label_height(point, side)),
        xytext=(_SHIFT[horizontal], {"top": 7, "middle": 0, "bottom": -7}[vertical]),
        textcoords="offset points",
        ha=_ALIGN[horizontal],
        va={"top": "bottom", "middle": "center", "bottom": "top"}[vertical],
        fontsize=10,
        color=colour,
        zorder=5,
    )


def _places(points: tuple[Point, ...]) -> tuple[list[float], list[float]]:
    return [point.x for point in points], [point.y for point in points]
