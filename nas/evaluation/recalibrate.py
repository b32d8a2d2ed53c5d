"""Batch statistics taken anew before scoring, because a short training leaves the initial ones.

With a momentum of 0.01, after 100 steps the running statistics are still 37 % the initial zeros
and ones, and the rest is of weights long gone: the same network can score 10 % with these
and 90 % with its own.
"""

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from nas.evaluation.batches import batches
from nas.evaluation.device import LAYOUT, precision
from nas.evaluation.limit import in_time


def recalibrate(
    model: nn.Module,
    images: torch.Tensor,
    *,
    batch_size: int,
    limit: int,
    seed: int = 0,
    deadline: float | None = None,
) -> None:
    """Set running means and variances to their average over up to `limit` images `n c h w`.

    The images are drawn at random, as classes may come one after the other. Only batch norms see
    training mode (no dropout, no stochastic depth); modes and momenta are as before afterwards.
    Does nothing without batch norms that keep statistics. Raises OutOfTime after the `deadline`, a
    time of `time.monotonic()`.
    """
    norms = [
        module
        for module in model.modules()
        if isinstance(module, _BatchNorm) and module.track_running_stats
    ]
    if not norms:
        return
    modes = {module: module.training for module in model.modules()}
    momenta = [norm.momentum for norm in norms]
    model.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.train()
    try:
        _show(model, norms, _sample(images, limit, seed), batch_size, deadline)
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
        for module, mode in modes.items():
            module.training = mode


def _sample(images: torch.Tensor, limit: int, seed: int) -> torch.Tensor:
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    return images[order[:limit].to(images.device)]


@torch.inference_mode()
def _show(
    model: nn.Module,
    norms: list[_BatchNorm],
    images: torch.Tensor,
    batch_size: int,
    deadline: float | None,
) -> None:
    """Show all images; batch i enters with weight 1 / i, which makes a plain average."""
    device = images.device
    parts = batches(torch.arange(len(images), device=device), batch_size)
    for number, chosen in enumerate(parts, start=1):
        in_time(deadline, "while taking batch statistics")
        for norm in norms:
            norm.momentum = 1 / number
        with precision(device):
            model(images[chosen].contiguous(memory_format=LAYOUT))
