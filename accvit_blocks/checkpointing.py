"""Activation checkpointing: keep a module's input alone, and compute the rest again when needed.

Source: Chen et al., arXiv:1604.06174.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.checkpoint import checkpoint


def recomputed(module: nn.Module, x: Tensor) -> Tensor:
    """module(x), in the backward pass computed a second time: same gradients, same random choices.

    Batch norms take in the batch once.
    """

    def contexts() -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
        return nullcontext(), _statistics_kept(module)

    out: Tensor = checkpoint(module, x, use_reentrant=False, context_fn=contexts)
    return out


@contextmanager
def _statistics_kept(module: nn.Module) -> Iterator[None]:
    """The batch norms inside normalise as in training, but leave their running statistics alone."""
    norms = [part for part in module.modules() if isinstance(part, _BatchNorm)]
    before = [(norm.momentum, norm.num_batches_tracked) for norm in norms]
    for norm in norms:
        norm.momentum, norm.num_batches_tracked = 0.0, None
    try:
        yield
    finally:
        for norm, (momentum, number) in zip(norms, before, strict=True):
            norm.momentum, norm.num_batches_tracked = momentum, number
