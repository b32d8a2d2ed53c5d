"""Each gap and each choice's worth with its interval, against the margin."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.patches import Patch

from nas.reporting.canvas import picture
from nas.reporting.style import FRONT_COLOUR, GRID, INK, PUBLISHED_COLOUR, TRIAL_COLOUR
from nas.searching.counted import counted
from studies.bars import bars, zero
from studies.recover_variants.effects import Effect
from studies.recover_variants.judge import BEYOND, LUCK, MARGIN, TOGETHER, Gap

ONE = "one search's network minus the variant"
COLOURS = {
    ONE: FRONT_COLOUR,
    TOGETHER: PUBLISHED_COLOUR,
    LUCK: TRIAL_COLOUR,
    BEYOND: INK,
}
MEANT = {
    TOGETHER: "all searches by parameters minus the variant",
    LUCK: "random networks of its size minus the variant",
    BEYOND: "all searches minus random networks",
}
ACROSS = "points of accuracy, 95 % interval each"


def draw(gaps: Sequence[Gap], effects: Sequence[Effect], path: Path) -> None:
    """A PNG of two panels; the margin is shaded."""
    tried = [(one.choice, one.worth) for one in effects if one.worth is not None]
    with picture(path, (14, max(4.5, 2.5 + 0.28 * len(gaps))), dpi=120) as figure:
        left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": (3, 2)})
        left.axvspan(-MARGIN, MARGIN, color=GRID, zorder=0)
        bars(
            left,
            [gap.here for gap in gaps],
            title="what is found in a variant's place",
            across=ACROSS,
            names=[f"{gap.variant}: {_named(gap)}" for gap in gaps],
            colours=[COLOURS.get(gap.what, FRONT_COLOUR) for gap in gaps],
        )
        bars(
            right,
            [worth for _, worth in tried],
            title="what a choice of the paper adds",
            across=ACROSS,
            names=[f"{choice}\n({counted(worth.n, 'pair')})" for choice, worth in tried],
        )
        for axes in (left, right):
            zero(axes)
        shown = [
            Patch(color=colour, label=MEANT.get(what, what)) for what, colour in COLOURS.items()
        ]
        margin = Patch(color=GRID, label=f"the margin, {MARGIN:g} point either way")
        figure.legend(handles=[*shown, margin], loc="outside lower center", ncols=3, frameon=False)


def _named(gap: Gap) -> str:
    return f"{gap.what} (no more MACs)" if gap.what.startswith("macs") else gap.what
