"""An attribute of a study that is set once: of those who set it at one instant, one is heard.

Optuna's own call lets the last one win, after the first has read what it wrote.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from optuna.storages import BaseStorage, RDBStorage
from sqlalchemy import column, insert, table
from sqlalchemy.exc import IntegrityError

_ATTRIBUTES = table(  # as Optuna's schema has it, where a study has each key once
    "study_user_attributes", column("study_id"), column("key"), column("value_json")
)


def set_once(storage: BaseStorage, study_id: int, name: str, value: Any) -> Any:
    """What the attribute is from now on: what it was, or the value of whoever came first."""
    known = storage.get_study_user_attrs(study_id)
    if name in known:
        return known[name]
    if isinstance(storage, RDBStorage):
        _insert(storage, study_id, name, value)
    else:
        _propose(storage, study_id, name, value)
    return storage.get_study_user_attrs(study_id)[name]


def _insert(storage: RDBStorage, study_id: int, name: str, value: Any) -> None:
    row = {"study_id": study_id, "key": name, "value_json": json.dumps(value)}
    try:
        with storage.engine.begin() as connection:
            connection.execute(insert(_ATTRIBUTES).values(row))
    except IntegrityError:  # somebody was faster
        return


def _propose(storage: BaseStorage, study_id: int, name: str, value: Any) -> None:
    """A journal keeps attributes in the order of its lines; all who propose see the same first."""
    prefix = f"{name} of "
    storage.set_study_user_attr(study_id, prefix + uuid4().hex[:12], value)
    proposed = storage.get_study_user_attrs(study_id)
    first = next(value for key, value in proposed.items() if key.startswith(prefix))
    storage.set_study_user_attr(study_id, name, first)
