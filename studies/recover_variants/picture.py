"""Each gap and each choice's worth with its interval, against the margin."""

from collections.abc import Sequence
from pathlib import Path

from nas.reporting.canvas import picture
from nas.reporting.style import FRONT_COLOUR, GRID, PUBLISHED_COLOUR, TRIAL_COLOUR
from nas.searching.counted import counted
from studies.bars import bars, zero
from studies.recover_variants.effects import Effect
from studies.recover_variants.judge import LUCK, MARGIN, TOGETHER, Gap

COLOURS = {LUCK: TRIAL_COLOUR, TOGETHER: PUBLISHED_COLOUR}
ACROSS = "points of accuracy, 95 % interval"


def draw(gaps: Sequence[Gap], effects: Sequence[Effect], path: Path) -> None:
    """A PNG of two panels; the margin is shaded."""
    tried = [(one.choice, one.worth) for one in effects if one.worth is not None]
    with picture(path, (13, max(3.5, 1.5 + 0.28 * len(gaps))), dpi=120) as figure:
        left, right = figure.subplots(1, 2)
        left.axvspan(-MARGIN, MARGIN, color=GRID, zorder=0)
        bars(
            left,
            [gap.here for gap in gaps],
            title="found, or random, minus published of that size",
            across=ACROSS,
            names=[f"{gap.variant}: {gap.what}" for gap in gaps],
            colours=[COLOURS.get(gap.what, FRONT_COLOUR) for gap in gaps],
        )
        bars(
            right,
            [worth for _, worth in tried],
            title="the paper's choice minus the plain one",
            across=ACROSS,
            names=[f"{choice} ({counted(worth.n, 'pair')})" for choice, worth in tried],
        )
        for axes in (left, right):
            zero(axes)
