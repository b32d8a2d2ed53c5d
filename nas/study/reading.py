"""What the studies hold, read back as records; also by who only looks at a search."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import optuna
from optuna.storages import BaseStorage
from optuna.study import Study
from optuna.trial import FrozenTrial

from nas.core.errors import InputError
from nas.study.book import OUTCOME, is_interrupted
from nas.study.record import Record, Role
from nas.study.storage import is_storage_error, open_storage, told

_KEY = re.compile("[0-9a-f]{16}")  # as nas.core.space.key_of makes them; files are named by it
REFERENCE = ".reference"  # suffix of the second study's name
MALFORMED = (ValueError, LookupError, TypeError, AttributeError)  # raised by what no search wrote
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


@contextmanager
def reading(folder: Path, url: str) -> Iterator[BaseStorage]:
    """The storage of the run in `folder`; InputError where it cannot be read, as one damaged."""
    storage = open_storage(url, create=False)
    shown = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)  # its warnings are of what it raises then
    try:
        yield storage
    except InputError:
        raise
    except Exception as error:
        if not (is_storage_error(error) or isinstance(error, MALFORMED)):
            raise
        cause = error.__cause__ or error  # Optuna's own words are those of a commit
        said = f"{type(cause).__name__}: {told(cause, url)}"
        raise InputError(
            f"{folder}: its study cannot be read ({said}); try again, or restore it from a copy"
        ) from error
    finally:
        optuna.logging.set_verbosity(shown)


def find_study(storage: BaseStorage, name: str) -> Study:
    """That of a search; InputError where there is none of this name."""
    try:
        return optuna.load_study(storage=storage, study_name=name)
    except KeyError as error:
        said = name.removesuffix(REFERENCE)
        raise InputError(f"no study named {said} in this storage") from error


def read_records(storage: BaseStorage, name: str) -> list[Record]:
    """Every evaluation of a finished or running search; InputError if there is no such search."""
    records: list[Record] = []
    for ending, role in (("", "search"), (REFERENCE, "replicate")):
        study = find_study(storage, name + ending)
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
