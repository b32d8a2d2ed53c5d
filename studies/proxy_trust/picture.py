"""Rank correlation of each cheaper thing, with its seconds: what a cheaper ranking is worth."""

from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path

from nas.reporting.canvas import picture
from nas.reporting.style import FRONT_COLOUR, GREY, PUBLISHED_COLOUR
from studies.bars import bars, zero
from studies.proxy_trust.judge import TRAINING, Trust


def draw(found: Sequence[Trust], most: Trust | None, path: Path) -> None:
    """A PNG: one line for each cheaper thing, the best first, one panel for each kind of tau.

    `most`, one seed at the top against another, is a dashed line.
    """
    ordered = sorted(found, key=lambda one: -one.plain.value)
    trained = [one.kind == TRAINING for one in ordered]
    panels = {
        "all pairs": attrgetter("plain"),
        "pairs of like parameters": attrgetter("sized"),
        "pairs of like MACs": attrgetter("worked"),
    }
    with picture(path, (11, 5), dpi=120) as figure:
        drawn = figure.subplots(1, len(panels), sharey=True)
        for axes, (title, tau_of) in zip(drawn, panels.items(), strict=True):
            bars(
                axes,
                [tau_of(one) for one in ordered],
                title=title,
                across="Kendall's tau",
                names=[f"{one.name} ({one.seconds:.2g} s)" for one in ordered],
                colours=[FRONT_COLOUR if one else PUBLISHED_COLOUR for one in trained],
                markers=["o" if one else "D" for one in trained],
            )
            zero(axes)
            axes.set_xlim(-1.05, 1.05)
            if most is not None:
                axes.axvline(tau_of(most).value, color=GREY, linestyle="--")
        dashed = "" if most is None else ", dashed: one seed of the dearest against another"
        figure.supxlabel(
            "against the dearest training, 95 % interval over networks; circles: trainings,"
            f" diamonds: scores without training{dashed}",
            fontsize=9,
            color=GREY,
        )
