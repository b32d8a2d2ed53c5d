"""The fronts of several runs over each other as a PNG."""

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from nas.reporting.atomic import replacing
from nas.reporting.comparison.style import COLOURS, LINES, MARKERS
from nas.reporting.report.axes import finish, mark_axis
from nas.reporting.report.pictures import DPI, SIZE, front_axes
from nas.reporting.view.versus import Versus


def write_comparison_picture(found: Versus, path: Path) -> None:
    """Complete or not at all. Raises OSError where it cannot be written."""
    first = found.views[0]
    x, y = (first.measure(name) for name in front_axes(first))
    canvas = Figure(figsize=SIZE, dpi=DPI, layout="constrained")
    FigureCanvasAgg(canvas)
    axes = canvas.add_subplot()
    for place, view in enumerate(found.views):
        colour = COLOURS[place % len(COLOURS)]
        marker = MARKERS[place % len(MARKERS)]
        others = [one for one in view.searched if not one.front]
        axes.plot(
            [one.values[x.name] / x.scale for one in others],
            [one.values[y.name] / y.scale for one in others],
            marker,
            color=colour,
            markersize=4,
            alpha=0.3,
            markeredgewidth=0,
        )
        axes.plot(
            [one.values[x.name] / x.scale for one in view.front],
            [one.values[y.name] / y.scale for one in view.front],
            marker=marker,
            color=colour,
            linestyle=LINES[place % len(LINES)],
            drawstyle="steps-post",
            linewidth=1.5,
            markersize=7,
            label=view.study,
        )
    every = [one for view in found.views for one in view.searched]
    mark_axis(axes.xaxis, x, [one.values[x.name] for one in every])
    mark_axis(axes.yaxis, y, [one.values[y.name] for one in every])
    note = "" if found.comparable else "measured differently: not comparable in height"
    finish(axes, "Fronts of " + " and ".join(view.study for view in found.views), note)
    axes.legend(loc="lower right", frameon=False)
    with replacing(path) as draft:
        canvas.savefig(draft, format="png")
