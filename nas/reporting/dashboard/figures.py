"""The report's main figures as plotly objects, for a dashboard that draws them."""

from html import escape

import plotly.graph_objects as go

from nas.reporting.report.pictures import STRONGEST
from nas.reporting.report.plotly_axis import plotly_axis
from nas.reporting.style import FRONT_COLOUR, PUBLISHED_COLOUR, TRIAL_COLOUR
from nas.reporting.view.effects import effects
from nas.reporting.view.hover import hover
from nas.reporting.view.nouns import View
from nas.reporting.view.progress import progress


def figures(view: View) -> dict[str, go.Figure]:
    """By the id that a dashboard knows each under; those that there is something to draw for."""
    found = {"front": front_figure(view)}
    steps = progress(view)
    if steps:
        found["hypervolume"] = _hypervolume(steps)
    if effects(view):
        found["knobs"] = _knobs(view)
    return found


def front_figure(view: View) -> go.Figure:
    """The target against the first cost, the front and published members apart."""
    x, y = view.axes
    groups = (
        ("searched", TRIAL_COLOUR, "circle", [one for one in view.searched if not one.front]),
        ("front", FRONT_COLOUR, "circle", list(view.front)),
        (
            "published, trained alike",
            PUBLISHED_COLOUR,
            "diamond",
            [one for one in view.samples if one.role == "published"],
        ),
    )
    figure = go.Figure(
        data=[
            go.Scatter(
                x=[one.values[x.name] / x.scale for one in samples],
                y=[one.values[y.name] / y.scale for one in samples],
                name=name,
                mode="markers",
                marker={"color": colour, "symbol": symbol, "size": 10},
                hovertext=[hover(view, one) for one in samples],
                hoverinfo="text",
            )
            for name, colour, symbol, samples in groups
            if samples
        ]
    )
    across, up = (
        plotly_axis(one, [sample.values[one.name] for sample in view.samples]) for one in (x, y)
    )
    return figure.update_layout(title="Front", xaxis=across, yaxis=up, template="none")


def _hypervolume(steps: tuple[tuple[int, float], ...]) -> go.Figure:
    line = {"shape": "hv", "color": FRONT_COLOUR}
    figure = go.Figure(
        data=go.Scatter(
            x=[count for count, _ in steps],
            y=[100 * share for _, share in steps],
            mode="lines",
            line=line,
        )
    )
    return figure.update_layout(
        title="Hypervolume over trials",
        xaxis={"title": {"text": "complete trials"}},
        yaxis={"title": {"text": "dominated (%)"}, "rangemode": "tozero"},
        template="none",
    )


def _knobs(view: View) -> go.Figure:
    rows = effects(view)[:STRONGEST][::-1]
    target = view.measure(view.target)
    figure = go.Figure(
        data=go.Scatter(
            x=[row.gain / target.scale for row in rows],
            y=[escape(row.change) for row in rows],
            mode="markers",
            marker={
                "size": 9,
                "color": [FRONT_COLOUR if row.clear else TRIAL_COLOUR for row in rows],
            },
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [(row.high - row.gain) / target.scale for row in rows],
                "arrayminus": [(row.gain - row.low) / target.scale for row in rows],
            },
        )
    )
    unit = "points" if target.unit == "%" else target.unit
    return figure.update_layout(
        title=f"What each knob does at like cost, n = {len(view.searched)}",
        xaxis={"title": {"text": escape(f"change in {target.label} {unit}".strip())}},
        yaxis={"automargin": True},
        template="none",
    )
