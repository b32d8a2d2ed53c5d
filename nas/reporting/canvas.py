"""A picture as a PNG file: matplotlib without a display, with every text as it is written."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import Formatter

from nas.reporting.atomic import replacing
from nas.reporting.style import GREY, GRID, INK, LINE
from nas.reporting.view.measure import digits

DPI = 160
PAD = 0.15  # inches around
NOTE = 13  # points of a line
MOST = 16  # digits of a double


class Apart(Formatter):
    """Ticks' numbers with as many digits as it takes to tell them apart."""

    def __call__(self, value: float, pos: int | None = None) -> str:
        """One of them alone."""
        return digits(value)

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """All of an axis: what rounding moves is a hundredth of the least step."""
        steps = [abs(right - left) for left, right in pairwise(values)]
        for count in range(4, MOST):
            moved = (abs(float(f"{value:.{count}g}") - value) for value in values)
            if not steps or max(moved) <= min(steps) / 100:
                break
        return [digits(value, count) for value in values]


@contextmanager
def picture(path: Path, inches: tuple[float, float], *, dpi: int = DPI) -> Iterator[Figure]:
    """A figure to draw on, written when the block ends, complete or not at all.

    A dollar sign in a name begins no formula, and a letter that the font lacks is a box, no
    warning. Raises OSError where it cannot be written.
    """
    with (
        rc_context({"text.parse_math": False}),
        warnings.catch_warnings(),
        replacing(path) as draft,
    ):
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        layout = ConstrainedLayoutEngine(w_pad=PAD, h_pad=PAD)
        canvas = Figure(figsize=inches, dpi=dpi, layout=layout)
        FigureCanvasAgg(canvas)
        yield canvas
        canvas.savefig(draft, format="png")


def frame(axes: Axes, title: str, notes: Sequence[str]) -> None:
    """Title and notes above, one a line; a grid behind, and no box but a line below."""
    axes.set_title(title, loc="left", fontsize=14, color=INK, pad=12 + NOTE * len(notes))
    axes.text(
        *(0, 1.02, "\n".join(notes)),
        transform=axes.transAxes,
        fontsize=9.5,
        linespacing=1.4,
        color=GREY,
    )
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
