"""Where a worker puts the weights: into the run's folder, if it sees that, else into its answer."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nas.core.evaluation import Evaluation, Score
from nas.evaluation.job import Job
from nas.scheduling import environment
from tests.nas.searching.test_searching_resources import settings

SCORE = Score(accuracy=0.5, loss=1.0, seconds=0.0, device="cpu", images_per_second=1.0)


@pytest.fixture
def errand(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module; a training writes its weights where it is told to, and nothing else."""
    for name, value in environment.QUIET.items():
        monkeypatch.setenv(name, value)
    module: Any = pytest.importorskip("nas.scheduling.errand")

    def trained(asked: Job, **_: object) -> Score:
        assert asked.weights is not None
        asked.weights.parent.mkdir(exist_ok=True)
        asked.weights.write_bytes(b"weights")
        return SCORE

    monkeypatch.setattr(module, "run_job", trained)
    monkeypatch.setattr(module, "prepared", lambda *_: None)
    monkeypatch.setattr(module.ray, "put", lambda _: None)
    return module


@pytest.mark.parametrize("shared", [True, False])
def test_weights_reach_the_run_with_and_without_shared_storage(
    shared: bool, errand: Any, tmp_path: Path
) -> None:
    path = tmp_path / "weights" / "0.safetensors"
    with errand.Dispatch() as dispatch:
        begun = settings("cpu")
        evaluation = Evaluation(key="k", genome={}, fidelity=begun.fidelity)
        sent = dispatch(begun.job(evaluation, threads=1, weights=path))
        assert sent.marker.exists()
        if not shared:  # the worker's machine has a folder of that name, but not this one
            sent = replace(sent, marker=tmp_path / "elsewhere" / sent.marker.name)
        returned = errand.carried_out(sent)
        assert returned.outcome is SCORE
        assert path.exists() == shared
        returned.deliver(path)
        assert path.read_bytes() == b"weights"
    assert [one.name for one in path.parent.iterdir()] == [path.name]
