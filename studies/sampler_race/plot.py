"""Regret against evaluations, a panel a problem and batch."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from studies.sampler_race.run import MOVED
from studies.sampler_race.summary import AT

COLUMNS = 3
STRONG = "bayesian"


def plot(table: pd.DataFrame, path: Path) -> None:
    """A PNG; intervals are shaded, the axis of the regret is logarithmic."""
    problems = list(dict.fromkeys(zip(table["problem"], table["batch"], strict=True)))
    bases = dict.fromkeys(name.removesuffix(MOVED) for name in table["sampler"])
    colours = {name: f"C{i}" for i, name in enumerate(bases)}
    columns = min(COLUMNS, len(problems))
    lines = -(-len(problems) // columns)
    figure = Figure(figsize=(5.2 * columns, 4.2 * lines), dpi=130, layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(lines, columns, squeeze=False).ravel()
    for panel, (problem, batch) in zip(panels, problems, strict=False):
        title = problem if batch == 1 else f"{problem}, {batch} at once"
        for _, row in table[(table["problem"] == problem) & (table["batch"] == batch)].iterrows():
            at = [k for k in AT if f"regret_{k}" in row and pd.notna(row[f"regret_{k}"])]
            mean = [float(row[f"regret_{k}"]) for k in at]
            half = [float(row[f"±_{k}"]) for k in at]
            strong = row["sampler"] == STRONG
            colour = "black" if strong else colours[row["sampler"].removesuffix(MOVED)]
            width, line = 2.6 if strong else 1.3, "--" if row["sampler"].endswith(MOVED) else "-"
            panel.plot(at, mean, f"o{line}", ms=3, lw=width, color=colour, label=row["sampler"])
            low = [max(1e-4, m - h) for m, h in zip(mean, half, strict=True)]
            high = [m + h for m, h in zip(mean, half, strict=True)]
            panel.fill_between(at, low, high, color=colour, alpha=0.15, lw=0)
        panel.set(xscale="log", yscale="log", title=title, xlabel="evaluations", ylabel="regret")
        panel.set_xticks(list(AT), [str(k) for k in AT])
        panel.minorticks_off()
        panel.grid(alpha=0.3)
    for panel in panels[len(problems) :]:
        panel.set_visible(False)
    shown = {
        name: handle
        for panel in panels
        for handle, name in zip(*panel.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        shown.values(),
        shown.keys(),
        loc="outside lower center",
        ncols=2 * columns,
        frameon=False,
    )
    figure.savefig(path)
