"""The front as a picture, front.png: matplotlib without a display."""

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from nas.reporting.atomic import replacing
from nas.reporting.figure import (
    ASPECT,
    FRONT_COLOUR,
    GRID,
    HOLLOW,
    INK,
    PUBLISHED,
    PUBLISHED_COLOUR,
    SEARCHED,
    SOLID,
    TRIAL_COLOUR,
    Figure,
    Point,
)
from nas.reporting.labels import Side, label_height, place_labels

DPI = 160
BARS: dict[str, Any] = {"elinewidth": 1.1, "capsize": 2.5}
_SHIFT = {"left": -7, "center": 0, "right": 7}  # points of a label from its mark
_ALIGN = {"left": "right", "center": "center", "right": "left"}


def write_picture(drawn: Figure, path: Path) -> None:
    """A PNG of 1600 x 1000 pixels, complete or not at all."""
    canvas = Canvas(figsize=ASPECT, dpi=DPI, layout=ConstrainedLayoutEngine(w_pad=0.15, h_pad=0.15))
    FigureCanvasAgg(canvas)
    axes = canvas.add_subplot()
    _axes(axes, drawn)
    _trials(axes, drawn)
    _front(axes, drawn)
    _published(axes, drawn)
    if axes.get_legend_handles_labels()[0]:  # below the axes, where it cannot cover a point
        canvas.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=10)
    with replacing(path) as draft:
        canvas.savefig(draft, format="png")


def _axes(axes: Axes, drawn: Figure) -> None:
    axes.set_xscale("log")
    axes.set_xlim(*drawn.x_range)
    axes.set_ylim(*drawn.y_range)
    axes.xaxis.set_major_locator(FixedLocator(drawn.x_ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel(drawn.x_label, color=INK, fontsize=11)
    axes.set_ylabel(drawn.y_label, color=INK, fontsize=11)
    axes.set_title(drawn.title, loc="left", fontsize=14, color=INK, pad=24)
    axes.text(
        0, 1.02, "; ".join(drawn.notes), transform=axes.transAxes, fontsize=9.5, color="#666666"
    )
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color("#AAAAAA")


def _trials(axes: Axes, drawn: Figure) -> None:
    if drawn.trials:
        x, y = _places(drawn.trials)
        axes.scatter(x, y, s=22, color=TRIAL_COLOUR, alpha=0.65, linewidths=0, label=SEARCHED)


def _front(axes: Axes, drawn: Figure) -> None:
    if not drawn.front:
        return
    if drawn.stepped:
        x, y = _places(drawn.front)
        axes.plot(x, y, color=FRONT_COLOUR, linewidth=1.6, alpha=0.8, drawstyle="steps-post")
    solid = tuple(point for point in drawn.front if point.separable is not False)
    hollow = tuple(point for point in drawn.front if point.separable is False)
    _marked(axes, solid, "o", 7.0, FRONT_COLOUR, FRONT_COLOUR, SOLID)
    _marked(axes, hollow, "o", 7.0, FRONT_COLOUR, "white", HOLLOW)


def _published(axes: Axes, drawn: Figure) -> None:
    _marked(axes, drawn.published, "D", 7.5, PUBLISHED_COLOUR, PUBLISHED_COLOUR, PUBLISHED)
    for point, side in zip(drawn.published, place_labels(drawn), strict=True):
        _name(axes, point, side)


def _marked(
    axes: Axes,
    points: tuple[Point, ...],
    marker: str,
    size: float,
    colour: str,
    fill: str,
    label: str,
) -> None:
    """Points with their error bars, if there are any."""
    if not points:
        return
    x, y = _places(points)
    errors = [point.error or 0.0 for point in points] if points[0].error is not None else None
    axes.errorbar(
        x,
        y,
        yerr=errors,
        fmt=marker,
        markersize=size,
        color=colour,
        markerfacecolor=fill,
        markeredgecolor="white" if fill == colour else colour,
        markeredgewidth=0.8 if fill == colour else 1.4,
        label=label,
        zorder=3,
        **BARS,
    )


def _name(axes: Axes, point: Point, side: Side) -> None:
    vertical, _, horizontal = side.partition(" ")
    axes.annotate(
        point.name,
        (point.x, label_height(point, side)),
        xytext=(_SHIFT[horizontal], {"top": 7, "middle": 0, "bottom": -7}[vertical]),
        textcoords="offset points",
        ha=_ALIGN[horizontal],
        va={"top": "bottom", "middle": "center", "bottom": "top"}[vertical],
        fontsize=10,
        color=PUBLISHED_COLOUR,
        zorder=4,
    )


def _places(points: tuple[Point, ...]) -> tuple[list[float], list[float]]:
    return [point.x for point in points], [point.y for point in points]
