"""How many trainings run side by side, on processors and on pretended GPUs."""

import argparse
import os
from typing import Any

import pytest
import torch

from nas.core.budget import Budget
from nas.core.errors import InputError
from nas.core.fidelity import Fidelity, Setting
from nas.evaluation.job import DataSpec
from nas.evaluation.recipe import Recipe
from nas.scheduling import Resources, cluster
from nas.scheduling.room import Cluster, Node
from nas.searching import resources
from nas.searching.resources import resources_for
from nas.study.settings import Settings
from nas.windows import Region
from tests.nas.toy import SPACE

REGION = Region(
    space=SPACE,
    choices={knob.name: knob.choices for knob in SPACE.knobs},
    budget=Budget(),
    target=Setting(),
)
GIB = 2**30


def settings(device: str) -> Settings:
    """Of a search in the toy space, on that device."""
    return Settings(
        space="tests.nas.toy:SPACE",
        choices={},
        budget=Budget(),
        target=Setting(),
        fidelity=Fidelity(epochs=1, resolution=8),
        data=DataSpec(source="digits"),
        digest="abc",
        classes=10,
        channels=1,
        recipe=Recipe(),
        device=device,
        objectives=("accuracy", "params"),
        sampler="auto",
        seed=0,
        published=True,
    )


def given(device: str = "cpu", **flags: Any) -> Resources:
    """What the command would take, on four processors."""
    arguments = {"runner": "ray", "workers": None, "gpus_per_trial": "auto", "ray_address": None}
    return resources_for(settings(device), REGION, argparse.Namespace(**{**arguments, **flags}))


@pytest.fixture(autouse=True)
def four_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3})


def gpus(count: int, monkeypatch: pytest.MonkeyPatch, *, peak: int = GIB) -> None:
    """Pretend that there are so many, of 16 GiB each, and that a training takes `peak` bytes."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: None)
    monkeypatch.setattr(resources, "pick_device", lambda _: torch.device("cuda"))
    monkeypatch.setattr(resources, "measure_peak", lambda model, **_: peak)
    monkeypatch.setattr(resources, "total_memory", lambda _: 16 * GIB)


@pytest.mark.parametrize(("workers", "threads"), [(None, 1), (1, 4), (2, 2), (3, 1), (4, 1)])
def test_processors_are_shared_among_the_workers(workers: int | None, threads: int) -> None:
    assert given(workers=workers) == Resources(workers=workers or 4, threads=threads)


def test_in_this_process_one_training_gets_every_processor() -> None:
    for workers in (None, 1):
        assert given(runner="inline", workers=workers) == Resources(workers=1, threads=4)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"workers": 4}, "--workers 4: expected --runner ray; .* one at a time"),
        ({"ray_address": "auto"}, "--ray-address auto: expected --runner ray"),
    ],
)
def test_what_only_ray_can_do_is_refused_inline(flags: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        given(runner="inline", **flags)


def test_inline_a_training_has_the_gpu_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    gpus(2, monkeypatch)
    for share in ("auto", 1.0):
        assert given("cuda: pretended", runner="inline", gpus_per_trial=share).workers == 1
    for share in (0.5, 2.0):
        with pytest.raises(InputError, match=f"--gpus-per-trial {share}: expected --runner ray"):
            given("cuda: pretended", runner="inline", gpus_per_trial=share)


def test_some_more_workers_than_processors_are_allowed_and_many_refused() -> None:
    assert given(workers=16) == Resources(workers=16, threads=1)
    with pytest.raises(InputError, match=r"--workers 17: .* 4 processors; ask for at most 16"):
        given(workers=17)


def test_more_workers_than_the_gpus_hold_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    gpus(1, monkeypatch)
    assert given("cuda: pretended", gpus_per_trial=0.5, workers=2).workers == 2
    with pytest.raises(InputError, match=r"--workers 3: .* 1 GPU, .* takes 0.5; ask for at most 2"):
        given("cuda: pretended", gpus_per_trial=0.5, workers=3)


def test_a_cluster_may_have_room_for_more_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Cluster(nodes=(Node(cpus=64), Node(cpus=64)), free_cpus=128)
    monkeypatch.setattr(cluster, "_look", lambda address: there)
    assert given(workers=64, ray_address="auto") == Resources(workers=64, threads=2)
    assert given(ray_address="auto") == Resources(workers=128, threads=1)


def test_trials_share_a_gpu_by_their_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    gpus(1, monkeypatch, peak=4 * GIB)  # 4.6 GiB each, of 12.8
    assert given("cuda: pretended") == Resources(workers=2, threads=2, gpus_per_trial=0.5)


def test_there_are_no_more_workers_than_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    gpus(1, monkeypatch, peak=GIB // 16)
    taken = given("cuda: pretended")
    assert taken.workers == 4
    assert taken.gpus_per_trial == pytest.approx(1 / 16)


@pytest.mark.parametrize(
    ("share", "count", "workers"), [(1.0, 2, 2), (2.0, 2, 1), (0.5, 1, 2), (0.6, 2, 2), (0.5, 2, 4)]
)
def test_no_share_lies_on_two_gpus(
    share: float, count: int, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpus(count, monkeypatch)
    taken = given("cuda: pretended", gpus_per_trial=share)
    assert (taken.workers, taken.gpus_per_trial) == (workers, share)


@pytest.mark.parametrize("runner", ["ray", "inline"])
@pytest.mark.parametrize("share", [0.0, 1.5, 3.0])
def test_a_share_that_cannot_be_had_is_refused(
    share: float, runner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpus(2, monkeypatch)
    with pytest.raises(InputError, match="--gpus-per-trial"):
        given("cuda: pretended", gpus_per_trial=share, runner=runner)


def test_a_gpu_for_trainings_on_the_processor_is_refused() -> None:
    with pytest.raises(InputError, match="there is no GPU"):
        given(gpus_per_trial=1.0)


def test_no_gpu_for_trainings_on_the_processor_is_fine() -> None:
    assert given(gpus_per_trial=0.0).gpus_per_trial == 0


def test_a_network_too_large_for_the_gpu_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(model: object, **_: object) -> int:
        raise torch.OutOfMemoryError("tried to allocate")

    gpus(1, monkeypatch)
    monkeypatch.setattr(resources, "measure_peak", full)
    with pytest.raises(InputError, match="does not fit on the GPU"):
        given("cuda: pretended")
