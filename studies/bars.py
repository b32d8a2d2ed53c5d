"""Estimates with their intervals, one below the other, as every study draws them."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from nas.reporting.canvas import frame
from nas.reporting.style import FRONT_COLOUR, INK, LINE
from studies.intervals import Interval


def bars(
    axes: Axes,
    found: Sequence[Interval],
    *,
    title: str,
    across: str,
    names: Sequence[str] | None = None,
    colours: Sequence[str] | None = None,
    markers: Sequence[str] | None = None,
) -> None:
    """The first one on top. `names` are left out beside axes that have them.

    An end that cannot be told has no bar.
    """
    for place, here in enumerate(found):
        axes.errorbar(
            here.value,
            place,
            xerr=[[max(0.0, here.value - here.low)], [max(0.0, here.high - here.value)]],
            fmt=markers[place] if markers else "o",
            color=colours[place] if colours else FRONT_COLOUR,
            capsize=3,
        )
    frame(axes, title, ())
    axes.title.set_fontsize(11)
    axes.set_xlabel(across, color=INK)
    if names is not None:
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.4, -0.6)


def zero(axes: Axes) -> None:
    """Where nothing is gained."""
    axes.axvline(0, color=LINE, zorder=0)
