"""The front of a space that evaluates itself as a picture, front.png."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from nas.reporting.canvas import Apart, frame, picture
from nas.reporting.evaluated_drawing import Drawing
from nas.reporting.style import (
    ALONE,
    ASPECT,
    DOMINATED_COLOUR,
    FRONT_COLOUR,
    INK,
    SEARCHED,
    STEP_COLOUR,
    TRIAL_COLOUR,
)
from nas.reporting.view.nouns import Sample


def write_evaluated_picture(drawn: Drawing, path: Path) -> None:
    """A PNG of 1600 x 1000 pixels, complete or not at all."""
    with picture(path, ASPECT) as canvas:
        axes = canvas.add_subplot()
        _axes(axes, drawn)
        if drawn.step:
            x, y = zip(*drawn.dominated, strict=True)
            axes.fill(x, y, color=DOMINATED_COLOUR, lw=0, zorder=0)
            axes.plot(*zip(*drawn.step, strict=True), color=STEP_COLOUR, linewidth=1.6, zorder=1)
        quiet = {"s": 22, "color": TRIAL_COLOUR, "alpha": 0.65, "lw": 0, "zorder": 2}
        best = {"s": 52, "color": FRONT_COLOUR, "ec": "white", "lw": 0.8, "zorder": 3}
        _dots(axes, drawn, drawn.trials, SEARCHED, quiet)
        _dots(axes, drawn, drawn.front, ALONE, best)
        canvas.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=10)


def _axes(axes: Axes, drawn: Drawing) -> None:
    for axis, ours, name in ((axes.xaxis, drawn.x, "x"), (axes.yaxis, drawn.y, "y")):
        if ours.measure.log:
            axes.set(**{f"{name}scale": "log"})
        if ours.ticks:
            axis.set_major_locator(FixedLocator(ours.ticks))
            axis.set_minor_locator(NullLocator())
        axes.set(**{f"{name}lim": ours.ends})
        axis.set_major_formatter(Apart())
        axis.set_label_text(ours.label, color=INK, fontsize=11)
    frame(axes, drawn.title, (drawn.note,))


def _dots(
    axes: Axes, drawn: Drawing, samples: Sequence[Sample], name: str, style: dict[str, Any]
) -> None:
    if samples:
        axes.scatter(*drawn.places(samples), label=name, clip_on=False, **style)
