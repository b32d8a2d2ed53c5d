"""A worker trains on the images that the search began with, or not at all."""

import re
from pathlib import Path
from typing import Any

import pytest
from opened import settings

from nas.core.errors import InputError
from nas.core.evaluation import Evaluation, Failure, Score
from nas.core.fidelity import Fidelity
from nas.core.knob import Value
from nas.core.space import key_of
from nas.data import load
from nas.evaluation.job import DataSpec, Job, run_job
from nas.scheduling import environment
from nas.study.record import Record
from nas.study.run import open_run

GENOME: dict[str, Value] = {"width": 4, "kernel": 1, "pool": "max", "mood": "well"}
FIDELITY = Fidelity(epochs=1, resolution=8, data_share=0.05)
OTHER = "f" * 64


def job(digest: str) -> Job:
    """A training of the smallest toy in a search that began with images of that digest."""
    begun = settings(fidelity=FIDELITY, data=DataSpec(source="digits", val_limit=50), digest=digest)
    evaluation = Evaluation(key=key_of(GENOME), genome=GENOME, fidelity=FIDELITY)
    return begun.job(evaluation, threads=1, weights=None)


def test_the_same_images_are_trained_on() -> None:
    assert isinstance(run_job(job(load("digits", seed=0).digest)), Score)


def test_other_images_are_refused_by_name() -> None:
    outcome = run_job(job(OTHER))
    assert isinstance(outcome, Failure)
    assert outcome.kind == "data-differs"
    assert re.match(r"--data digits on .*: not the images", outcome.message)


def test_a_ray_worker_that_finds_other_images_fails_the_trial_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.QUIET.items():
        monkeypatch.setenv(name, value)
    training: Any = pytest.importorskip("nas.scheduling.training")
    errand: Any = pytest.importorskip("nas.scheduling.errand")
    worker = training.ProxyTraining(config={"errand": errand.Errand(job=job(OTHER))})
    outcome = worker.step()["came"].outcome
    assert isinstance(outcome, Failure)
    assert outcome.kind == "data-differs"
    assert "digits" in outcome.message


def test_a_trial_is_not_trained_again_on_other_images(tmp_path: Path) -> None:
    begun = settings(fidelity=FIDELITY, digest=OTHER)
    run = open_run(tmp_path, "s", begun.to_dict(), storage=None, versions={})
    with pytest.raises(InputError, match="cannot be trained again: data-differs: --data digits"):
        run.train_again(_record())


def _record() -> Record:
    """Of a trial that is complete."""
    return Record(
        number=0,
        key=key_of(GENOME),
        role="search",
        label=None,
        state="COMPLETE",
        replicate=0,
        seed=0,
        genome=dict(GENOME),
        params=1,
        macs=1,
        flops=1,
        accuracy=0.5,
    )
