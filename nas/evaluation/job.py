"""An evaluation as plain values that any process can carry out: all is found again by name."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from socket import gethostname

from nas.core.evaluation import Evaluation, Outcome
from nas.core.fidelity import Fidelity
from nas.core.space import find_space
from nas.data import DISTORTIONS, Prepared, load, prepare
from nas.evaluation.device import Asked
from nas.evaluation.errors import DataDiffersError
from nas.evaluation.evaluate import evaluate
from nas.evaluation.recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class DataSpec:
    """Which images, how they are split and how much harder they are made; all by name and seed."""

    source: str
    seed: int = 0
    distortion: str = "none"
    val_limit: int | None = None


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a worker needs to know for one evaluation.

    `digest` is that of the data as the search saw them, for a worker on another host may find
    others under the same name; None where nobody wrote it down.
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


def run_job(job: Job) -> Outcome:
    """Carry an evaluation out in this process; its failures are outcomes, not exceptions.

    InputError where the data cannot be had, DataDiffersError where they are not the search's: on
    these no evaluation can begin.
    """
    return evaluate(
        job.evaluation,
        space=find_space(job.space),
        data=prepared(job.data, job.evaluation.fidelity, job.digest),
        recipe=job.recipe,
        study_seed=job.study_seed,
        device=job.device,
        threads=job.threads,
        weights=job.weights,
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
