"""A trial of a study as its export needs it: its network, its setting, its weights, its images."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from nas.core.errors import InputError
from nas.core.evaluation import Score
from nas.core.fidelity import Fidelity, Setting, proxy_setting
from nas.core.space import Configuration, SearchSpace
from nas.evaluation.job import DataSpec, prepared
from nas.exporting.write import Inputs, Origin
from nas.study.record import Record

DIGITS = 6  # of a mean: those behind them depend on the number of threads


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


def target_setting(found: Run, *, resolution: int | None, classes: int | None) -> Setting:
    """Where the study wants its networks deployed, unless the command says otherwise."""
    target = Setting(**found.settings["target"])
    return replace(
        target,
        resolution=target.resolution if resolution is None else resolution,
        classes=target.classes if classes is None else classes,
    )


def trained_setting(found: Run) -> Setting:
    """The setting of the study's proxy trainings."""
    return proxy_setting(
        _fidelity(found), classes=found.settings["classes"], channels=found.settings["channels"]
    )


def decoded(space: SearchSpace, record: Record) -> Configuration:
    """InputError for a trial of another space, or of another version of this one."""
    expected = {knob.name for knob in space.knobs}
    broken: str | None = f"its knobs are {', '.join(sorted(record.genome))}"
    if record.genome.keys() == expected:
        broken = space.violation(record.genome)
    if broken is not None:
        raise InputError(f"--trial {record.number}: is no network of {space.name}: {broken}")
    return space.decode(record.genome)


def kept_weights(found: Run, record: Record) -> tuple[Path, float | None]:
    """The trained weights with their accuracy; a trial that left the front is trained again."""
    path = found.weights(record)
    if path is not None:
        return path, record.accuracy
    seconds = record.seconds or 0.0
    _note(
        f"the weights of trial {record.number} were not kept: training it again"
        f" (it took {seconds:.0f} s)"
    )
    score = found.train_again(record)
    if score.accuracy != record.accuracy:
        _note(
            f"note: accuracy {score.accuracy} this time, {record.accuracy} in the search:"
            " another machine, thread count or version"
        )
    path = found.weights(record)
    assert path is not None
    return path, score.accuracy


def origin(found: Run, record: Record, study: Path, accuracy: float | None) -> Origin:
    """Where the trial's network comes from, for the card."""
    return Origin(
        study=str(study),
        trial=record.number,
        key=record.key,
        accuracy=accuracy,
        fidelity=str(_fidelity(found)),
        data=_data(found.settings),
    )


def inputs(found: Run) -> Inputs | None:
    """How the images were prepared that the weights know; None where they cannot be read now."""
    settings = found.settings
    try:
        images = prepared(DataSpec(**settings["data"]), _fidelity(found), settings.get("digest"))
    except InputError as error:
        _note(f"note: the card cannot say how to prepare images: {error}")
        return None
    mean, std = (tuple(round(one, DIGITS) for one in each) for each in (images.mean, images.std))
    return Inputs(mean=mean, std=std, class_names=images.class_names)


def _fidelity(found: Run) -> Fidelity:
    return Fidelity(**found.settings["fidelity"])


def _data(settings: Mapping[str, Any]) -> str | None:
    """The images' name, and how they were made harder."""
    data = settings.get("data")
    if data is None:
        return None
    harder = data.get("distortion", "none")
    return str(data["source"]) + ("" if harder == "none" else f", distorted by {harder}")


def _note(text: str) -> None:
    print(text, file=sys.stderr)
