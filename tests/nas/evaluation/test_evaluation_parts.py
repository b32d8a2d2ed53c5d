"""A training that runs out of memory starts again in smaller parts, with the same gradients."""

import gc
import json
import os
import subprocess
import sys
import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.utils.checkpoint import checkpoint

from nas.core.evaluation import Failure, Outcome, Score
from nas.evaluation import Recipe, evaluate, train
from nas.evaluation import parts as parts_module
from nas.evaluation.batches import batches
from nas.evaluation.mixup import mix
from nas.evaluation.parts import most_parts, until_it_fits
from nas.evaluation.step import Step
from tests.nas.evaluation.tiny_space import Net, TinySpace, asked, digits

CPU = torch.device("cpu")
FAST = Recipe(learning_rate=0.01, batch_size=32, drop_path=0.1)
ROOT = Path(__file__).parents[3]


class Hungry(nn.Module):
    """Has memory for so many images at a time, and notes how many it was shown."""

    def __init__(self, network: nn.Module, images: int, error: Exception) -> None:
        super().__init__()
        self.network, self.images, self.error = network, images, error
        self.seen: list[int] = []
        self.checkpointing = False

    def set_grad_checkpointing(self, enable: bool = True) -> None:
        """Of all of it."""
        self.checkpointing = enable

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """b c h w -> b classes."""
        self.seen.append(len(x))
        if len(x) > self.images:
            raise self.error
        if self.checkpointing and self.training:
            return checkpoint(self.network, x, use_reentrant=False)  # type: ignore[no-any-return]
        return self.network(x)  # type: ignore[no-any-return]


class HungrySpace(TinySpace):
    """Builds a new hungry network each time, and keeps all of them."""

    def __init__(self, images: int, error: Exception | None = None) -> None:
        super().__init__()
        self.images, self.error = images, error or MemoryError()
        self.built: list[Hungry] = []

    def build(self, configuration: Net, *, drop_path: float = 0.0) -> nn.Module:
        """A convnet that is never full."""
        self.built.append(
            Hungry(super().build(configuration, drop_path=drop_path), self.images, self.error)
        )
        return self.built[-1]


def outcome_of(space: TinySpace, recipe: Recipe = FAST, **options: Any) -> Outcome:
    return evaluate(
        asked(),
        space=space,
        data=digits(320, 60),
        recipe=recipe,
        study_seed=0,
        device="cpu",
        threads=1,
        **options,
    )


def bits(outcome: Outcome) -> tuple[float, float, int]:
    assert isinstance(outcome, Score), outcome
    return outcome.accuracy, outcome.loss, outcome.parts


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("[x] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9"),
        RuntimeError("std::bad_alloc"),
        OSError(12, "Cannot allocate memory"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_the_batch_is_halved_until_it_fits_whoever_says_that_it_does_not(error: Exception) -> None:
    space = HungrySpace(9, error)
    outcome = outcome_of(space, replace(FAST, eval_batch_size=36))
    assert isinstance(outcome, Score), outcome
    assert outcome.parts == 4
    # The last one trained on eights, and was scored on nines.
    assert [max(network.seen) for network in space.built] == [32, 16, 9]


@pytest.mark.parametrize(
    "change",
    [{}, {"ema_decay": 0.9}, {"mixup": 0.2}, {"checkpointing": True}],
    ids=lambda change: next(iter(change), "plain"),
)
def test_a_training_that_was_halved_is_the_one_in_parts_from_the_start(
    change: dict[str, Any],
) -> None:
    recipe = replace(FAST, eval_batch_size=32, **change)
    halved = bits(outcome_of(HungrySpace(8), recipe))
    assert halved == bits(outcome_of(HungrySpace(99), recipe, parts=4))
    assert halved[2] == 4
    assert halved != bits(outcome_of(HungrySpace(99), recipe))


def test_a_training_that_fits_is_in_one_part() -> None:
    assert bits(outcome_of(HungrySpace(99)))[2] == 1


def test_a_network_too_large_for_the_smallest_parts_is_out_of_memory() -> None:
    space = HungrySpace(1)
    outcome = outcome_of(space)
    assert isinstance(outcome, Failure)
    assert (outcome.kind, outcome.message) == ("out-of-memory", "MemoryError: ")
    assert [network.seen for network in space.built] == [[32], [16], [8], [4], [2]]


def test_other_errors_are_not_tried_again() -> None:
    space = HungrySpace(9, ValueError("no"))
    outcome = outcome_of(space)
    assert isinstance(outcome, Failure)
    assert (outcome.kind, len(space.built)) == ("error", 1)


def test_the_time_allowed_is_for_all_attempts() -> None:
    outcome = outcome_of(HungrySpace(1), seconds=0.0)
    assert isinstance(outcome, Failure)
    assert outcome.kind == "timeout"


def test_an_attempts_memory_is_given_back_before_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[weakref.ref[nn.Module]] = []
    alive: list[int] = []
    emptied: list[str] = []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: emptied.append("cache"))

    def build() -> nn.Module:
        alive.append(sum(reference() is not None for reference in held))
        model = nn.Linear(1, 1)
        model.itself = [model]  # a cycle
        held.append(weakref.ref(model))
        return model

    def no_memory(model: nn.Module, parts: int) -> None:
        raise MemoryError

    gc.disable()  # so that nothing but the code at test collects
    try:
        with pytest.raises(MemoryError):
            until_it_fits(build, no_memory, most=lambda _: 4, parts=1, device=torch.device("cuda"))
    finally:
        gc.enable()
    assert alive == [0, 0, 0]
    assert emptied == ["cache", "cache"]


