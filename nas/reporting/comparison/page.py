"""Runs against each other as one page: fronts and hypervolumes over each other, then settings."""

from html import escape
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from nas.reporting.atomic import replacing
from nas.reporting.comparison.style import COLOURS, DASHES, SYMBOLS
from nas.reporting.comparison.text import caution
from nas.reporting.report.plotly_axis import plotly_axis
from nas.reporting.standalone import FONT
from nas.reporting.style import GREY, GRID, INK
from nas.reporting.view.hover import hover
from nas.reporting.view.meaning import WORDS
from nas.reporting.view.versus import Versus

_STYLE = (
    f"body{{margin:0 auto;max-width:1280px;padding:18px 22px;font:15px/1.45 {FONT};color:{INK}}}"
    "h1{font-size:24px;margin:0}h2{font-size:17px;margin:22px 0 4px}"
    f"p{{color:{GREY};margin:4px 0}}table{{border-collapse:collapse;font-size:13px}}"
    "td,th{text-align:left;padding:3px 16px 3px 0;border-bottom:1px solid #eee;"
    "vertical-align:top}td{overflow-wrap:anywhere}tr>th:first-child{white-space:nowrap}"
    f".group{{color:{GREY};padding-top:12px}}"
)


def write_comparison(found: Versus, path: Path) -> None:
    """About 5 MB, or nothing at all. Raises OSError where it cannot be written."""
    names = found.names
    warned = caution(found)
    parts = [
        "<!doctype html><html lang=en><head><meta charset=utf-8>",
        '<meta name=viewport content="width=device-width, initial-scale=1">',
        f"<title>{escape(' against '.join(names))}</title>",
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style>',
        f"<script>{get_plotlyjs()}</script></head><body>",
        f"<h1>{escape(' against '.join(names))}</h1>",
        "" if warned is None else f"<p><b>{escape(warned)}</b></p>",
        "<h2>Fronts</h2>",
        _drawn(_fronts(found), "fronts", 460),
        *_growth(found),
        "<h2>What differs in the settings</h2>",
        _settings(found),
        "</body></html>",
    ]
    with replacing(path) as draft:
        draft.write_text("\n".join(parts), encoding="utf-8")


def _drawn(figure: go.Figure, name: str, height: int) -> str:
    text: str = figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        include_mathjax=False,
        div_id=name,
        default_height=f"{height}px",
        config={"displayModeBar": False, "responsive": True},
    )
    return text


def _fronts(found: Versus) -> go.Figure:
    x, y = found.views[0].axes
    every = [one for view in found.views for one in view.searched]
    axes = (plotly_axis(one, [sample.values[one.name] for sample in every]) for one in (x, y))
    figure = go.Figure(layout=_layout(*axes))
    for place, (study, view) in enumerate(zip(found.names, found.views, strict=True)):
        colour = COLOURS[place % len(COLOURS)]
        groups = (
            (f"{study}: others", [s for s in view.searched if not s.front], 6, 0.35),
            (f"{study}: front", list(view.front), 11, 1.0),
        )
        for name, samples, size, opacity in groups:
            figure.add_scatter(
                x=[one.values[x.name] / x.scale for one in samples],
                y=[one.values[y.name] / y.scale for one in samples],
                name=escape(name),
                mode="markers" if size < 10 else "lines+markers",
                line={
                    "shape": "hv",
                    "width": 1.5,
                    "color": colour,
                    "dash": DASHES[place % len(DASHES)],
                },
                marker={
                    "color": colour,
                    "size": size,
                    "opacity": opacity,
                    "symbol": SYMBOLS[place % len(SYMBOLS)],
                },
                hovertext=[f"{escape(study)}<br>{hover(view, one)}" for one in samples],
                hoverinfo="text",
            )
    return figure


def _growth(found: Versus) -> list[str]:
    if not any(found.shares):
        return []
    axes = ({"title": {"text": "complete trials"}}, {"title": {"text": "dominated (%)"}})
    figure = go.Figure(layout=_layout(*axes))
    for place, (study, steps) in enumerate(zip(found.names, found.shares, strict=True)):
        figure.add_scatter(
            x=[count for count, _ in steps],
            y=[100 * share for _, share in steps],
            name=escape(study),
            mode="lines",
            line={
                "shape": "hv",
                "color": COLOURS[place % len(COLOURS)],
                "dash": DASHES[place % len(DASHES)],
                "width": 2.5,
            },
        )
    return [
        "<h2>Hypervolume</h2>",
        _drawn(figure, "growth", 320),
        "<p>Share of the one rectangle between the worst and the best that any run saw.</p>",
    ]


def _settings(found: Versus) -> str:
    if not found.settings:
        return "<p>None: all settings are alike.</p>"
    heads = "".join(f"<th>{escape(name)}</th>" for name in found.names)
    rows = [f"<tr><th></th>{heads}</tr>"]
    for meaning, words in WORDS.items():
        group = [one for one in found.settings if one.meaning == meaning]
        if group:
            rows.append(f"<tr><td colspan={1 + len(found.names)} class=group>{words}</td></tr>")
        for one in group:
            cells = "".join(f"<td>{escape(value)}</td>" for value in one.values)
            rows.append(f"<tr><th>{escape(one.name)}</th>{cells}</tr>")
    return f"<table>{''.join(rows)}</table>"


def _layout(x: dict[str, Any], y: dict[str, Any]) -> go.Layout:
    shared = {"gridcolor": GRID, "zeroline": False, "automargin": True}
    return go.Layout(
        xaxis=shared | x,
        yaxis=shared | y,
        font={"family": FONT, "color": INK, "size": 13},
        plot_bgcolor="white",
        paper_bgcolor="white",
        hoverlabel={"align": "left", "bgcolor": "white"},
        hovermode="closest",
        margin={"l": 60, "r": 20, "t": 10, "b": 50},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
