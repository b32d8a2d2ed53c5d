"""Steps compiled, or recorded and replayed, are the steps of eager execution; no GPU is needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from nas.core.errors import InputError
from nas.evaluation import Recipe, TrainingResult, check_execution, execution, train
from nas.evaluation.execution import WARM_UP, CudaRecorder, Work, make_step
from nas.evaluation.mixup import mix
from tests.nas.evaluation.tiny_space import convnet, digits

CPU = torch.device("cpu")
FAST = Recipe(learning_rate=0.01, batch_size=32)


class Pretended:
    """Records nothing on a device; a replay does the work anew and leaves the loss where it was."""

    def __init__(self) -> None:
        self.warm_steps, self.replays = 0, [0]
        Pretended.last = self

    def warm(self, work: Work) -> torch.Tensor:
        self.warm_steps += 1
        return work()

    def record(self, work: Work) -> Work:
        loss, place = torch.full((), float("nan")), len(self.replays)
        self.replays.append(0)

        def replay() -> torch.Tensor:
            self.replays[place] += 1
            return loss.copy_(work())

        return replay


@pytest.fixture
def a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as these tests need one."""
    monkeypatch.setattr(execution, "check_execution", lambda execution, device: None)
    monkeypatch.setattr(execution, "CudaRecorder", Pretended)
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="aot_eager"))


def trained(recipe: Recipe, images: int = 200, *, parts: int = 1) -> TrainingResult:
    torch.manual_seed(1)
    model = convnet(drop_path=recipe.drop_path)
    return train(model, digits(images), recipe, epochs=3, seed=0, device=CPU, parts=parts)


@pytest.mark.usefixtures("a_gpu")
@pytest.mark.parametrize(("mixup", "parts"), [(0.0, 1), (0.2, 1), (0.2, 3)])
def test_a_recorded_training_is_the_eager_one_bit_for_bit(mixup: float, parts: int) -> None:
    recipe = replace(FAST, mixup=mixup, drop_path=0.2, ema_decay=0.9)
    eager = trained(recipe, parts=parts)
    recorded = trained(replace(recipe, execution="cuda-graphs"), parts=parts)
    assert (recorded.accuracy, recorded.loss) == (eager.accuracy, eager.loss)
    # An epoch is 4 batches of 29 images and 3 of 28.
    assert Pretended.last.warm_steps == 2 * WARM_UP
    assert Pretended.last.replays == [0, 3 * 4 - WARM_UP, 3 * 3 - WARM_UP]


@pytest.mark.usefixtures("a_gpu")
def test_a_compiled_training_is_the_eager_one_and_tells_the_time_it_took_to_compile() -> None:
    for parts in (1, 2):
        eager = trained(FAST, parts=parts)
        compiled = trained(replace(FAST, execution="compile"), parts=parts)
        assert compiled.loss == pytest.approx(eager.loss, rel=1e-3)
        assert 0 < compiled.compile_seconds < compiled.seconds


@pytest.mark.parametrize("asked", ["compile", "cuda-graphs"])
def test_a_cpu_is_left_alone(asked: Any) -> None:
    with pytest.raises(InputError, match=f"^--execution {asked}: expected a GPU; .*leave it out$"):
        trained(replace(FAST, execution=asked))
    check_execution(asked, torch.device("cuda"))


class Questions(TorchDispatchMode):
    """Notes the operations whose result the host must wait for, or that leave the device."""

    WAITING = ("_local_scalar_dense", "nonzero", "is_nonzero", "masked_select", "equal", "unique")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.seen = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func.overloadpacket.__name__
        self.seen += 1
        moved = name == "_to_copy" and (kwargs or {}).get("device") is not None
        if moved or name in self.WAITING:
            self.found.append(name)
        return func(*args, **(kwargs or {}))


def test_a_step_never_waits_for_the_device() -> None:
    data, recipe = digits(64), replace(FAST, mixup=0.2, drop_path=0.2)
    step = make_step(convnet(drop_path=0.2), recipe, CPU)
    with Questions() as questions:
        batch = mix(data.train_images[:32], data.train_labels[:32], 0.3)
        step.optimiser.set_rate(0.1)
        loss = step(batch)
    assert questions.seen > 50
    assert questions.found == []
    with questions:
        float(loss)
    assert questions.found == ["_local_scalar_dense"]


def test_a_graph_is_captured_in_the_common_pool_and_replayed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[Any] = []

    class Stream:
        def wait_stream(self, other: "Stream") -> None:
            told.append("wait")

    @contextmanager
    def capture(graph: Any, *, pool: str, stream: Stream) -> Iterator[None]:
        told.append(("capture", pool))
        yield

    @contextmanager
    def beside(stream: Stream) -> Iterator[None]:
        told.append("beside")
        yield

    replayed = SimpleNamespace(replay=lambda: told.append("replay"))
    for name, value in {
        "graph_pool_handle": lambda: "pool",
        "Stream": Stream,
        "current_stream": Stream,
        "stream": beside,
        "graph": capture,
        "CUDAGraph": lambda: replayed,
    }.items():
        monkeypatch.setattr(torch.cuda, name, value)
    recorder, loss = CudaRecorder(), torch.ones(())
    assert recorder.warm(lambda: loss) is loss
    replays = [recorder.record(lambda: loss) for _ in range(2)]
    assert [replay() is loss for replay in replays] == [True, True]
    assert told == ["wait", "beside", "wait", *[("capture", "pool")] * 2, "replay", "replay"]
