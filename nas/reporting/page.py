"""The front as an interactive page, front.html: one file that needs no network."""

from html import escape
from math import log10
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from nas.core.cost import human
from nas.reporting.brief import brief, families
from nas.reporting.drawing import Figure, Point
from nas.reporting.labels import label_height, place_labels
from nas.reporting.standalone import layout, write_html
from nas.reporting.style import (
    DOMINATED_COLOUR,
    FRONT_COLOUR,
    GRID,
    HOLLOW,
    LINE,
    PUBLISHED,
    PUBLISHED_COLOUR,
    SEARCHED,
    STEP_COLOUR,
    TRIAL_COLOUR,
)


def write_page(drawn: Figure, path: Path) -> None:
    """One HTML file, about 5 MB, or none at all."""
    write_html(go.Figure(data=_traces(drawn), layout=_layout(drawn)), drawn.title, path)


def _traces(drawn: Figure) -> list[Any]:
    quiet = {"color": TRIAL_COLOUR, "size": 7, "opacity": 0.65}
    traces = [
        _steps(drawn),
        _markers(drawn.trials, SEARCHED, quiet),
        _markers(drawn.solid, drawn.solid_name, _marker(FRONT_COLOUR, FRONT_COLOUR, "circle")),
        _markers(drawn.hollow, HOLLOW, _marker(FRONT_COLOUR, "white", "circle")),
        _markers(
            drawn.published,
            PUBLISHED,
            _marker(PUBLISHED_COLOUR, PUBLISHED_COLOUR, "diamond"),
        ),
        _labels(drawn),
    ]
    return [trace for trace in traces if len(trace.x)]


def _marker(colour: str, fill: str, symbol: str) -> dict[str, Any]:
    edge = {"color": "white", "width": 1} if fill == colour else {"color": colour, "width": 2}
    return {"color": fill, "size": 11, "symbol": symbol, "line": edge, "opacity": 1}


def _steps(drawn: Figure) -> Any:
    x, y = drawn.steps
    return go.Scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": STEP_COLOUR, "width": 2, "shape": "hv"},
        fill="tozeroy",
        fillcolor=DOMINATED_COLOUR,
        hoverinfo="skip",
        showlegend=False,
    )


def _labels(drawn: Figure) -> Any:
    """Labels beyond the error bars: text beside marks that are not seen."""
    sides = place_labels(drawn)
    pairs = tuple(zip(drawn.named, sides, strict=True))
    published = len(drawn.published)
    front = len(drawn.front)
    return go.Scatter(
        x=[point.x for point in drawn.named],
        y=[label_height(point, side) for point, side in pairs],
        mode="markers+text",
        marker={"size": 11, "opacity": 0},
        text=[escape(point.label) for point in drawn.named],
        textposition=list(sides),
        textfont={
            "color": [PUBLISHED_COLOUR] * published + [FRONT_COLOUR] * front,
            "size": 14,
        },
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )


def _markers(points: tuple[Point, ...], name: str, marker: dict[str, Any]) -> Any:
    bars = [point.error for point in points if point.error is not None]
    colour = FRONT_COLOUR if marker["color"] == "white" else marker["color"]
    return go.Scatter(
        x=[point.x for point in points],
        y=[point.y for point in points],
        name=name,
        marker=marker,
        error_y={"array": bars, "color": colour, "thickness": 1.3, "width": 4} if bars else None,
        hovertext=[_hover(point) for point in points],
        hoverinfo="text",
        mode="markers",
        legendgroup=name,
    )


def _hover(point: Point) -> str:
    """Number, key, costs and accuracy, then the knobs, those of all stages on one line."""
    record = point.record
    accuracy = f"{point.y:.2f} %" + ("" if point.error is None else f" ± {point.error:.2f}")
    runs = "one seed" if point.replicates == 1 else f"mean of {point.replicates} seeds"
    lines = [
        f"<b>{escape(point.name)}</b>  {record.key}",
        f"{human(record.params)} parameters, {human(record.macs)} MACs,"
        f" {human(record.flops)} FLOPs",
        f"accuracy {accuracy}, {runs}",
        *([] if point.remark is None else [point.remark]),
        "",
        *(
            f"{escape(name)}  {escape(brief(values))}"
            for name, values in families(point.genome).items()
        ),
    ]
    return "<br>".join(lines)


def _layout(drawn: Figure) -> go.Layout:
    return layout(
        drawn.title,
        drawn.notes,
        xaxis=_axis(drawn.x_label)
        | {
            "type": "log",
            "autorange": False,
            "range": [log10(value) for value in drawn.x_range],
            "tickvals": list(drawn.x_ticks),
            "ticktext": [f"{value:g}" for value in drawn.x_ticks],
            "showline": True,
            "linecolor": LINE,
        },
        yaxis=_axis(drawn.y_label) | {"range": list(drawn.y_range)},
        margin={"l": 80, "r": 30, "t": 80 + 16 * len(drawn.notes), "b": 110},
    )


def _axis(label: str) -> dict[str, Any]:
    return {"title": {"text": label}, "gridcolor": GRID, "zeroline": False}
