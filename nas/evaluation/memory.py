"""How many trials share a GPU: `--gpus-per-trial auto`, by the measured memory of the largest."""

import math
from dataclasses import replace

import torch
from torch import nn

from nas.core.errors import InputError
from nas.evaluation.checkpointing import checkpointed
from nas.evaluation.device import LAYOUT
from nas.evaluation.execution import WARM_UP, make_step
from nas.evaluation.mixup import mix
from nas.evaluation.recipe import Recipe

CONTEXT_BYTES = 600 * 2**20  # CUDA's own, for each process: not in what torch counts
MOST = 16  # trials of a GPU: each also wants a CPU core that feeds it
RAY_STEPS = 10_000  # Ray counts GPUs in steps of 1/10,000


def gpu_share(peak_bytes: int, total_bytes: int, headroom: float = 0.2) -> float:
    """The share of a GPU for one trial: 1/k, k trials of `peak_bytes` filling all but `headroom`.

    Rounded down to Ray's steps, so that k of them are never more than one GPU. InputError if not
    even one trial fits, or for a headroom outside 0 to 1.
    """
    if not 0 <= headroom < 1:
        raise InputError(f"headroom: expected a share of 0 or more, below 1; got {headroom}")
    usable = total_bytes * (1 - headroom)
    trials = min(MOST, int(usable // (peak_bytes + CONTEXT_BYTES)))
    if trials < 1:
        raise InputError(
            f"--gpus-per-trial auto: the largest network needs {_gib(peak_bytes + CONTEXT_BYTES)},"
            f" the GPU offers {_gib(usable)} with {headroom:.0%} kept free; lower the batch size,"
            " the resolution, or the budget's upper bound"
        )
    return math.floor(RAY_STEPS / trials) / RAY_STEPS


def measure_peak(
    model: nn.Module,
    *,
    images: tuple[int, int, int],
    classes: int,
    recipe: Recipe,
    device: torch.device,
) -> int | None:
    """Bytes that torch holds on the GPU for training steps of the model; None on a CPU.

    `images` are channels, height, width; they are zeros. Give it the largest network of a search.
    Both batch sizes of an epoch are tried until they are recorded, where they are to be; compiling
    takes minutes and saves memory, so it is left out. Raises torch.OutOfMemoryError.
    """
    if device.type != "cuda":
        return None
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(device)
    model = model.to(device).to(memory_format=LAYOUT).train()  # type: ignore[call-overload]
    if recipe.checkpointing:
        checkpointed(model)
    recorded = recipe.execution == "cuda-graphs"
    step = make_step(model, recipe if recorded else replace(recipe, execution="eager"), device)
    for size in (recipe.batch_size, max(2, recipe.batch_size - 1)):
        batch = mix(
            torch.zeros(size, *images, device=device),
            torch.arange(size, device=device) % classes,
            0.5 if recipe.mixup else None,
        )
        for _ in range(WARM_UP + 2):
            step(batch)
    torch.cuda.synchronize(device)
    return torch.cuda.max_memory_reserved(device)


def total_memory(device: torch.device) -> int:
    """Bytes of the GPU's memory, in use or not."""
    return int(torch.cuda.get_device_properties(device).total_memory)


def _gib(count: float) -> str:
    return f"{count / 2**30:.1f} GiB"
