"""Accuracy by row, here and as published, side by side: their scales have nothing in common."""

from pathlib import Path

import pandas as pd

from nas.reporting.canvas import frame, picture
from nas.reporting.style import INK, PUBLISHED_COLOUR
from studies.ablation.judge import points
from studies.ablation.rows import ROWS
from studies.bars import bars
from studies.intervals import mean


def draw(trainings: pd.DataFrame, path: Path) -> None:
    """A PNG."""
    accuracies = points(trainings)
    rows = [row for row in ROWS if row.label in accuracies]
    with picture(path, (10, 3.6), dpi=120) as figure:
        here, paper = figure.subplots(1, 2, sharey=True)
        bars(
            here,
            [mean(accuracies[row.label]) for row in rows],
            title="here: mean and 95 % interval",
            across="accuracy of the proxy training, %",
            names=[f"{row.label}  {row.title}" for row in rows],
        )
        printed = [(row.accuracy, at) for at, row in enumerate(rows) if row.accuracy is not None]
        paper.plot(*zip(*printed, strict=True), "D", color=PUBLISHED_COLOUR)
        frame(paper, "published (another scale)", ())
        paper.title.set_fontsize(11)
        paper.set_xlabel("top-1 accuracy on ImageNet-1K, %", color=INK)
