"""An interactive figure as one file that needs no network."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from nas.reporting.atomic import replacing
from nas.reporting.style import GREY, INK

FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"


def write_html(figure: go.Figure, title: str, path: Path) -> None:
    """A complete HTML file with the drawing library inside, about 5 MB, or none at all."""
    html = figure.to_html(
        include_plotlyjs=True,
        include_mathjax=False,
        div_id="front",
        # The bar of tools would lie on the title; dragging zooms and a double click undoes it.
        config={"displayModeBar": False, "responsive": True},
        default_width="100%",
        default_height="100vh",
    )
    head = (
        f'<head><title>{escape(title)}</title><link rel="icon" href="data:,">'
        "<style>body{margin:0}</style>"
    )
    with replacing(path) as draft:
        draft.write_text(html.replace("<head>", head, 1), encoding="utf-8")


def layout(title: str, notes: Sequence[str], **more: Any) -> go.Layout:
    """White, the title and its notes above, the legend below; `more` are axes, margin and such."""
    return go.Layout(
        title={
            "text": escape(title),
            "subtitle": {
                "text": "<br>".join(map(escape, notes)),
                "font": {"size": 13, "color": GREY},
            },
            "font": {"size": 20},
            "x": 0,
            "xref": "paper",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 24},
        },
        font={"family": FONT, "color": INK, "size": 14},
        legend={
            "orientation": "h",
            "x": 0.5,
            "y": 0,
            "yref": "container",
            "xanchor": "center",
            "yanchor": "bottom",
            "font": {"size": 13},
        },
        plot_bgcolor="white",
        paper_bgcolor="white",
        hoverlabel={"align": "left", "bgcolor": "white", "font": {"size": 12}},
        hovermode="closest",
        **more,
    )
