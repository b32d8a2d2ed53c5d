"""A network as a row of boxes: its parts as the space prices them, each with its own knobs."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from nas.core.cost import Cost, human
from nas.core.knob import Genome
from nas.reporting.canvas import picture
from nas.reporting.style import FRONT_COLOUR, GREY, INK, LINE, PUBLISHED_COLOUR
from nas.reporting.view.nouns import Sample

LINES = 8  # knobs of one part that have room
WIDE = 1.9  # inches of a part


def write_diagram(sample: Sample, parts: Mapping[str, Cost], path: Path) -> None:
    """A PNG. A knob belongs to the part whose name its own begins with: stages.0.width."""
    params = sum(cost.params for cost in parts.values())
    macs = sum(cost.macs for cost in parts.values())
    with picture(path, (WIDE * max(len(parts), 3) + 0.6, 4.2), dpi=130) as canvas:
        canvas.set_layout_engine("none")  # the axes are all of it
        axes = canvas.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_xlim(-0.15, max(len(parts), 3) + 0.15)
        axes.set_ylim(0, 1)
        axes.axis("off")
        _heading(axes, sample, parts)
        for place, (name, cost) in enumerate(parts.items()):
            if place:
                axes.annotate(
                    "",
                    (place + 0.05, 0.55),
                    (place - 0.05, 0.55),
                    arrowprops={"arrowstyle": "->", "color": GREY},
                )
            _part(axes, place, name, _own(sample.genome, name))
            _share(axes, place, 0.155, "params", cost.params, params, FRONT_COLOUR)
            _share(axes, place, 0.065, "MACs", cost.macs, macs, PUBLISHED_COLOUR)


def _heading(axes: Axes, sample: Sample, parts: Mapping[str, Cost]) -> None:
    shared = [
        f"{name} {value}"
        for name, value in sample.genome.items()
        if not any(name.startswith(f"{part}.") for part in parts)
    ]
    params = human(sum(cost.params for cost in parts.values()))
    macs = human(sum(cost.macs for cost in parts.values()))
    title = f"{sample.name}: {params} parameters, {macs} MACs"
    axes.text(0.0, 0.945, title, fontsize=13, color=INK, va="center")
    axes.text(0.0, 0.865, ",  ".join(shared), fontsize=9.5, color=GREY, va="center")


def _own(genome: Genome, part: str) -> list[str]:
    """The part's knobs without its name."""
    head = f"{part}."
    found = [
        f"{name.removeprefix(head)} {value}"
        for name, value in genome.items()
        if name.startswith(head)
    ]
    return found if len(found) <= LINES else [*found[: LINES - 1], "…"]


def _part(axes: Axes, place: int, name: str, knobs: list[str]) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (place + 0.06, 0.27),
            0.88,
            0.53,
            boxstyle="round,pad=0,rounding_size=0.03",
            facecolor="#F5F8FA",
            edgecolor=LINE,
        )
    )
    axes.text(place + 0.5, 0.74, name, ha="center", va="center", fontsize=11, weight="bold")
    axes.text(
        *(place + 0.5, 0.69, "\n".join(knobs)),
        ha="center",
        va="top",
        fontsize=9,
        linespacing=1.35,
        color=INK,
    )


def _share(
    axes: Axes, place: int, height: float, name: str, value: int, whole: int, colour: str
) -> None:
    """A bar of the part's share of the whole, with words above."""
    share = value / whole if whole else 0.0
    axes.text(
        place + 0.06,
        height + 0.045,
        f"{share:.0%} of {name}",
        fontsize=8.5,
        color=GREY,
        va="center",
    )
    axes.barh(height, 0.88, left=place + 0.06, height=0.03, color="#EEEEEE")
    axes.barh(height, 0.88 * share, left=place + 0.06, height=0.03, color=colour)
