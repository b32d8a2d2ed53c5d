"""A run of a space that evaluates itself as a view: its objectives in place of accuracy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nas.core.knob import Knob
from nas.core.objective import Objective
from nas.reporting.evaluated import front_rows
from nas.reporting.view.measure import TRIAL, Measure
from nas.reporting.view.nouns import Failed, NothingToShow, Sample, View
from nas.study.evaluated import Row

WIDE = 30.0  # positive values that span so many times their least are drawn by their logarithms


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What such a run holds; its settings say which knobs there are."""

    study: str
    settings: Mapping[str, Any]
    rows: Sequence[Row]
    facts: Mapping[str, str]


def view_of_rows(run: Rows) -> View:
    """Raises NothingToShow where no trial is complete."""
    objectives = tuple(_objectives(run.settings))
    samples, failed = samples_of(run.rows, objectives), failed_of(run.rows)
    if not samples:
        raise NothingToShow(run.study, failed)
    costs = tuple(run.settings["costs"])
    measured = [one.name for one in objectives if one.name not in costs]
    return View(
        study=run.study,
        title=title_of(str(run.settings["space"])),
        setting=f"{len(run.rows)} evaluation{'s'[: len(run.rows) != 1]}",
        objectives=objectives,
        target=measured[0] if measured else objectives[0].name,
        costs=costs,
        measures=measures_of(samples, objectives),
        knobs=tuple(
            Knob(name=name, choices=tuple(choices), ordered=name in run.settings["ordered"])
            for name, choices in run.settings["knobs"].items()
        ),
        samples=samples,
        failed=failed,
        noise=None,
        facts=run.facts,
        settings=run.settings,
    )


def title_of(space: str) -> str:
    """A space's name; of a table's path, the file's."""
    return space.rpartition("/")[2]


def samples_of(rows: Sequence[Row], objectives: Sequence[Objective]) -> tuple[Sample, ...]:
    """The complete trials by number, with all that is known of each, and its number as a value."""
    best = {row.number for row in front_rows(rows, objectives)}
    return tuple(
        Sample(
            number=row.number,
            name=f"trial {row.number}",
            role="search",
            genome=row.genome,
            values={TRIAL: row.number, **row.measured, **row.costs},
            front=row.number in best,
            remark="on the front" if row.number in best else None,
        )
        for row in sorted(rows, key=lambda row: row.number)
        if row.failure is None
    )


def failed_of(rows: Sequence[Row]) -> tuple[Failed, ...]:
    """The others, each with what its failure is called."""
    return tuple(
        Failed(
            number=row.number,
            kind=row.failure.partition(": ")[0],
            message=row.failure.partition(": ")[2],
            genome=row.genome,
            values=row.costs,
        )
        for row in rows
        if row.failure is not None
    )


def measures_of(samples: Sequence[Sample], objectives: Sequence[Objective]) -> tuple[Measure, ...]:
    """The objectives, what else is known, and the trials' numbers, in this order."""
    ways = {one.name: one.direction for one in objectives}
    known = [name for sample in samples for name in sample.values if name != TRIAL]
    return tuple(
        Measure(
            name=name,
            label=name,
            log=name != TRIAL
            # Of what is maximised the logarithm would spread the worst.
            and ways.get(name) != "maximize"
            and _wide([sample.values[name] for sample in samples if name in sample.values]),
            direction=ways.get(name),
            unfamiliar=True,
        )
        for name in dict.fromkeys([*ways, *known, TRIAL])
    )


def _wide(values: Sequence[float]) -> bool:
    return min(values) > 0 and max(values) / min(values) > WIDE


def _objectives(settings: Mapping[str, Any]) -> Iterator[Objective]:
    for text in settings["objectives"]:
        name, _, direction = text.rpartition(":")
        yield Objective(name, direction)
