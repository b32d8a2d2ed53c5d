"""Devices, and the sharing of a GPU by measured memory; no GPU is needed for these tests."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nas.core.errors import InputError
from nas.evaluation import NoDeviceError, Recipe, device_name, gpu_share, measure_peak, pick_device
from nas.evaluation.memory import CONTEXT_BYTES, MOST
from nas.evaluation.reproducible import seeded, thread_count
from tests.nas.evaluation.tiny_space import convnet

GIB = 2**30


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.mark.usefixtures("no_gpu")
def test_auto_is_the_cpu_where_there_is_no_gpu() -> None:
    assert device_name(pick_device("auto")) == "cpu"


@pytest.mark.usefixtures("no_gpu")
def test_a_gpu_asked_for_and_not_there_is_an_error() -> None:
    with pytest.raises(NoDeviceError, match="expected a GPU; this process sees none"):
        pick_device("cuda")


def test_a_gpu_that_cannot_be_used_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*size: int, device: torch.device) -> torch.Tensor:
        raise RuntimeError(f"no kernel image is available on {device}\nCompile with ...")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    monkeypatch.setattr(torch, "zeros", broken)
    with pytest.raises(NoDeviceError, match=r"cannot be used: no kernel image .* cuda:0; or take"):
        pick_device("auto")


def test_a_gpu_is_recorded_by_its_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "NVIDIA H200")
    assert device_name(torch.device("cuda", 0)) == "cuda: NVIDIA H200"


def test_another_device_is_refused() -> None:
    with pytest.raises(InputError, match="--device: expected auto, cpu, cuda; got 'tpu'"):
        pick_device("tpu")  # type: ignore[arg-type]


def test_a_gpu_holds_as_many_trials_as_fit_with_headroom() -> None:
    assert gpu_share(8 * GIB - CONTEXT_BYTES, 100 * GIB, headroom=0.2) == 0.1
    assert gpu_share(8 * GIB - CONTEXT_BYTES + 1, 100 * GIB, headroom=0.2) == 0.1111
    assert gpu_share(70 * GIB, 100 * GIB) == 1.0


def test_small_trials_share_a_gpu_only_so_far() -> None:
    assert gpu_share(1, 100 * GIB) == 1 / MOST


def test_a_network_too_large_for_the_gpu_is_an_error() -> None:
    with pytest.raises(InputError, match=r"needs 80\.6 GiB, the GPU offers 80\.0 GiB"):
        gpu_share(80 * GIB, 100 * GIB)


@pytest.mark.parametrize("headroom", [-0.1, 1.0])
def test_headroom_is_a_share(headroom: float) -> None:
    with pytest.raises(InputError, match="headroom"):
        gpu_share(GIB, 100 * GIB, headroom)


@given(peak=st.integers(1, 60 * GIB), total=st.integers(80 * GIB, 200 * GIB))
def test_trials_that_share_a_gpu_fit_into_it(peak: int, total: int) -> None:
    share = gpu_share(peak, total)
    trials = round(1 / share)
    assert trials * share <= 1
    assert trials * (peak + CONTEXT_BYTES) <= 0.8 * total
    more = trials + 1
    assert more > MOST or more * (peak + CONTEXT_BYTES) > 0.8 * total


def test_a_cpu_has_no_peak_to_measure() -> None:
    peak = measure_peak(
        convnet(), images=(1, 8, 8), classes=10, recipe=Recipe(), device=torch.device("cpu")
    )
    assert peak is None


def test_seeded_work_repeats_and_leaves_the_generator_alone() -> None:
    before = torch.get_rng_state()
    with seeded(3, torch.device("cpu")):
        first = torch.rand(4)
    with seeded(3, torch.device("cpu")):
        assert torch.equal(torch.rand(4), first)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_number_of_threads_is_as_before_afterwards() -> None:
    before = torch.get_num_threads()
    with thread_count(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before
    with thread_count(None):
        assert torch.get_num_threads() == before
