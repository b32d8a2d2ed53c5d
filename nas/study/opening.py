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
    that is `alone` takes all others for dead. Of several that create it at once with different
    settings, one does.
    """
    study = optuna.create_study(
        storage=storage,
        study_name=name,
        directions=[objective.direction for objective in objectives],
        load_if_exists=True,
    )
    if settings is not None:
        _agree(storage, study, settings, [objective.direction for objective in objectives])
        _share(storage, study, alone=alone)
    names = [objective.name for objective in objectives]
    if study.metric_names != names:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)  # since Optuna 3.2
            study.set_metric_names(names)
    return study


def _agree(
    storage: BaseStorage, study: Study, settings: dict[str, Any], directions: Sequence[str]
) -> None:
    """A storage may hold this name already, from a run in another folder."""
    there = [direction.name.lower() for direction in study.directions]
    ours = there == [*directions] and not study.get_trials(deepcopy=False)
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
