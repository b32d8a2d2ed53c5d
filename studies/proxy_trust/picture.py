"""Rank correlation against seconds a network: what a cheaper ranking is worth."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

from nas.reporting.atomic import replacing
from nas.reporting.style import FRONT_COLOUR, GREY, GRID, INK, LINE, PUBLISHED_COLOUR
from studies.intervals import Interval
from studies.proxy_trust.judge import TRAINING, Trust

COLUMNS = (
    ("plain", "Kendall's tau"),
    ("sized", "pairs of like parameters"),
    ("worked", "pairs of like MACs"),
)


def draw(found: Sequence[Trust], most: Interval | None, path: Path) -> None:
    """A PNG: one line for each cheaper thing, the best first, one panel for each kind of tau."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    ordered = sorted(found, key=lambda one: -one.plain.value)
    figure, panels = plt.subplots(1, 3, figsize=(11, 5), sharey=True, dpi=120)
    for axes, (column, title) in zip(panels, COLUMNS, strict=True):
        for place, one in enumerate(ordered):
            here: Interval = getattr(one, column)
            axes.errorbar(
                here.value,
                place,
                xerr=[[max(0.0, here.value - here.low)], [max(0.0, here.high - here.value)]],
                fmt="o" if one.kind == TRAINING else "D",
                color=FRONT_COLOUR if one.kind == TRAINING else PUBLISHED_COLOUR,
                capsize=3,
            )
        axes.axvline(0, color=LINE)
        axes.set_title(title, color=INK, fontsize=10)
        axes.grid(axis="x", color=GRID)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=GREY)
        axes.set_xlim(-1, 1)
    if most is not None:
        panels[0].axvline(most.value, color=GREY, linestyle="--")
        panels[0].text(most.value, len(ordered) - 0.4, "one seed\nagainst another", ha="center",
                       fontsize=8, color=GREY)  # fmt: skip
    names = [f"{one.name} ({one.seconds:.2g} s)" for one in ordered]
    panels[0].set_yticks(range(len(ordered)), names)
    panels[0].set_ylim(len(ordered) + 0.2, -0.6)
    figure.supxlabel(
        "rank correlation with the dearest training, 95 % interval over networks;"
        " circles: trainings, diamonds: scores without training",
        fontsize=9,
        color=GREY,
    )
    figure.tight_layout()
    with replacing(path) as draft:
        figure.savefig(draft, format="png")
    plt.close(figure)
