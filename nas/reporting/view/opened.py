"""A run's folder, opened to be looked at; nothing in it is changed."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from nas.core.errors import InputError
from nas.core.guard import DefectiveSpaceError, guarded
from nas.core.objective import parse_objectives
from nas.core.redaction import redacted
from nas.core.space import find_space
from nas.reporting.brief import flat
from nas.reporting.view.nouns import NothingToShow, View
from nas.reporting.view.of_networks import Networks, view_of_networks
from nas.reporting.view.of_rows import Rows, view_of_rows
from nas.study.content import evaluates_itself
from nas.study.reading import MALFORMED
from nas.study.run import Run, read_any, read_run
from nas.study.settings import Settings


def open_view(folder: Path, storage: str | None = None) -> View:
    """The run in `folder` so far, finished or running.

    `storage` is the URL with its password, where the run lies in a database that asks for one.
    InputError where there is no run, or nothing to show.
    """
    run = read_any(folder, storage)
    if evaluates_itself(run.settings):
        view = _looked_up(run)
    else:
        try:
            view = _trained(read_run(folder, storage))
        except DefectiveSpaceError as error:
            raise InputError(str(error)) from error
    _check_choices(run, view)
    return view


def _looked_up(run: Run) -> View:
    rows = run.rows
    try:
        return view_of_rows(
            Rows(study=run.name, settings=run.settings, rows=rows, facts=dict(_facts(run)))
        )
    except InputError:
        raise
    except MALFORMED as error:
        raise _at_odds(run, f"{type(error).__name__}: {error}") from error


def _check_choices(run: Run, view: View) -> None:
    """InputError where run.json leaves out what a trial has tried."""
    for knob in view.knobs:
        for sample in view.searched:
            if knob.name not in sample.genome:
                raise _at_odds(run, f"trial {sample.number} has no knob {knob.name}")
            if (value := sample.genome[knob.name]) not in knob.choices:
                raise _at_odds(run, f"{knob.name} = {value} in trial {sample.number} is no choice")


def _at_odds(run: Run, told: str) -> InputError:
    return InputError(f"{run.folder}: run.json and the trials disagree ({told})")


def _trained(run: Run) -> View:
    settings = Settings.from_dict(run.settings)
    records = run.records
    if not records:
        raise NothingToShow(run.name, ())
    devices = {record.device: None for record in records if record.device}
    facts = {**dict(_facts(run)), "trained on": ", ".join(map(str, devices))}
    beside = [one for one in records if one.role != "search" and one.state == "FAIL"]
    for record in beside:  # what is not the search's own is not among its failures
        facts[f"failed beside the search: {record.label or record.key}"] = str(record.failure)
    return view_of_networks(
        Networks(
            study=run.name,
            settings=settings,
            space=guarded(settings.space, find_space(settings.space)),
            records=records,
            objectives=parse_objectives(",".join(settings.objectives)),
            facts=facts,
        )
    )


def _facts(run: Run) -> Iterator[tuple[str, str]]:
    """In the order of reading."""
    command = run.content.get("command", [])
    if command:  # runs of early versions did not note it; their settings say the same
        yield "command", shlex.join(["python", "-m", "nas.search", *command])
    yield "study", run.name
    yield "storage", redacted(run.storage_url)
    for name, value in run.content.get("versions", {}).items():
        yield {"cpus": "processors"}.get(name, name), str(value)
    for name, value in flat(run.execution).items():
        if value is not None:
            yield name, str(value)
    for name, value in flat(run.settings).items():
        if value not in (None, "") and not name.startswith("knobs."):
            yield f"settings.{name}", str(value)
