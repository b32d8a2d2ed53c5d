"""A storage that is away for a moment, or a disk that is full, is waited for: results are dear."""

import sys
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from optuna.exceptions import StorageInternalError
from optuna.storages import BaseStorage

PATIENCE = 20.0  # seconds
PAUSE = 1.0  # seconds between two attempts


class Patient:
    """A storage's methods; one that fails for an outer reason is tried again for a while.

    The answer of a write that took place may be lost, as it may be to Optuna, which tries some
    again by itself: of a new trial there may be two then (see `Book`); all else is written over.
    """

    def __init__(self, storage: BaseStorage) -> None:
        self._storage = storage

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._storage, name)
        return _patient(found) if callable(found) else found


def _patient(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def tried(*args: Any, **kwargs: Any) -> Any:
        deadline = None
        while True:
            try:
                return method(*args, **kwargs)
            except StorageInternalError:
                now = time.monotonic()
                if deadline is None:
                    deadline = now + PATIENCE
                    print(
                        "waiting: the study's storage does not take what is found; trying again for"
                        f" {PATIENCE:.0f} s: free the disk, or see to the database",
                        file=sys.stderr,
                        flush=True,
                    )
                elif now > deadline:
                    raise
                time.sleep(PAUSE)

    return tried
