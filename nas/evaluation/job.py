"""An evaluation as plain values that any process can carry out: all is found again by name."""

import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from socket import gethostname

from nas.core.errors import InputError
from nas.core.evaluation import Evaluation, Outcome
from nas.core.fidelity import Fidelity
from nas.core.guard import guarded
from nas.core.space import find_space
from nas.data import DISTORTIONS, Prepared, load, prepare
from nas.evaluation.device import Asked
from nas.evaluation.errors import DataDiffersError
from nas.evaluation.evaluate import evaluate
from nas.evaluation.failures import failure_of
from nas.evaluation.limit import enforced, in_time
from nas.evaluation.recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class DataSpec:
    """Which images, how they are split and how much harder they are made; all by name and seed."""

    source: str
    seed: int = 0
    distortion: str = "none"
    val_limit: int | None = None

    def __post_init__(self) -> None:
        """Refuse a distortion that there is none of, as a damaged file may say."""
        if self.distortion not in DISTORTIONS:
            known = ", ".join(DISTORTIONS)
            raise InputError(f"distortion: expected one of {known}; got {self.distortion!r}")


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a worker needs to know for one evaluation.

    `digest` is that of the data as the search saw them, for a worker on another host may find
    others under the same name; None where nobody wrote it down. `seconds` are those allowed for
    all of it, None for any number. `parts` is into how many batches are cut from the start (see
    `evaluate`): those of an earlier training, to repeat it.
    """

    evaluation: Evaluation
    space: str
    data: DataSpec
    recipe: Recipe
    study_seed: int
    device: Asked
    threads: int | None
    weights: Path | None = None
    digest: str | None = None
    seconds: float | None = None
    parts: int = 1


def run_job(job: Job, *, hard: bool = False, data: Prepared | None = None) -> Outcome:
    """Carry an evaluation out in this process; its failures are outcomes, not exceptions.

    So are a space that cannot be loaded, and data that cannot be had or are not the search's.
    `hard` is for a process that may be lost: it ends where a training does not end in time and
    cannot be interrupted (see `enforced`). `data` are the job's, prepared elsewhere; None: here.
    """
    started = time.monotonic()
    try:
        with enforced(job.seconds, hard=hard):
            return _carried_out(job, data, started)
    except Exception as error:
        return failure_of(error, seconds=time.monotonic() - started, device=job.device)


def _carried_out(job: Job, data: Prepared | None, started: float) -> Outcome:
    """Raises what keeps an evaluation from beginning."""
    deadline = None if job.seconds is None else started + job.seconds
    space = guarded(job.space, find_space(job.space))
    if data is None:
        data = prepared(job.data, job.evaluation.fidelity, job.digest)
    in_time(deadline, "with the data just prepared")
    return evaluate(
        job.evaluation,
        space=space,
        data=data,
        recipe=job.recipe,
        study_seed=job.study_seed,
        device=job.device,
        threads=job.threads,
        weights=job.weights,
        seconds=None if deadline is None else deadline - time.monotonic(),
        parts=job.parts,
    )


@lru_cache(maxsize=2)
def prepared(spec: DataSpec, fidelity: Fidelity, digest: str | None = None) -> Prepared:
    """The data at a fidelity, prepared once a process. InputError where it cannot be had.

    DataDiffersError, unless the data are those of that `digest`.
    """
    dataset = load(spec.source, seed=spec.seed)
    if digest not in (None, dataset.digest):
        raise DataDiffersError(
            f"--data {spec.source} on {gethostname()}: not the images that the search began with"
            f" (digest {dataset.digest[:8]}, not {str(digest)[:8]}); put the same ones there"
        )
    return prepare(
        dataset,
        resolution=fidelity.resolution,
        share=fidelity.data_share,
        seed=spec.seed,
        val_limit=spec.val_limit,
        distortion=DISTORTIONS[spec.distortion],
    )
