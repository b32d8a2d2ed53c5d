"""Accuracy by row, here and as published, side by side: their scales have nothing in common."""

from pathlib import Path

import matplotlib as mpl
import pandas as pd

from nas.reporting.atomic import replacing
from nas.reporting.style import FRONT_COLOUR, GREY, GRID, INK, PUBLISHED_COLOUR
from studies.ablation.judge import table


def draw(trainings: pd.DataFrame, path: Path) -> None:
    """A PNG."""
    rows = table(trainings)
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (here, paper) = plt.subplots(1, 2, figsize=(10, 3.6), sharey=True, dpi=120)
    names = [f"{row}  {title}" for row, title in zip(rows["row"], rows["title"], strict=True)]
    places = range(len(rows))
    here.errorbar(
        rows["accuracy"],
        places,
        xerr=[rows["accuracy"] - rows["low"], rows["high"] - rows["accuracy"]],
        fmt="o",
        color=FRONT_COLOUR,
        capsize=3,
    )
    here.set_title("here: mean and 95 % interval", color=INK, fontsize=10)
    here.set_xlabel("accuracy of the proxy training, %")
    paper.plot(rows["published_accuracy"], places, "D", color=PUBLISHED_COLOUR)
    paper.set_title("published: ImageNet-1K, one training each", color=INK, fontsize=10)
    paper.set_xlabel("top-1 accuracy, %")
    here.set_yticks(places, names)
    here.invert_yaxis()
    for axes in (here, paper):
        axes.grid(axis="x", color=GRID)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=GREY)
    figure.tight_layout()
    with replacing(path) as draft:
        figure.savefig(draft, format="png")
    plt.close(figure)
