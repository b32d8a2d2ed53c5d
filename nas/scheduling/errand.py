"""What travels to a worker and what comes back, where it may be another machine.

Images are prepared once, in the driver; each node fetches them once. Weights are written by the
worker where it sees the run's folder, and else come back as the bytes of their file.
"""

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import ray

from nas.core.evaluation import Outcome
from nas.core.fidelity import Fidelity
from nas.evaluation.job import DataSpec, Job, prepared, run_job


@dataclass(frozen=True, kw_only=True)
class Errand:
    """A job with what another machine needs for it; without, all is found by name.

    `data` refers to `Prepared` ones in Ray. `marker` is a file that lies in the folder of the
    weights, wherever that is seen: a path alone may mean another folder on another machine.
    """

    job: Job
    data: Any = None
    marker: Path | None = None


class Returned:
    """An outcome, and the file of the weights where the worker could not put it."""

    def __init__(self, *, outcome: Outcome, weights: bytes | None = None) -> None:
        self.outcome = outcome
        self._weights = weights

    def deliver(self, path: Path | None) -> None:
        """Write the weights, all at once, and forget them; a full disk costs them alone."""
        content, self._weights = self._weights, None
        if content is None or path is None:
            return
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        with suppress(OSError):
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                temporary.write_bytes(content)
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)


class Dispatch:
    """Makes errands for the nodes of a cluster; a context, for it leaves a file while it lasts."""

    def __init__(self) -> None:
        self._data: dict[tuple[DataSpec, Fidelity, str | None], Any] = {}
        self._markers: dict[Path, Path] = {}

    def __enter__(self) -> "Dispatch":
        return self

    def __exit__(self, *_: object) -> None:
        for marker in self._markers.values():
            with suppress(OSError):
                marker.unlink(missing_ok=True)

    def __call__(self, job: Job) -> Errand:
        """InputError where the data cannot be had."""
        marker = None if job.weights is None else self._marker(job.weights.parent)
        return Errand(job=job, data=self._shipped(job), marker=marker)

    def _shipped(self, job: Job) -> Any:
        which = job.data, job.evaluation.fidelity, job.digest
        if which not in self._data:
            self._data[which] = ray.put(prepared(*which))
        return self._data[which]

    def _marker(self, folder: Path) -> Path:
        if folder not in self._markers:
            self._markers[folder] = folder / f".driver-{uuid4().hex}"
            with suppress(OSError):  # without it, weights come back
                folder.mkdir(parents=True, exist_ok=True)
                self._markers[folder].touch()
        return self._markers[folder]


def carried_out(errand: Errand) -> Returned:
    """In the worker: the job's outcome, hard time limits included."""
    job = errand.job
    data = None if errand.data is None else ray.get(errand.data)
    if errand.marker is None or job.weights is None or errand.marker.exists():
        return Returned(outcome=run_job(job, hard=True, data=data))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / job.weights.name
        outcome = run_job(replace(job, weights=path), hard=True, data=data)
        return Returned(outcome=outcome, weights=path.read_bytes() if path.exists() else None)
