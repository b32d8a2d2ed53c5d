"""Notes in markdown, as a dashboard shows them beside a study and each member of its front."""

from collections import Counter
from collections.abc import Iterator

from nas.core.markdown import block, plain
from nas.reporting.brief import brief, families
from nas.reporting.report.payload import noise_words
from nas.reporting.view.nouns import Sample, View

OURS = "*Written by `python -m nas.dashboard`.*"  # how a note that may be replaced ends


def study_note(view: View) -> str:
    """What was searched, what was found, what failed, and how it is repeated."""
    command = view.facts.get("command")
    lines = [
        f"# {plain(view.title)}",
        f"{plain(view.setting)}. {len(view.searched)} trials are complete, {len(view.failed)}"
        f" failed, {len(view.front)} are on the front.",
        "",
        *_front_table(view),
        "",
        noise_words(view) if view.noise is None else _noise(view),
        "",
        *_failures(view),
        *(["To go on or to repeat:", "", block(command), ""] if command else []),
        OURS,
    ]
    return "\n".join(lines)


def member_note(view: View, sample: Sample) -> str:
    """One member of the front: its measures and its knobs, those of all stages on one line."""
    lines = [
        f"## {plain(sample.name)}: {plain(sample.remark or 'on the front')}",
        "",
        "| measure | |",
        "|---|---|",
        *(
            f"| {plain(one.label)} | {plain(one.text(sample.values[one.name]))} |"
            for one in view.measures
            if one.name in sample.values
        ),
        "",
        "| knob | |",
        "|---|---|",
        *(
            f"| {plain(name)} | {plain(brief(values, ' / '))} |"
            for name, values in families(sample.genome).items()
        ),
        "",
        OURS,
    ]
    return "\n".join(lines)


def reference_note(view: View) -> str:
    """For the second study, which lies beside the first in the same storage."""
    return (
        f"# Beside {plain(view.study)}\n\nPublished members and repeated trainings, trained like"
        f" the search's own trials; the sampler never sees them.\n\n{OURS}"
    )


def _front_table(view: View) -> Iterator[str]:
    yield "| trial | " + " | ".join(plain(one.title) for one in view.measures) + " |"
    yield "|---:|" + "---:|" * len(view.measures)
    for sample in view.front:
        cells = (
            f"{sample.values[one.name] / one.scale:,.4g}" if one.name in sample.values else ""
            for one in view.measures
        )
        mark = "*" if sample.separable is False else ""
        yield f"| {sample.number}{mark} | " + " | ".join(cells) + " |"


def _noise(view: View) -> str:
    assert view.noise is not None
    sd, dof = view.noise
    target = view.measure(view.target)
    return (
        f"Seed SD of {plain(target.label)}: {target.text(sd)} ({dof} degrees of freedom)."
        " A star marks members that are not separable from the next cheaper one. This front counts"
        " the mean over seeds; a dashboard's own best trials count each trial's first."
    )


def _failures(view: View) -> Iterator[str]:
    if view.failed:
        counts = Counter(one.kind for one in view.failed).most_common()
        told = ", ".join(f"{plain(kind)} {count}" for kind, count in counts)
        yield f"Failures by kind: {told}. Each failed trial says why in its attribute `failure`."
        yield ""
