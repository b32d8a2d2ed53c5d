"""Regret against evaluations, a panel a problem."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from studies.sampler_race.summary import AT

COLUMNS = 3
STRONG = "bayesian"


def plot(table: pd.DataFrame, path: Path) -> None:
    """A PNG; intervals are shaded, the axis of the regret is logarithmic."""
    problems = list(dict.fromkeys(table["problem"]))
    colours = {name: f"C{i}" for i, name in enumerate(dict.fromkeys(table["sampler"]))}
    columns = min(COLUMNS, len(problems))
    lines = -(-len(problems) // columns)
    figure = Figure(figsize=(5.2 * columns, 4.2 * lines), dpi=130, layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(lines, columns, squeeze=False).ravel()
    for panel, problem in zip(panels, problems, strict=False):
        for _, row in table[table["problem"] == problem].iterrows():
            at = [k for k in AT if f"regret_{k}" in row and pd.notna(row[f"regret_{k}"])]
            mean = [float(row[f"regret_{k}"]) for k in at]
            half = [float(row[f"±_{k}"]) for k in at]
            strong = row["sampler"] == STRONG
            colour, width = colours[row["sampler"]], 2.6 if strong else 1.3
            panel.plot(at, mean, "o-", ms=3, lw=width, color=colour, label=row["sampler"])
            low = [max(1e-4, m - h) for m, h in zip(mean, half, strict=True)]
            high = [m + h for m, h in zip(mean, half, strict=True)]
            panel.fill_between(at, low, high, color=colour, alpha=0.15, lw=0)
        panel.set(xscale="log", yscale="log", title=problem, xlabel="evaluations", ylabel="regret")
        panel.set_xticks(list(AT), [str(k) for k in AT])
        panel.minorticks_off()
        panel.grid(alpha=0.3)
    for panel in panels[len(problems) :]:
        panel.set_visible(False)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2 * columns, frameon=False)
    figure.savefig(path)
