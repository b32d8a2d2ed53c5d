"""A study in a storage, opened or created, if it is this search's."""

import warnings
from collections.abc import Sequence
from typing import Any

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.storages import BaseStorage
from optuna.study import Study

from nas.core.errors import InputError
from nas.core.objective import Objective
from nas.study.once import set_once
from nas.study.reading import as_written, check_noted
from nas.study.settings import differences

SETTINGS = "settings"  # user attribute of a study: what it was opened with
DRIVEN = "driven"  # user attribute: by how many at a time; those of one way know not of the others
_BY_ONE, _TOGETHER = "by one process", "by several with --storage"


def open_study(
    storage: BaseStorage,
    name: str,
    *,
    objectives: Sequence[Objective],
    settings: dict[str, Any] | None = None,
    alone: bool = True,
) -> Study:
    """With its objectives named for the dashboard.

    InputError where its `settings` are others, or where it is driven in the other way: a driver
    that is `alone` takes all others for dead. So is one that is damaged. Of several that create it
    at once with different settings, one does.
    """
    directions = [objective.direction for objective in objectives]
    names = [objective.name for objective in objectives]
    with as_written(f"study {name}"):
        study = optuna.create_study(
            storage=storage, study_name=name, directions=directions, load_if_exists=True
        )
        trials = study.get_trials(deepcopy=False)
        for trial in trials:
            check_noted(trial, names)
        if settings is not None:
            _agree(storage, study, settings, ours=not trials and _ways(study) == directions)
            _share(storage, study, alone=alone)
        _name(study, names)
    return study


def _name(study: Study, names: list[str]) -> None:
    if study.metric_names != names:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)  # since Optuna 3.2
            study.set_metric_names(names)


def _ways(study: Study) -> list[str]:
    """As objectives say which of them is better."""
    return [direction.name.lower() for direction in study.directions]


def _agree(storage: BaseStorage, study: Study, settings: dict[str, Any], *, ours: bool) -> None:
    """A storage may hold this name already, from a run in another folder.

    `ours`: it has no trials, and might be new.
    """
    if SETTINGS not in study.user_attrs and not ours:
        raise InputError(
            f"study {study.study_name} in this storage is another's; choose another --study"
        )
    known = set_once(storage, study._study_id, SETTINGS, settings)
    if differing := differences(known, settings):
        raise InputError(
            f"study {study.study_name} in this storage has other settings:"
            f" {'; '.join(differing)}; choose another --study"
        )


def _share(storage: BaseStorage, study: Study, *, alone: bool) -> None:
    asked = _BY_ONE if alone else _TOGETHER
    known = set_once(storage, study._study_id, DRIVEN, asked)
    if known != asked:
        advice = "leave --storage out" if known == _BY_ONE else "give the same --storage as they do"
        raise InputError(
            f"study {study.study_name} in this storage is driven {known}; {advice}, with the --out"
            " that it began with, or choose another --study"
        )
