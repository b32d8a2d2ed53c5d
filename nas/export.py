"""python -m nas.export: one trial of a study as a fixed model in a folder of its own."""

import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from nas.commandline import Parser, count, run
from nas.core.cost import human
from nas.core.errors import InputError
from nas.core.evaluation import Score
from nas.core.fidelity import Fidelity, Setting, proxy_setting
from nas.core.space import find_space
from nas.exporting import Origin, export
from nas.exporting.folder import check_free
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
) -> None:
    """Parse, export, and say in one line what was written."""
    given = _parser().parse_args(arguments)
    found = read(_existing(given.study), given.storage)
    check_free(given.out)
    record = chosen(found.records, given.trial)
    setting = _setting(found, given)
    space = find_space(found.settings["space"])
    configuration = space.decode(record.genome)
    export(
        space,
        configuration,
        given.out,
        setting=setting,
        weights=_kept(found, record) if given.weights == "proxy" else None,
        seed=given.seed,
        origin=Origin(study=str(given.study), trial=record.number, key=record.key),
        space_name=found.settings["space"],
    )
    cost = space.cost(space.adapt(configuration, setting))
    print(
        f"{given.out}: trial {record.number} at {setting.resolution} px, {setting.classes} classes,"
        f" {given.weights}; {human(cost.params)} parameters, {human(cost.macs)} MACs"
    )


def chosen(records: Sequence[Record], number: int) -> Record:
    """The search's complete trial of that number; InputError says which exist, or why not it."""
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


def _parser() -> Parser:
    parser = Parser(prog="python -m nas.export", description=__doc__ or "")
    add = parser.add_argument
    add("--study", type=Path, required=True, metavar="DIR", help="the study's folder: runs/<study>")
    add("--storage", metavar="URL", help="the study's database, where that asks for a password")
    add("--trial", type=int, required=True, metavar="N", help="the trial's number")
    add("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    add(
        "--weights",
        choices=("untrained", "proxy"),
        default="untrained",
        help="freshly initialised (default), or those of the trial's proxy training",
    )
    add("--classes", type=count, metavar="N", help="outputs; default: the study's target")
    add("--resolution", type=count, metavar="PX", help="pixels; default: the study's target")
    add("--seed", type=int, default=0, metavar="N", help="of untrained weights; default: 0")
    return parser


if __name__ == "__main__":
    sys.exit(run(main))
