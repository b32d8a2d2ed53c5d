"""An interactive figure as one file that needs no network."""

from html import escape
from pathlib import Path

import plotly.graph_objects as go

from nas.reporting.atomic import replacing

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
