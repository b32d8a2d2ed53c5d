"""What the studies hold, read back as records; also by who only looks at a search."""

from collections.abc import Iterator

import optuna
from optuna.storages import BaseStorage
from optuna.study import Study

from nas.core.errors import InputError
from nas.study.record import Record, Role

INTERRUPTED = "interrupted"  # the failure of a trial that was cut short, and is no evaluation
REFERENCE = ".reference"  # suffix of the second study's name
MEASURED = (
    "accuracy",
    "loss",
    "seconds",
    "device",
    "images_per_second",
    "peak_memory_bytes",
    "compile_seconds",
    "failure",
)


def read_records(storage: BaseStorage, name: str) -> list[Record]:
    """Every evaluation of a finished or running search; InputError if there is no such search."""
    try:
        search, reference = (
            optuna.load_study(storage=storage, study_name=name + end) for end in ("", REFERENCE)
        )
    except KeyError as error:
        raise InputError(f"no study named {name} in this storage") from error
    return records_of(search, reference)


def records_of(search: Study, reference: Study) -> list[Record]:
    """Every evaluation but those cut short, in the order they were asked for."""
    return [*_records(search, "search"), *_records(reference, "replicate")]


def _records(study: Study, role: Role) -> Iterator[Record]:
    for trial in study.get_trials(deepcopy=False):
        noted = trial.user_attrs
        if "seed" not in noted or noted.get("failure") == INTERRUPTED:
            continue
        yield Record(
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
            **{name: noted.get(name) for name in MEASURED},
        )
