"""How plotly draws an axis: units and, on a log scale, round ticks."""

from collections.abc import Sequence
from html import escape
from math import log10
from typing import Any

from nas.reporting.ticks import ticks
from nas.reporting.view.measure import Measure, digits


def plotly_axis(measure: Measure, values: Sequence[float]) -> dict[str, Any]:
    """Around `values`, in the measure's plain unit."""
    shown = [value / measure.scale for value in values]
    log = measure.log and min(shown) > 0
    title = {"title": {"text": escape(measure.axis(log=log))}}
    if not log:
        return title
    margin = max((max(shown) / min(shown)) ** 0.06, 1.05)
    ends = min(shown) / margin, max(shown) * margin
    marks = ticks(*ends)
    return {
        **title,
        "type": "log",
        "range": [log10(end) for end in ends],
        "tickvals": list(marks),
        "ticktext": [digits(mark) for mark in marks],
    }
