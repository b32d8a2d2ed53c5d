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
from nas.study.settings import differences

SETTINGS = "settings"  # user attribute of a study: what it was opened with


def open_study(
    storage: BaseStorage,
    name: str,
    *,
    objectives: Sequence[Objective],
    settings: dict[str, Any] | None = None,
) -> Study:
    """With its objectives named for the dashboard. InputError where its `settings` are others."""
    study = optuna.create_study(
        storage=storage,
        study_name=name,
        directions=[objective.direction for objective in objectives],
        load_if_exists=True,
    )
    if settings is not None:
        _agree(study, settings)
    names = [objective.name for objective in objectives]
    if study.metric_names != names:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)  # since Optuna 3.2
            study.set_metric_names(names)
    return study


def _agree(study: Study, settings: dict[str, Any]) -> None:
    """A storage may hold this name already, from a run in another folder."""
    known = study.user_attrs.get(SETTINGS)
    if known is None and study.get_trials(deepcopy=False):
        raise InputError(
            f"study {study.study_name} in this storage is another's; choose another --study"
        )
    if known is None:
        study.set_user_attr(SETTINGS, settings)
    elif differing := differences(known, settings):
        raise InputError(
            f"study {study.study_name} in this storage has other settings:"
            f" {'; '.join(differing)}; choose another --study"
        )
