"""A run of a space that evaluates itself as a view: its objectives in place of accuracy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from nas.core.errors import InputError
from nas.core.knob import Knob
from nas.core.objective import Objective
from nas.reporting.evaluated import front_rows
from nas.reporting.view.nouns import Failed, Measure, Sample, View
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
    """InputError where no trial is complete."""
    objectives = tuple(_objectives(run.settings))
    complete = [row for row in run.rows if row.failure is None]
    failed = tuple(_failed(run.rows))
    if not complete:
        raise InputError(
            f"{run.study}: no trial is complete ({len(failed)} failed): nothing to show yet"
        )
    costs = tuple(run.settings["costs"])
    best = {row.number for row in front_rows(complete, objectives)}
    measured = [one.name for one in objectives if one.name not in costs]
    samples = tuple(
        Sample(
            number=row.number,
            name=f"trial {row.number}",
            role="search",
            genome=row.genome,
            values={"trial": row.number, **row.costs, **row.measured},
            front=row.number in best,
            remark="on the front" if row.number in best else None,
        )
        for row in complete
    )
    return View(
        study=run.study,
        title=str(run.settings["space"]).rpartition("/")[2],
        setting=f"{len(run.rows)} evaluations",
        objectives=objectives,
        target=measured[0] if measured else objectives[0].name,
        costs=costs,
        measures=tuple(_measures(samples, objectives)),
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


def _objectives(settings: Mapping[str, Any]) -> Iterator[Objective]:
    for text in settings["objectives"]:
        name, _, direction = text.rpartition(":")
        yield Objective(name, direction)


def _measures(samples: Sequence[Sample], objectives: Sequence[Objective]) -> Iterator[Measure]:
    ways = {one.name: one.direction for one in objectives}
    known = {name: None for sample in samples for name in sample.values if name != "trial"}
    for name in (*ways, *(other for other in known if other not in ways), "trial"):
        values = [sample.values[name] for sample in samples if name in sample.values]
        low, high = min(values), max(values)
        yield Measure(
            name=name,
            label=name,
            # Of what is maximised the logarithm would spread the worst.
            log=low > 0
            and isfinite(high)
            and high / low > WIDE
            and name != "trial"
            and ways.get(name) != "maximize",
            direction=ways.get(name),
        )


def _failed(rows: Sequence[Row]) -> Iterator[Failed]:
    for row in rows:
        if row.failure is not None:
            kind, _, message = row.failure.partition(": ")
            yield Failed(
                number=row.number,
                kind=kind,
                message=message,
                genome=row.genome,
                values=row.costs,
            )
