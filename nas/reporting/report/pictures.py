"""The report's main figures as PNG files: matplotlib without a display."""

from collections.abc import Iterator
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from nas.reporting.atomic import replacing
from nas.reporting.imagenet import models
from nas.reporting.report.axes import finish, mark_axis
from nas.reporting.style import (
    FRONT_COLOUR,
    GREY,
    LINE,
    PUBLISHED_COLOUR,
    STEP_COLOUR,
    TRIAL_COLOUR,
)
from nas.reporting.view.effects import effects
from nas.reporting.view.nouns import Sample, View
from nas.reporting.view.progress import progress

STRONGEST = 14
WIDEST = 44  # characters of a label
SIZE, DPI = (9.0, 5.6), 160
KNOWN = {"params": "params", "macs": "macs", "activations": "activations"}


def write_pictures(view: View, page: Path) -> Iterator[Path]:
    """`report-front.png` and more beside `report.html`; each that there is something to draw for.

    Raises OSError where they cannot be written.
    """
    drawings = {
        "front": _front,
        "knobs": _knobs,
        "hypervolume": _hypervolume,
        "published": _published,
    }
    for name, draw in drawings.items():
        canvas = Figure(figsize=SIZE, dpi=DPI, layout="constrained")
        FigureCanvasAgg(canvas)
        if not draw(view, canvas.add_subplot()):
            continue
        path = page.with_name(f"{page.stem}-{name}.png")
        with replacing(path) as draft:
            canvas.savefig(draft, format="png")
        yield path


def front_axes(view: View) -> tuple[str, str]:
    """What is drawn across and up: the first cost weighed, and the target."""
    costs = [one.name for one in view.objectives if one.name != view.target]
    return (costs[0] if costs else view.measures[-1].name), view.target


def _front(view: View, axes: Axes) -> bool:
    x, y = front_axes(view)
    groups = (
        ([one for one in view.searched if not one.front], "searched", TRIAL_COLOUR, "o", True),
        (
            [one for one in view.front if one.separable is not False],
            "front",
            FRONT_COLOUR,
            "o",
            True,
        ),
        (
            [one for one in view.front if one.separable is False],
            "front: gain within noise",
            FRONT_COLOUR,
            "o",
            False,
        ),
        (
            [one for one in view.samples if one.role == "published"],
            "published, trained alike",
            PUBLISHED_COLOUR,
            "D",
            True,
        ),
    )
    _stairs(view, axes, view.front, x, y)
    for samples, name, colour, marker, filled in groups:
        if samples:
            _cloud(view, axes, samples, (x, y), name, colour, marker, filled)
    mark_axis(axes.xaxis, view.measure(x), [one.values[x] for one in view.samples])
    mark_axis(axes.yaxis, view.measure(y), [one.values[y] for one in view.samples])
    finish(axes, f"{view.title}: the front of {len(view.searched)} trials", view.setting)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=4, frameon=False)
    return True


def _stairs(view: View, axes: Axes, members: tuple[Sample, ...], x: str, y: str) -> None:
    if {x, y} != {one.name for one in view.objectives}:
        return
    grows = view.measure(x).direction == "maximize"
    ordered = sorted(members, key=lambda one: one.values[x], reverse=grows)
    places = [(one.values[x], one.values[y]) for one in ordered]
    every = [one.values[x] for one in view.searched]
    places.append(((min if grows else max)(every), places[-1][1]))
    across, up = (
        [place[axis] / view.measure(name).scale for place in places]
        for axis, name in enumerate((x, y))
    )
    axes.step(across, up, where="post", color=STEP_COLOUR, linewidth=1.8, zorder=1)


def _cloud(
    view: View,
    axes: Axes,
    samples: list[Sample],
    names: tuple[str, str],
    label: str,
    colour: str,
    marker: str,
    filled: bool,
) -> None:
    across, up = (
        [one.values[name] / view.measure(name).scale for one in samples] for name in names
    )
    quiet = label == "searched"
    errors = [(one.error or 0.0) / view.measure(view.target).scale for one in samples]
    if any(errors) and not quiet and names[1] == view.target:
        axes.errorbar(across, up, yerr=errors, fmt="none", ecolor=colour, lw=1, capsize=2.5)
    axes.plot(
        across,
        up,
        marker,
        markersize=5 if quiet else 7.5,
        alpha=0.65 if quiet else 1,
        markerfacecolor=colour if filled else "white",
        markeredgecolor=colour,
        label=label,
        zorder=2 if quiet else 3,
    )
    if not quiet and len(view.front) <= 40:
        _names(axes, samples, across, up, colour)


def _names(
    axes: Axes, samples: list[Sample], across: list[float], up: list[float], colour: str
) -> None:
    """Trials above to the left, published below to the right, off the front's steps."""
    for one, x, y in zip(samples, across, up, strict=True):
        searched = one.role == "search"
        axes.annotate(
            one.name.removeprefix("trial "),
            (x, y),
            xytext=(-5, 5) if searched else (6, -6),
            textcoords="offset points",
            ha="right" if searched else "left",
            va="bottom" if searched else "top",
            fontsize=9,
            color=colour,
        )


def _knobs(view: View, axes: Axes) -> bool:
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
    finish(axes, "What each knob does", words)
    return bool(rows)


def _short(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def _hypervolume(view: View, axes: Axes) -> bool:
    steps = progress(view)
    if not steps:
        return False
    count, share = zip(*steps, strict=True)
    axes.step(count, [100 * one for one in share], where="post", color=FRONT_COLOUR, linewidth=2)
    axes.set_xlabel("complete trials")
    axes.set_ylabel("dominated (%)")
    axes.set_ylim(bottom=0)
    finish(axes, "Hypervolume", "share of the rectangle between the worst and the best seen")
    return True


def _published(view: View, axes: Axes) -> bool:
    x = front_axes(view)[0]
    if not view.imagenet or x not in KNOWN:
        return False
    known = [one for one in models() if one.top1 is not None and getattr(one, KNOWN[x]) is not None]
    groups = {"other published models": [one for one in known if one.family != view.family]}
    if view.family is not None:
        groups[view.family] = [one for one in known if one.family == view.family]
    for name, shown in groups.items():
        own = name == view.family
        axes.plot(
            [getattr(one, KNOWN[x]) for one in shown],
            [one.top1 or 0.0 for one in shown],
            "D" if own else "o",
            color=PUBLISHED_COLOUR if own else TRIAL_COLOUR,
            markersize=7 if own else 5,
            label=name,
        )
    floor = min(one.top1 or 0.0 for one in known) - 1.2
    scale = view.measure(x).scale
    axes.plot(
        [one.values[x] / scale for one in view.front],
        [floor] * len(view.front),
        "|",
        color=FRONT_COLOUR,
        markersize=14,
        label="this run's front: costs alone",
    )
    across = [getattr(one, KNOWN[x]) * scale for one in known]
    mark_axis(axes.xaxis, view.measure(x), [*across, *(one.values[x] for one in view.front)])
    axes.set_ylabel("ImageNet-1K top-1 (%)", color=GREY)
    finish(axes, "Published models, 224 pixels", "ImageNet-1K alone; recipes differ")
    axes.legend(loc="lower right", frameon=False)
    return True
