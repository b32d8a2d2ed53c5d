"""An evaluation as plain values that any process can carry out: all is found again by name."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nas.core.evaluation import Evaluation, Outcome
from nas.core.fidelity import Fidelity
from nas.core.space import find_space
from nas.data import DISTORTIONS, Prepared, load, prepare
from nas.evaluation.device import Asked
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
    """What a worker needs to know for one evaluation."""

    evaluation: Evaluation
    space: str
    data: DataSpec
    recipe: Recipe
    study_seed: int
    device: Asked
    threads: int | None
    weights: Path | None = None


def run_job(job: Job) -> Outcome:
    """Carry an evaluation out in this process; failures are outcomes, not exceptions."""
    return evaluate(
        job.evaluation,
        space=find_space(job.space),
        data=prepared(job.data, job.evaluation.fidelity),
        recipe=job.recipe,
        study_seed=job.study_seed,
        device=job.device,
        threads=job.threads,
        weights=job.weights,
    )


@lru_cache(maxsize=2)
def prepared(spec: DataSpec, fidelity: Fidelity) -> Prepared:
    """The data at a fidelity, prepared once a process. InputError where it cannot be had."""
    return prepare(
        load(spec.source, seed=spec.seed),
        resolution=fidelity.resolution,
        share=fidelity.data_share,
        seed=spec.seed,
        val_limit=spec.val_limit,
        distortion=DISTORTIONS[spec.distortion],
    )
