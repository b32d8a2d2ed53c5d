"""Each gap and each choice's worth with its interval, against the margin."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

from nas.reporting.atomic import replacing
from nas.reporting.style import FRONT_COLOUR, GREY, GRID, INK, LINE, PUBLISHED_COLOUR, TRIAL_COLOUR
from studies.intervals import Interval
from studies.recover_variants.effects import Effect
from studies.recover_variants.judge import LUCK, MARGIN, TOGETHER, Gap

COLOURS = {LUCK: TRIAL_COLOUR, TOGETHER: PUBLISHED_COLOUR}


def draw(gaps: Sequence[Gap], effects: Sequence[Effect], path: Path) -> None:
    """A PNG of two panels."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(
        1, 2, figsize=(12, max(3.0, 1.2 + 0.28 * len(gaps))), dpi=120
    )
    for place, gap in enumerate(gaps):
        _bar(left, gap.here, place, COLOURS.get(gap.what, FRONT_COLOUR))
    left.set_yticks(range(len(gaps)), [f"{gap.variant}: {gap.what}" for gap in gaps])
    left.axvspan(-MARGIN, MARGIN, color=GRID, zorder=0)
    left.set_title("found, or random, minus the published network of that size", fontsize=10)
    tried = [one for one in effects if one.worth is not None]
    for place, one in enumerate(tried):
        if one.worth is not None:
            _bar(right, one.worth, place, FRONT_COLOUR)
    names = [f"{one.choice} ({one.worth.n} pairs)" for one in tried if one.worth is not None]
    right.set_yticks(range(len(tried)), names)
    right.set_title("the paper's choice minus the plain one, at equal size", fontsize=10)
    for axes in (left, right):
        axes.axvline(0, color=LINE)
        axes.invert_yaxis()
        axes.set_xlabel("points of accuracy, 95 % interval", color=INK)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=GREY)
    figure.tight_layout()
    with replacing(path) as draft:
        figure.savefig(draft, format="png")
    plt.close(figure)


def _bar(axes, here: Interval, place: int, colour: str) -> None:  # type: ignore[no-untyped-def]
    error = [[here.value - here.low], [here.high - here.value]]
    axes.errorbar(here.value, place, xerr=error, fmt="o", color=colour, capsize=3)
