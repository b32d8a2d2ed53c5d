"""How the steps of a training run on a GPU: one by one, compiled, or recorded and replayed.

Most networks of a search are small, and a GPU waits for the next kernel's launch more than it
computes; both ways spend time at first to launch less. Neither has been run on a GPU yet.
"""

import time
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Protocol

import torch
from torch import nn

from nas.core.errors import InputError
from nas.evaluation.mixup import Mixed
from nas.evaluation.optimiser import Optimiser
from nas.evaluation.recipe import Execution, Recipe
from nas.evaluation.step import Step

WARM_UP = 3  # steps of a batch size before it is recorded: libraries set themselves up in them
ON_A_CPU = {
    "compile": "on one core of a CPU it took 350 s, and then 1.3 times as long a step as without",
    "cuda-graphs": "they are made of a GPU's kernels",
}

Work = Callable[[], torch.Tensor]


def check_execution(execution: Execution, device: torch.device) -> None:
    """InputError where it is for GPUs alone and the device is none."""
    if device.type != "cuda" and execution in ON_A_CPU:
        raise InputError(
            f"--execution {execution}: expected a GPU; {ON_A_CPU[execution]}; leave it out"
        )


def make_step(model: nn.Module, recipe: Recipe, device: torch.device, *, parts: int = 1) -> Step:
    """The step that a recipe asks for, with its optimiser, on batches in so many parts.

    InputError as `check_execution`, and for a model without anything to train.
    """
    check_execution(recipe.execution, device)
    optimiser = Optimiser(model, recipe)
    if recipe.execution == "compile":
        return Compiled(model, optimiser, recipe, parts)
    if recipe.execution == "cuda-graphs":
        return Recorded(model, optimiser, recipe, CudaRecorder(), parts)
    return Step(model, optimiser, recipe, parts)


class Compiled(Step):
    """The model compiled by `torch.compile`, once for each size of a batch or part.

    Only for training steps: scoring would compile it again in evaluation mode.
    """

    def __init__(
        self, model: nn.Module, optimiser: Optimiser, recipe: Recipe, parts: int = 1
    ) -> None:
        torch.compiler.reset()  # other trials' networks count towards its limit, and hold memory
        torch._inductor.config.compile_threads = torch.get_num_threads()  # not all of the machine's
        super().__init__(torch.compile(model, dynamic=False), optimiser, recipe, parts)
        self._sizes: set[int] = set()

    def __call__(self, batch: Mixed) -> torch.Tensor:
        """The first step of each batch size counts as compiling."""
        if len(batch.images) in self._sizes:
            return super().__call__(batch)
        self._sizes.add(len(batch.images))
        started = time.monotonic()
        loss = super().__call__(batch)
        float(loss)  # the device is done as well
        self.compile_seconds += time.monotonic() - started
        return loss


class Recorder(Protocol):
    """What records the work of a device, to have it repeated on the same memory."""

    def warm(self, work: Work) -> torch.Tensor:
        """Do the work, where and as it is recorded later."""

    def record(self, work: Work) -> Work:
        """What repeats the work; nothing is done yet."""


class Recorded(Step):
    """Whole steps, optimiser included, recorded once for each batch size and then replayed.

    The first steps of a size run one by one, and are steps of the training like the others.
    """

    def __init__(
        self,
        model: nn.Module,
        optimiser: Optimiser,
        recipe: Recipe,
        recorder: Recorder,
        parts: int = 1,
    ) -> None:
        super().__init__(model, optimiser, recipe, parts)
        self._recorder = recorder
        self._ran: Counter[int] = Counter()
        self._replays: dict[int, tuple[Mixed, Work]] = {}

    def __call__(self, batch: Mixed) -> torch.Tensor:
        """The loss, in memory that the next step of this size overwrites."""
        size, step = len(batch.images), super().__call__
        self._ran[size] += 1
        if self._ran[size] <= WARM_UP:
            return self._recorder.warm(lambda: step(batch))
        if size not in self._replays:
            started = time.monotonic()
            held = batch.clone()
            self._replays[size] = held, self._recorder.record(lambda: step(held))
            self.compile_seconds += time.monotonic() - started
        held, replay = self._replays[size]
        held.copy_(batch)
        return replay()


class CudaRecorder:
    """CUDA graphs, whose memory is one pool: no two of them run at the same time."""

    def __init__(self) -> None:
        self._pool = torch.cuda.graph_pool_handle()
        self._stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]

    def warm(self, work: Work) -> torch.Tensor:
        """On a stream beside the present one, as recording needs it."""
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*capturable=True")  # recorded soon enough
            loss = work()
        torch.cuda.current_stream().wait_stream(self._stream)
        return loss

    def record(self, work: Work) -> Work:
        """A graph with one output."""
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool, stream=self._stream):
            loss = work()

        def replay() -> torch.Tensor:
            graph.replay()
            return loss

        return replay
