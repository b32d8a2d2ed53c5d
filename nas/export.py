"""python -m nas.export: one trial of a study, or a published network, as a fixed model with proof.

--trial takes a number, best-under:10M (parameters), best-under:2G-macs (or -flops), or knee, the
member of the front behind which cost buys least. --verify runs the proofs of an exported folder,
and with them its code.
"""

import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from nas.commandline import run
from nas.core.cost import human
from nas.core.errors import InputError
from nas.core.evaluation import Score
from nas.core.fidelity import Fidelity, Setting, proxy_setting
from nas.core.objective import Objective, parse_objectives
from nas.core.space import ENTRY_POINTS, Configuration, SearchSpace, find_space
from nas.exporting import Origin, export
from nas.exporting.arguments import command, extras, parser
from nas.exporting.choice import Choice, Under, best_under, knee, parse_choice
from nas.exporting.folder import check_free
from nas.exporting.verify import verify
from nas.reporting.front import first_cost, front
from nas.study.record import Record
from nas.study.run import read_run


class Run(Protocol):
    """What an export reads of a study's folder."""

    @property
    def records(self) -> Sequence[Record]:
        """Every evaluation."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """What run.json holds: "space", "target", "fidelity", "classes", "channels" and more."""

    def weights(self, record: Record) -> Path | None:
        """The file of a record's proxy weights; None where none were kept."""

    def train_again(self, record: Record) -> Score:
        """Repeat its training and keep the weights."""


def main(
    arguments: Sequence[str] | None = None,
    *,
    read: Callable[[Path, str | None], Run] = read_run,
) -> int:
    """Parse, export or verify, and say in one line what came of it; 1 for proofs that fail."""
    given = parser(__doc__ or "").parse_args(arguments)
    if given.verify is not None:
        if given.out is not None:
            raise InputError("--verify: writes nothing; leave out --out")
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
    folder = _existing(given.study)
    found = read(folder, given.storage)
    record = chosen(found.records, choice, found.settings)
    setting = _setting(found, given)
    name = found.settings["space"]
    space = find_space(name)
    configuration = _decoded(space, record)
    proven = export(
        space,
        configuration,
        given.out,
        setting=setting,
        weights=_kept(found, record) if given.weights == "proxy" else None,
        seed=given.seed,
        origin=Origin(
            study=str(given.study),
            trial=record.number,
            key=record.key,
            accuracy=record.accuracy,
            fidelity=str(Fidelity(**found.settings["fidelity"])),
            data=_data(found.settings),
        ),
        space_name=name,
        extras=extras(given),
        command=command(given, "--study", str(given.study), "--trial", str(record.number)),
    )
    cost = space.cost(space.adapt(configuration, setting))
    print(
        f"{given.out}: trial {record.number} at {setting.resolution} px, {setting.classes} classes,"
        f" {given.weights}; {human(cost.params)} parameters, {human(cost.macs)} MACs{_told(proven)}"
    )


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
    cost = space.cost(space.adapt(configuration, setting))
    print(
        f"{given.out}: {given.variant} at {setting.resolution} px, {setting.classes} classes,"
        f" untrained; {human(cost.params)} parameters, {human(cost.macs)} MACs{_told(proven)}"
    )


def chosen(records: Sequence[Record], choice: Choice, settings: Mapping[str, Any]) -> Record:
    """The search's complete trial; InputError says which exist, or why not it."""
    if isinstance(choice, int):
        return _numbered(records, choice)
    if isinstance(choice, Under):
        weighed = (Objective("accuracy", "maximize"), Objective(choice.metric, "minimize"))
        return best_under(front(records, weighed), choice).record
    objectives = parse_objectives(",".join(settings["objectives"]))
    metric = first_cost(objectives)
    edge = front(records, (Objective("accuracy", "maximize"), Objective(metric, "minimize")))
    return knee(edge, metric).record


def _numbered(records: Sequence[Record], number: int) -> Record:
    searched = [record for record in records if record.role == "search"]
    numbered = [record for record in searched if record.number == number]
    if not numbered:
        raise InputError(f"--trial {number}: {_range(searched)}")
    record = numbered[0]
    if record.state == "FAIL":
        reason = record.failure or "no reason was recorded"
        raise InputError(f"--trial {number}: it failed ({reason}); choose a complete trial")
    if not record.complete:
        raise InputError(f"--trial {number}: it is {record.state}; wait until it is complete")
    return record


def target_setting(found: Run, *, resolution: int | None, classes: int | None) -> Setting:
    """Where the study wants its networks deployed, unless the command says otherwise."""
    target = found.settings["target"]
    return Setting(
        resolution=int(target["resolution"]) if resolution is None else resolution,
        classes=int(target["classes"]) if classes is None else classes,
        channels=int(target["channels"]),
    )


def trained_setting(found: Run) -> Setting:
    """The setting of the study's proxy trainings."""
    return proxy_setting(
        Fidelity(**found.settings["fidelity"]),
        classes=int(found.settings["classes"]),
        channels=int(found.settings["channels"]),
    )


def _setting(found: Run, given: Namespace) -> Setting:
    if given.weights != "proxy":
        return target_setting(found, resolution=given.resolution, classes=given.classes)
    if given.classes is not None or given.resolution is not None:
        raise InputError(
            "--weights proxy: these fit only the trial's own classes and resolution;"
            " leave out --classes and --resolution"
        )
    return trained_setting(found)


def _decoded(space: SearchSpace, record: Record) -> Configuration:
    """InputError for a trial of another space, or of another version of this one."""
    expected = {knob.name for knob in space.knobs}
    broken: str | None = f"its knobs are {', '.join(sorted(record.genome))}"
    if record.genome.keys() == expected:
        broken = space.violation(record.genome)
    if broken is not None:
        raise InputError(f"--trial {record.number}: is no network of {space.name}: {broken}")
    return space.decode(record.genome)


def _kept(found: Run, record: Record) -> Path:
    """The trained weights; a trial that left the front is trained again, exactly as it was."""
    path = found.weights(record)
    if path is not None:
        return path
    seconds = record.seconds or 0.0
    print(
        f"the weights of trial {record.number} were not kept: training it again"
        f" (it took {seconds:.0f} s)",
        file=sys.stderr,
    )
    score = found.train_again(record)
    if score.accuracy != record.accuracy:
        print(
            f"note: accuracy {score.accuracy} this time, {record.accuracy} in the search:"
            " another machine, thread count or version",
            file=sys.stderr,
        )
    path = found.weights(record)
    assert path is not None
    return path


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise InputError(f"--study {folder}: no such folder; expected runs/<study>")
    return folder


def _range(records: Sequence[Record]) -> str:
    numbers = [record.number for record in records]
    if not numbers:
        return "the study has no trials yet"
    return f"no such trial; this study has {min(numbers)} to {max(numbers)}"


def _only_space() -> str:
    """The one that is installed, where there is but one."""
    names = sorted(entry.name for entry in entry_points(group=ENTRY_POINTS))
    if len(names) != 1:
        known = ", ".join(names) or "none is installed"
        raise InputError(f"--variant: expected --space as well, one of {known}")
    return names[0]


def _data(settings: Mapping[str, Any]) -> str | None:
    """The images' name, and how they were made harder."""
    data = settings.get("data")
    if data is None:
        return None
    harder = data.get("distortion", "none")
    return str(data["source"]) + ("" if harder == "none" else f", distorted by {harder}")


def _told(proven: bool) -> str:
    if proven:
        return "; model.py is proven"
    return "; no model.py: the space has no source(configuration), see nas.core.source"


if __name__ == "__main__":
    sys.exit(run(main))
