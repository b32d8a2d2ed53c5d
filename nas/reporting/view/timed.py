"""The latency of the networks that people choose between as one more measure of a run."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from nas.reporting.view.measure import Measure
from nas.reporting.view.nouns import Sample, View

LATENCY = "latency"


def timed(view: View, take: Callable[[Sample], Mapping[str, Any]]) -> View:
    """The view with the latencies of the front's members and of published ones.

    `take` gives of one its "milliseconds" with their "median", its "device" and "threads".
    """
    chosen = (one for one in view.samples if one.front or one.role == "published")
    found = {one.name: take(one) for one in chosen}
    first = next(iter(found.values()))
    threads = "1 thread" if first["threads"] == 1 else f"{first['threads']} threads"
    measure = Measure(
        name=LATENCY,
        label=f"latency of an image, {first['device']}, {threads}",
        unit="ms",
        scale=1e-3,
        log=True,
        direction="minimize",
    )

    def known(sample: Sample) -> Sample:
        if sample.name not in found:
            return sample
        seconds = found[sample.name]["milliseconds"]["median"] / 1000
        return replace(sample, values={**sample.values, LATENCY: seconds})

    samples = tuple(map(known, view.samples))
    return replace(view, samples=samples, measures=(*view.measures, measure))
