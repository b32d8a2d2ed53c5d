"""The front of a space that evaluates itself as an interactive page, front.html."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import log10
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from nas.reporting.evaluated_drawing import Axis, Drawing
from nas.reporting.standalone import layout, write_html
from nas.reporting.style import (
    ALONE,
    DOMINATED_COLOUR,
    FRONT_COLOUR,
    GRID,
    LINE,
    SEARCHED,
    STEP_COLOUR,
    TRIAL_COLOUR,
)
from nas.reporting.view.hover import told
from nas.reporting.view.measure import digits
from nas.reporting.view.nouns import Sample


def write_evaluated_page(drawn: Drawing, path: Path) -> None:
    """One HTML file, about 5 MB, or none at all."""
    quiet = {"color": TRIAL_COLOUR, "size": 7, "opacity": 0.65}
    edge = {"color": "white", "width": 1}
    traces = [
        _corners(drawn.dominated, mode="none", fill="toself", fillcolor=DOMINATED_COLOUR),
        _corners(drawn.step, mode="lines", line={"color": STEP_COLOUR, "width": 2}),
        _marks(drawn, drawn.trials, SEARCHED, quiet),
        _marks(drawn, drawn.front, ALONE, {"color": FRONT_COLOUR, "size": 11, "line": edge}),
    ]
    shown = [trace for trace in traces if len(trace.x)]
    write_html(go.Figure(data=shown, layout=_layout(drawn)), drawn.title, path)


def _corners(corners: Sequence[tuple[float, float]], **style: Any) -> Any:
    x, y = zip(*corners, strict=True) if corners else ((), ())
    return go.Scatter(x=x, y=y, hoverinfo="skip", showlegend=False, **style)


def _marks(drawn: Drawing, samples: Sequence[Sample], name: str, marker: dict[str, Any]) -> Any:
    x, y = drawn.places(samples)
    return go.Scatter(
        x=x,
        y=y,
        name=name,
        mode="markers",
        marker=marker,
        hovertext=[told(one, drawn.measures) for one in samples],
        hoverinfo="text",
    )


def _layout(drawn: Drawing) -> go.Layout:
    return layout(
        drawn.title,
        (drawn.note,),
        xaxis=_axis(drawn.x) | {"showline": True, "linecolor": LINE},
        yaxis=_axis(drawn.y),
        showlegend=True,
        margin={"l": 90, "r": 30, "t": 96, "b": 110},
    )


def _axis(axis: Axis) -> dict[str, Any]:
    log = axis.measure.log
    return {
        "title": {"text": escape(axis.label)},
        "type": "log" if log else "linear",
        "range": [log10(end) for end in axis.ends] if log else list(axis.ends),
        "gridcolor": GRID,
        "zeroline": False,
        **_ticks(axis),
    }


def _ticks(axis: Axis) -> dict[str, Any]:
    marked = axis.ticks
    return {} if not marked else {"tickvals": marked, "ticktext": [digits(at) for at in marked]}
