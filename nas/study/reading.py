"""What the studies hold, read back as records; also by who only looks at a search."""

import re

import optuna
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial

from nas.core.errors import InputError
from nas.study.book import OUTCOME, is_interrupted
from nas.study.record import Record, Role

_KEY = re.compile("[0-9a-f]{16}")  # as nas.core.space.key_of makes them; files are named by it
REFERENCE = ".reference"  # suffix of the second study's name
MEASURED = (
    "accuracy",
    "loss",
    "seconds",
    "device",
    "images_per_second",
    "peak_memory_bytes",
    "compile_seconds",
    "parts",
    "threads",
    "failure",
)


def read_records(storage: BaseStorage, name: str) -> list[Record]:
    """Every evaluation of a finished or running search; InputError if there is no such search."""
    records: list[Record] = []
    for ending, role in (("", "search"), (REFERENCE, "replicate")):
        try:
            study = optuna.load_study(storage=storage, study_name=name + ending)
        except KeyError as error:
            raise InputError(f"no study named {name} in this storage") from error
        found = (record_of(trial, role) for trial in study.get_trials(deepcopy=False))  # type: ignore[arg-type]
        records += (record for record in found if record is not None)
    return records


def record_of(trial: FrozenTrial, role: Role) -> Record | None:
    """An evaluation; None for a trial that is none, as one cut short or still queued."""
    noted = {**trial.user_attrs, **trial.user_attrs.get(OUTCOME, {})}
    if "seed" not in noted or is_interrupted(trial):
        return None
    if not (_KEY.fullmatch(str(noted["key"])) and isinstance(noted["replicate"], int)):
        raise InputError(
            f"trial {trial.number} was not written by a search: its key would name a file"
        )
    return Record(
        number=trial.number,
        key=noted["key"],
        role=noted.get("role", role),
        label=noted.get("label"),
        state=trial.state.name,  # type: ignore[arg-type]
        replicate=noted["replicate"],
        seed=noted["seed"],
        genome=dict(trial.params),
        params=noted["params"],
        macs=noted["macs"],
        flops=noted["flops"],
        position=noted.get("position"),
        values=None if trial.values is None else tuple(trial.values),
        **{name: noted.get(name) for name in MEASURED},
    )
