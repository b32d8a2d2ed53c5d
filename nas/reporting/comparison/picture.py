"""The fronts of several runs over each other as a PNG."""

from pathlib import Path

from nas.reporting.canvas import frame, picture
from nas.reporting.comparison.style import COLOURS, LINES, MARKERS
from nas.reporting.report.axes import mark_axis
from nas.reporting.report.pictures import SIZE
from nas.reporting.view.versus import Versus


def write_comparison_picture(found: Versus, path: Path) -> None:
    """Complete or not at all. Raises OSError where it cannot be written."""
    x, y = found.views[0].axes
    with picture(path, SIZE) as canvas:
        axes = canvas.add_subplot()
        for place, (name, view) in enumerate(zip(found.names, found.views, strict=True)):
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
                label=name,
            )
        every = [one for view in found.views for one in view.searched]
        mark_axis(axes.xaxis, x, [one.values[x.name] for one in every])
        mark_axis(axes.yaxis, y, [one.values[y.name] for one in every])
        note = "" if found.comparable else "measured differently: not comparable in height"
        frame(axes, f"Fronts of {' and '.join(found.names)}", (note,))
        canvas.legend(loc="outside lower center", ncols=4, frameon=False)
