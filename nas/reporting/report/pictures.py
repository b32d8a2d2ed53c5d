"""The report's main figures as PNG files."""

from collections.abc import Callable, Iterator
from pathlib import Path

from matplotlib.axes import Axes

from nas.reporting.canvas import frame, picture
from nas.reporting.imagenet import models
from nas.reporting.report.axes import mark_axis
from nas.reporting.report.front_picture import draw_front
from nas.reporting.style import FRONT_COLOUR, GREY, LINE, PUBLISHED_COLOUR, TRIAL_COLOUR
from nas.reporting.view.effects import effects
from nas.reporting.view.nouns import View
from nas.reporting.view.progress import progress

STRONGEST = 14
WIDEST = 44  # characters of a label
SIZE = (9.0, 5.6)  # inches
KNOWN = {"params": "params", "macs": "macs", "activations": "activations"}


def write_pictures(view: View, page: Path) -> Iterator[Path]:
    """`report-front.png` and more beside `report.html`; each that there is something to draw for.

    Raises OSError where they cannot be written.
    """
    for name, draw in _drawings(view):
        path = page.with_name(f"{page.stem}-{name}.png")
        with picture(path, SIZE) as canvas:
            axes = canvas.add_subplot()
            draw(view, axes)
            if axes.get_legend_handles_labels()[0]:  # below, where it covers no point
                canvas.legend(loc="outside lower center", ncols=4, frameon=False)
        yield path


def _drawings(view: View) -> Iterator[tuple[str, Callable[[View, Axes], None]]]:
    yield "front", draw_front
    if effects(view):
        yield "knobs", _knobs
    if progress(view):
        yield "hypervolume", _hypervolume
    if view.imagenet and view.axes[0].name in KNOWN:
        yield "published", _published


def _knobs(view: View, axes: Axes) -> None:
    rows = effects(view)[:STRONGEST][::-1]
    target = view.measure(view.target)
    for place, row in enumerate(rows):
        colour = FRONT_COLOUR if row.clear else TRIAL_COLOUR
        ends = [row.low / target.scale, row.high / target.scale]
        axes.plot(ends, [place, place], color=colour, linewidth=2)
        axes.plot([row.gain / target.scale], [place], "o", color=colour, markersize=6)
    axes.axvline(0, color=LINE, linewidth=1, zorder=0)
    axes.set_yticks(range(len(rows)), [_short(row.change) for row in rows], fontsize=9)
    unit = "points" if target.unit == "%" else target.unit
    axes.set_xlabel(f"change in {target.label}" + (f" ({unit})" if unit else ""))
    words = f"among trials of like cost; 95 % bootstrap intervals, n = {len(view.searched)}"
    frame(axes, "What each knob does", (words,))


def _short(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def _hypervolume(view: View, axes: Axes) -> None:
    count, share = zip(*progress(view), strict=True)
    axes.step(count, [100 * one for one in share], where="post", color=FRONT_COLOUR, linewidth=2)
    axes.set_xlabel("complete trials")
    axes.set_ylabel("dominated (%)")
    axes.set_ylim(bottom=0)
    frame(axes, "Hypervolume", ("share of the rectangle between the worst and the best seen",))


def _published(view: View, axes: Axes) -> None:
    x = view.axes[0]
    cost = KNOWN[x.name]
    known = [one for one in models() if one.top1 is not None and getattr(one, cost) is not None]
    groups = {"other published models": [one for one in known if one.family != view.family]}
    if view.family is not None:
        groups[view.family] = [one for one in known if one.family == view.family]
    for name, shown in groups.items():
        own = name == view.family
        axes.plot(
            [getattr(one, cost) for one in shown],
            [one.top1 or 0.0 for one in shown],
            "D" if own else "o",
            color=PUBLISHED_COLOUR if own else TRIAL_COLOUR,
            markersize=7 if own else 5,
            label=name,
        )
    floor = min(one.top1 or 0.0 for one in known) - 1.2
    axes.plot(
        [one.values[x.name] / x.scale for one in view.front],
        [floor] * len(view.front),
        "|",
        color=FRONT_COLOUR,
        markersize=14,
        label="this run's front: costs alone",
    )
    across = [getattr(one, cost) * x.scale for one in known]
    mark_axis(axes.xaxis, x, [*across, *(one.values[x.name] for one in view.front)])
    axes.set_ylabel("ImageNet-1K top-1 (%)", color=GREY)
    frame(axes, "Published models, 224 pixels", ("ImageNet-1K alone; recipes differ",))
