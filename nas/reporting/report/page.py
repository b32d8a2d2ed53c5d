"""The report as one HTML file: template, style, script, plotly and data, each put in once."""

import base64
import gzip
import json
import re
from html import escape
from importlib.resources import files
from pathlib import Path

from plotly.offline import get_plotlyjs

from nas.reporting.atomic import replacing
from nas.reporting.report.payload import payload
from nas.reporting.view.nouns import View

SCRIPTS = (
    *("shown.js", "front.js", "published.js", "charts.js"),
    *("prices.js", "whatif.js", "words.js"),
)


def write_report(view: View, path: Path) -> None:
    """About 5 MB, or nothing at all. Raises OSError where it cannot be written."""
    html = page(view)
    with replacing(path) as draft:
        draft.write_text(html, encoding="utf-8")


def page(view: View) -> str:
    """The whole text of the page."""
    told = payload(view)
    prices = told["whatif"].pop("prices")
    told["whatif"]["prices_packed"] = prices is not None
    parts = {
        "title": escape(f"{view.title}: {view.study}"),
        "style": _read("page.css"),
        "data": script_safe(json.dumps(told, separators=(",", ":"), allow_nan=False)),
        "prices": "" if prices is None else packed(prices),
        "plotly": get_plotlyjs(),
        "script": "\n".join(map(_read, SCRIPTS)),
    }
    # In one pass: what is put in is never searched for names.
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _read("page.html"))


def packed(value: object) -> str:
    """JSON, compressed, as base64; the same bytes each time."""
    text = json.dumps(value, separators=(",", ":")).encode()
    return base64.b64encode(gzip.compress(text, mtime=0)).decode()


def script_safe(text: str) -> str:
    """JSON that cannot end the script element that holds it."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _read(name: str) -> str:
    return files("nas.reporting.report").joinpath(name).read_text(encoding="utf-8")
