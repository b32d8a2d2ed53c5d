"""What the page is drawn from: one JSON object, plain values only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from nas.reporting.brief import differing, summary
from nas.reporting.imagenet import models
from nas.reporting.view.coverage import coverage
from nas.reporting.view.effects import effects, explained
from nas.reporting.view.hover import hover
from nas.reporting.view.measure import Measure
from nas.reporting.view.nouns import Sample, View
from nas.reporting.view.prediction import prediction
from nas.reporting.view.price_list import price_list
from nas.reporting.view.progress import corners, progress

Json = dict[str, Any]
BRIEF = 110  # characters of a genome in a table


def payload(view: View) -> Json:
    """Values are in plain units; a measure's `scale` makes them what its `unit` says."""
    told = differing(sample.genome for sample in view.front)
    return {
        "study": view.study,
        "title": view.title,
        "setting": view.setting,
        "target": view.target,
        "objectives": [asdict(one) for one in view.objectives],
        "measures": [_measure(one) for one in view.measures],
        "knobs": [asdict(one) for one in view.knobs],
        "samples": [_sample(view, sample, told) for sample in view.samples],
        "tiles": _tiles(view),
        "noise": noise_words(view),
        "effects": {
            "rows": [asdict(one) | {"clear": one.clear} for one in effects(view)],
            "explained": explained(view),
        },
        "coverage": [asdict(one) for one in coverage(view)],
        "size": None if view.size is None else view.size.name,
        "progress": {"share": progress(view), "explained": progress_words(view)},
        "failures": _failures(view),
        "facts": [[name, value] for name, value in view.facts.items()],
        "imagenet": [asdict(one) for one in models()] if view.imagenet else [],
        "family": view.family,
        "whatif": _whatif(view),
    }


def noise_words(view: View) -> str:
    """What is known of it, for under the front."""
    if view.noise is None:
        return (
            "Noise unknown: nothing was measured with two seeds, so that close members of the front"
            " may be equal."
        )
    sd, dof = view.noise
    target = view.measure(view.target)
    degrees = "1 degree" if dof == 1 else f"{dof} degrees"
    points = f"{sd / target.scale:.2g} {'points' if target.unit == '%' else target.unit}".strip()
    return (
        f"Bars: one standard error, from a seed SD of {points} ({degrees} of freedom). Hollow: not"
        " separable from the next cheaper member of the front."
    )


def progress_words(view: View) -> str:
    """From where the hypervolume is measured, in the objectives' units."""
    if len(view.objectives) != 2:
        return f"Drawn for two objectives only; this run weighs {len(view.objectives)}."
    box = corners(view.searched, view.objectives)
    if not box.area:
        return "An objective is the same in all trials, so that there is no area to dominate."
    said = " and ".join(
        f"{view.measure(one.name).label} {view.measure(one.name).text(value)}"
        for one, value in zip(view.objectives, box.worst, strict=True)
    )
    return (
        f"The area that the front dominates, from the worst seen ({said}), as a share of the"
        " rectangle from there to the best of either objective."
    )


def _measure(measure: Measure) -> Json:
    axes = {"axis": measure.axis(log=False), "axis_log": measure.axis(log=True)}
    return {**asdict(measure), "title": measure.title, **axes}


def _sample(view: View, sample: Sample, told: Sequence[str]) -> Json:
    return {
        "number": sample.number,
        "name": sample.name,
        "role": sample.role,
        "values": dict(sample.values),
        "error": sample.error,
        "front": sample.front,
        "separable": sample.separable,
        "replicates": sample.replicates,
        "remark": sample.remark,
        "genome": [sample.genome[knob.name] for knob in view.knobs],
        "brief": summary(sample.genome, told, BRIEF),
        "hover": hover(view, sample),
    }


def _tiles(view: View) -> list[list[str]]:
    """The run in a handful of numbers: what, how much."""
    target = view.measure(view.target)
    up = target.direction == "maximize"
    best = (max if up else min)(view.searched, key=lambda one: one.values[view.target])
    tiles = [
        ["complete trials", str(len(view.searched))],
        ["failed", str(len(view.failed))],
        ["on the front", str(len(view.front))],
        [f"best {target.label}", f"{target.text(best.values[view.target])} ({best.name})"],
    ]
    if view.running:
        tiles.insert(1, ["under way", str(view.running)])
    if view.size is not None:
        sizes = [one.values[view.size.name] for one in view.searched]
        low, high = (view.size.text(pick(sizes)) for pick in (min, max))
        tiles.append([f"{view.size.label} tried", f"{low} to {high}"])
    return tiles


def _failures(view: View) -> list[Json]:
    """By kind, the commonest first, with the words of the first of each."""
    counts = Counter(one.kind for one in view.failed)
    first = {one.kind: one for one in reversed(view.failed)}
    return [
        {
            "kind": kind,
            "count": count,
            "trials": _numbers([one.number for one in view.failed if one.kind == kind]),
            "message": first[kind].message[:300],
        }
        for kind, count in counts.most_common()
    ]


def _numbers(numbers: Sequence[int], most: int = 12) -> str:
    shown = ", ".join(map(str, numbers[:most]))
    return shown + (f" and {len(numbers) - most} more" if len(numbers) > most else "")


def _whatif(view: View) -> Json:
    """Exact prices where the space's chain gives them, and the model of the target."""
    listed = None if view.chain is None else price_list(view.chain, view.knobs)
    model = prediction(view, priced=listed is not None)
    return {
        "prices": listed,
        "model": None if model is None else asdict(model),
        "start": next((s.name for s in view.samples if s.front), view.samples[0].name),
    }
