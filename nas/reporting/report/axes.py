"""How the report's pictures draw an axis: units, round ticks, no box."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from nas.reporting.style import GREY, GRID, INK, LINE
from nas.reporting.ticks import ticks
from nas.reporting.view.nouns import Measure


def mark_axis(axis: Axis, measure: Measure, values: Sequence[float]) -> None:
    """Its label with the unit; for a measure that asks for it a log scale around `values`."""
    shown = [value / measure.scale for value in values]
    axis.set_label_text(measure.title, color=INK)
    if not (measure.log and min(shown) > 0):
        return
    low, high = min(shown), max(shown)
    margin = max((high / low) ** 0.06, 1.05)
    ends = low / margin, high * margin
    across = axis.axis_name == "x"  # type: ignore[attr-defined]
    (axis.axes.set_xscale if across else axis.axes.set_yscale)("log")
    (axis.axes.set_xlim if across else axis.axes.set_ylim)(*ends)
    axis.set_major_locator(FixedLocator(ticks(*ends)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_label_text(f"{measure.title}, log scale", color=INK)


def finish(axes: Axes, title: str, note: str) -> None:
    """Title and note above; grid behind; a line below alone."""
    axes.set_title(title, loc="left", fontsize=13, color=INK, pad=24)
    axes.text(0, 1.02, note, transform=axes.transAxes, fontsize=9.5, color=GREY)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
