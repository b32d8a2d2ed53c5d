"""The front of a space that evaluates itself as a picture, front.png."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from nas.core.cost import human
from nas.reporting.atomic import replacing
from nas.reporting.evaluated_drawing import Drawing, Mark
from nas.reporting.picture import DPI
from nas.reporting.style import (
    ALONE,
    ASPECT,
    DOMINATED_COLOUR,
    FRONT_COLOUR,
    GREY,
    GRID,
    INK,
    LINE,
    SEARCHED,
    STEP_COLOUR,
    TRIAL_COLOUR,
)


def write_evaluated_picture(drawn: Drawing, path: Path) -> None:
    """A PNG of 1600 x 1000 pixels, complete or not at all."""
    canvas = Canvas(figsize=ASPECT, dpi=DPI, layout=ConstrainedLayoutEngine(w_pad=0.15, h_pad=0.15))
    FigureCanvasAgg(canvas)
    axes = canvas.add_subplot()
    _frame(axes, drawn)
    if drawn.step:
        axes.fill(*_places(drawn.dominated), color=DOMINATED_COLOUR, lw=0, zorder=0)
        axes.plot(*_places(drawn.step), color=STEP_COLOUR, linewidth=1.6, zorder=1)
    _dots(axes, drawn.trials, SEARCHED, s=22, color=TRIAL_COLOUR, alpha=0.65, lw=0, zorder=2)
    _dots(axes, drawn.front, ALONE, s=52, color=FRONT_COLOUR, ec="white", lw=0.8, zorder=3)
    canvas.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=10)
    with replacing(path) as draft:
        canvas.savefig(draft, format="png")


def _frame(axes: Axes, drawn: Drawing) -> None:
    for axis, ours, name in ((axes.xaxis, drawn.x, "x"), (axes.yaxis, drawn.y, "y")):
        if ours.log:
            axes.set(**{f"{name}scale": "log"})
        if ours.ticks:
            axis.set_major_locator(FixedLocator(ours.ticks))
            axis.set_minor_locator(NullLocator())
        axes.set(**{f"{name}lim": ours.ends})
        axis.set_major_formatter(FuncFormatter(lambda value, _: human(value)))
        axis.set_label_text(ours.label, color=INK, fontsize=11, parse_math=False)
    axes.set_title(drawn.title, loc="left", fontsize=14, color=INK, pad=25, parse_math=False)
    axes.text(
        *(0, 1.02, drawn.note),
        transform=axes.transAxes,
        fontsize=9.5,
        color=GREY,
        parse_math=False,
    )
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(LINE)


def _dots(axes: Axes, marks: Sequence[Mark], name: str, **style: Any) -> None:
    if marks:
        x, y = _places([(mark.x, mark.y) for mark in marks])
        axes.scatter(x, y, label=name, clip_on=False, **style)


def _places(corners: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in corners], [y for _, y in corners]