class Kept:
    """In place of an optimiser: keeps the gradients of a step."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self.gradients: list[torch.Tensor] = []

    def step(self) -> None:
        """Take them."""
        for parameter in self._model.parameters():
            assert parameter.grad is not None
            self.gradients.append(parameter.grad)
            parameter.grad = None


def stepped(parts: int, share: float | None, size: int) -> tuple[float, list[torch.Tensor]]:
    """Loss and gradients of one step of a network that has no batch norm."""
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.GELU(), nn.Flatten(), nn.Linear(144, 9), nn.LayerNorm(9)
    ).double()
    kept = Kept(model)
    images, labels = torch.randn(size, 1, 8, 8).double(), torch.randint(9, (size,))
    step = Step(model, kept, FAST, parts)  # type: ignore[arg-type]
    return float(step(mix(images, labels, share))), kept.gradients


@pytest.mark.parametrize("share", [None, 0.3])
@pytest.mark.parametrize("size", [13, 16])
@pytest.mark.parametrize("parts", [2, 3, 8, 13])
def test_parts_have_the_gradient_of_the_whole_batch(
    parts: int, share: float | None, size: int
) -> None:
    (loss, whole), (sums, added) = (stepped(count, share, size) for count in (1, parts))
    assert sums == pytest.approx(loss, abs=1e-10)
    assert max(float((a - b).abs().max()) for a, b in zip(whole, added, strict=True)) < 1e-10


@given(images=st.integers(2, 400), batch_size=st.integers(2, 80), normed=st.booleans())
def test_no_part_is_smaller_than_a_batch_norm_can_do_with(
    images: int, batch_size: int, normed: bool
) -> None:
    model = nn.Sequential(nn.BatchNorm2d(1)) if normed else nn.Identity()
    most = most_parts(model, images=images, batch_size=batch_size)
    sizes = {
        len(part)
        for batch in batches(torch.arange(images), batch_size)
        for part in torch.tensor_split(batch, most)
    }
    assert min(sizes) >= (2 if normed else 1)
    assert max(sizes) <= (3 if normed else 2)


def test_single_images_are_trained_on_where_no_batch_norm_forbids_it() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    hungry = Hungry(model, 1, MemoryError())
    assert most_parts(hungry, images=64, batch_size=32) == 32
    recipe = replace(FAST, eval_batch_size=32)
    result = train(hungry, digits(64), recipe, epochs=1, seed=0, device=CPU, parts=32)
    assert result.steps == 2
    assert set(hungry.seen) == {1}


def test_what_a_part_leaves_of_a_size_is_never_below_what_is_needed() -> None:
    assert [parts_module.part_of(32, parts, least=2) for parts in (1, 2, 3, 16, 99)] == [
        *(32, 16, 11, 2, 2)
    ]


LIMITED = """
import json, resource
from dataclasses import asdict
import torch
from torch import nn
from torch.nn import functional as F
from nas.evaluation import Recipe, evaluate
from tests.nas.evaluation.tiny_space import TinySpace, asked, digits

class Large(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale, self.exit = nn.Parameter(torch.ones(1)), nn.Linear(64, 10)
    def forward(self, x):
        x = F.interpolate(x, scale_factor=128) * self.scale
        for _ in range(8):
            x = x.sin()
        return self.exit(F.avg_pool2d(x, 128).flatten(1))

class LargeSpace(TinySpace):
    def build(self, configuration, *, drop_path=0.0):
        return Large()

def outcome(space):
    return asdict(evaluate(asked(), space=space, data=digits(8, 8), study_seed=0, device="cpu",
        recipe=Recipe(batch_size=8, eval_batch_size=8), threads=1))

outcome(TinySpace())  # whatever is loaded at first is loaded
size = int(next(l for l in open("/proc/self/status") if l.startswith("VmSize")).split()[1]) * 1024
outcomes = []
for room in (4 * 2**20, 120 * 2**20, None):  # it wants 300 MiB
    limit = resource.RLIM_INFINITY if room is None else size + room
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
    outcomes.append(outcome(LargeSpace()))
print(json.dumps(outcomes))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells its size")
def test_a_process_that_may_not_have_more_memory_trains_in_parts_or_says_so() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    refused, halved, free = json.loads(done.stdout)
    assert refused["kind"] == "out-of-memory"
    assert halved["parts"] in (2, 4, 8), halved
    assert free["parts"] == 1
    assert halved["loss"] == pytest.approx(free["loss"], rel=1e-3)
