"""python -m nas.export: one trial of a study, or a published network, as a fixed model with proof.

--trial takes a number, best-under:10M (parameters), best-under:2G-macs (or -flops), or knee, the
member of the front behind which cost buys least. --verify runs the proofs of an exported folder,
and with them its code: only for folders that you trust.
"""

import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from nas.commandline import run
from nas.core.cost import human
from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.core.objective import Objective, parse_objectives
from nas.core.space import ENTRY_POINTS, Configuration, SearchSpace, find_space
from nas.exporting import export
from nas.exporting.arguments import check_alone, command, extras, parser
from nas.exporting.choice import Choice, Under, best_under, knee, numbered, parse_choice
from nas.exporting.folder import check_free
from nas.exporting.trial import (
    Run,
    decoded,
    inputs,
    kept_weights,
    origin,
    target_setting,
    trained_setting,
)
from nas.exporting.verify import verify
from nas.reporting.front import first_cost, front
from nas.study.record import Record
from nas.study.run import read_run


def main(
    arguments: Sequence[str] | None = None,
    *,
    read: Callable[[Path, str | None], Run] = read_run,
) -> int:
    """Parse, export or verify, and say what came of it; 1 for proofs that fail."""
    given = parser(__doc__ or "").parse_args(arguments)
    if given.verify is not None:
        check_alone(given)
        proven, said = verify(given.verify)
        print(said)
        return 0 if proven else 1
    if given.out is None:
        raise InputError("--out: expected a new or empty folder; got none")
    check_free(given.out)
    if given.variant is not None:
        _variant(given)
    else:
        _trial(given, read)
    return 0


def _trial(given: Namespace, read: Callable[[Path, str | None], Run]) -> None:
    if given.space is not None:
        raise InputError("--space: belongs to --variant; a study knows its space")
    if given.trial is None:
        raise InputError("--study: expected --trial as well: a number, best-under:10M or knee")
    choice = parse_choice(given.trial)
    if not given.study.is_dir():
        raise InputError(f"--study {given.study}: no such folder; expected runs/<study>")
    found = read(given.study, given.storage)
    record = chosen(found.records, choice, found.settings)
    setting, trained = _setting(found, given), given.weights == "proxy"
    name = found.settings["space"]
    space = find_space(name)
    configuration = decoded(space, record)
    weights, accuracy = kept_weights(found, record) if trained else (None, record.accuracy)
    proven = export(
        space,
        configuration,
        given.out,
        setting=setting,
        weights=weights,
        inputs=inputs(found) if trained else None,
        seed=given.seed,
        origin=origin(found, record, given.study, accuracy),
        space_name=name,
        extras=extras(given),
        command=command(given, "--study", str(given.study), "--trial", str(record.number)),
    )
    what = f"trial {record.number}"
    print(_told(given, space, configuration, setting, what, proven))


def _variant(given: Namespace) -> None:
    """A published network, as if it were made for the images that are asked for."""
    for flag, value in (("--trial", given.trial), ("--storage", given.storage)):
        if value is not None:
            raise InputError(f"{flag}: belongs to --study; --variant has none")
    if given.weights == "proxy":
        raise InputError("--weights proxy: a published network has none; export a trial instead")
    name = given.space or _only_space()
    space = find_space(name)
    if given.variant not in space.published:
        known = ", ".join(space.published) or "none is published"
        raise InputError(f"--variant {given.variant}: unknown; expected one of {known}")
    default = Setting()
    setting = Setting(
        resolution=given.resolution or default.resolution, classes=given.classes or default.classes
    )
    configuration = space.published[given.variant]
    proven = export(
        space,
        configuration,
        given.out,
        setting=setting,
        seed=given.seed,
        space_name=name,
        extras=extras(given),
        command=command(given, "--space", name, "--variant", given.variant),
    )
    print(_told(given, space, configuration, setting, given.variant, proven))


def chosen(records: Sequence[Record], choice: Choice, settings: Mapping[str, Any]) -> Record:
    """The search's complete trial; InputError says which exist, or why not it."""
    if isinstance(choice, int):
        return numbered(records, choice)
    if isinstance(choice, Under):
        weighed = (Objective("accuracy", "maximize"), Objective(choice.metric, "minimize"))
        return best_under(front(records, weighed), choice).record
    metric = first_cost(parse_objectives(",".join(settings["objectives"])))
    edge = front(records, (Objective("accuracy", "maximize"), Objective(metric, "minimize")))
    return knee(edge, metric).record


def _setting(found: Run, given: Namespace) -> Setting:
    if given.weights != "proxy":
        return target_setting(found, resolution=given.resolution, classes=given.classes)
    if given.classes is not None or given.resolution is not None:
        raise InputError(
            "--weights proxy: these fit only the trial's own classes and resolution;"
            " leave out --classes and --resolution"
        )
    return trained_setting(found)


def _only_space() -> str:
    """The one that is installed, where there is but one."""
    names = sorted(entry.name for entry in entry_points(group=ENTRY_POINTS))
    if len(names) != 1:
        known = ", ".join(names) or "none is installed"
        raise InputError(f"--variant: expected --space as well, one of {known}")
    return names[0]


def _told(
    given: Namespace,
    space: SearchSpace,
    configuration: Configuration,
    setting: Setting,
    what: str,
    proven: bool,
) -> str:
    """What lies there now, in a line."""
    cost = space.cost(space.adapt(configuration, setting))
    shown = (
        "model.py is proven"
        if proven
        else "no model.py: the space has no source(configuration), see nas.core.source"
    )
    return (
        f"{given.out}: {what} at {setting.resolution} px, {setting.classes} classes,"
        f" {given.weights}; {human(cost.params)} parameters, {human(cost.macs)} MACs; {shown}"
    )


if __name__ == "__main__":
    sys.exit(run(main))
