"""What the studies hold, read back as records; also by who only looks at a search."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import optuna
from optuna.storages import BaseStorage
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from nas.core.errors import InputError
from nas.study.book import OUTCOME, is_interrupted
from nas.study.record import Key, Record, Role
from nas.study.storage import is_storage_error, open_storage, told
from nas.study.typed import Count, check

REFERENCE = ".reference"  # suffix of the second study's name
# Raised by what no search wrote; the last by thousands of brackets within each other.
MALFORMED = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)
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


@dataclass(frozen=True, kw_only=True)
class _Identity:
    """By what a search tells trials apart, as far as it is noted."""

    key: Key | None
    label: str | None
    replicate: Count | None
    position: Count | None


_IDENTITY = [field.name for field in fields(_Identity)]
_NOTED = {field.name for field in fields(Record)} - {"number", "state", "genome", "values"}


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
    """An evaluation; None for a trial that is none, as one cut short or still queued.

    InputError where no search has written it.
    """
    with as_written(f"trial {trial.number}"):
        noted = {**trial.user_attrs, **trial.user_attrs.get(OUTCOME, {})}
        if "seed" not in noted or is_interrupted(trial):
            return None
        values = {
            **{"role": role, "label": None},
            **{name: value for name, value in noted.items() if name in _NOTED},
            "number": trial.number,
            "state": trial.state.name,
            "genome": dict(trial.params),
            "values": None if trial.values is None else tuple(trial.values),
        }
        check(Record, values)
        return Record(**values)


def check_noted(trial: FrozenTrial, objectives: Iterable[str]) -> None:
    """InputError where a search could not tell or weigh a trial by what is noted with it."""
    with as_written(f"trial {trial.number}"):
        noted = trial.user_attrs
        check(_Identity, {name: noted.get(name) for name in _IDENTITY})
        if trial.state == TrialState.COMPLETE:
            known = {*noted, *noted.get(OUTCOME, ()), *noted.get("known", {}).get("costs", ())}
            for name in objectives:
                if name not in known:
                    raise TypeError(f"{name}: expected a number; got none")


@contextmanager
def as_written(what: str) -> Iterator[None]:
    """InputError where what is read of `what` is not as a search writes it."""
    try:
        yield
    except InputError:
        raise
    except MALFORMED as error:
        raise InputError(
            f"{what} was not written by a search: {error}; restore its study from a copy"
        ) from error
