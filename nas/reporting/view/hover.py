"""What is said of a sample where a pointer rests on it: plotly's markup, every name escaped."""

from collections.abc import Iterator, Sequence
from html import escape

from nas.reporting.brief import brief, families
from nas.reporting.view.measure import TRIAL, Measure
from nas.reporting.view.nouns import Sample, View


def hover(view: View, sample: Sample) -> str:
    """Name, remark, measures, then the knobs, those of all stages on one line."""
    return told(sample, view.measures, seeds=view.target if view.noise else None)


def told(sample: Sample, measures: Sequence[Measure], *, seeds: str | None = None) -> str:
    """`seeds` names the measure that is a mean over seeds, if one is."""
    knobs = (
        f"{escape(name)}  {escape(brief(values))}"
        for name, values in families(sample.genome).items()
    )
    remark = [escape(sample.remark)] if sample.remark else []
    head = [f"<b>{escape(sample.name)}</b>", *remark, *_measured(sample, measures, seeds)]
    return "<br>".join([*head, "", *knobs])


def _measured(sample: Sample, measures: Sequence[Measure], seeds: str | None) -> Iterator[str]:
    runs = "one seed" if sample.replicates == 1 else f"mean of {sample.replicates} seeds"
    for measure in measures:
        if measure.name in sample.values and measure.name != TRIAL:
            off = sample.error if measure.name == seeds else None
            shown = measure.text(sample.values[measure.name])
            shown += "" if off is None else f" ± {off / measure.scale:.2g}"
            more = f"  ({runs})" if measure.name == seeds else ""
            yield f"{escape(measure.label)}  <b>{escape(shown)}</b>{more}"
