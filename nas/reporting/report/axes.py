"""How matplotlib draws an axis: units and, on a log scale, round ticks."""

from collections.abc import Sequence

from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, NullLocator

from nas.reporting.canvas import Apart
from nas.reporting.style import INK
from nas.reporting.ticks import ticks
from nas.reporting.view.measure import Measure


def mark_axis(axis: Axis, measure: Measure, values: Sequence[float]) -> None:
    """Its label with the unit; for a measure that asks for it a log scale around `values`."""
    shown = [value / measure.scale for value in values]
    log = measure.log and min(shown) > 0
    axis.set_label_text(measure.axis(log=log), color=INK)
    axis.set_major_formatter(Apart())
    if not log:
        return
    low, high = min(shown), max(shown)
    margin = max((high / low) ** 0.06, 1.05)
    ends = low / margin, high * margin
    across = axis.axis_name == "x"  # type: ignore[attr-defined]
    (axis.axes.set_xscale if across else axis.axes.set_yscale)("log")
    (axis.axes.set_xlim if across else axis.axes.set_ylim)(*ends)
    axis.set_major_locator(FixedLocator(ticks(*ends)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(Apart())  # a scale brings a formatter of its own
