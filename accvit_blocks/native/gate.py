"""The gate of parallel branches, which may each have a strength per image and channel."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from accvit_blocks.native.library import call

BRANCHES = (2, 3, 4)  # numbers of branches that the kernel knows


def gate(
    branches: Tensor, strengths: Tensor | None, x: Tensor, weight: Tensor, bias: Tensor
) -> Tensor:
    """Sum over n of softmax over n(weight * x + bias) * strength * branch.

    n b h w c, n b c (None for ones), b h w c, n c, n c -> b h w c.
    """
    out: Tensor = _Gate.apply(  # type: ignore[no-untyped-call]
        branches.contiguous(), strengths, x.contiguous(), weight, bias
    )
    return out


class _Gate(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        branches: Tensor,
        strengths: Tensor | None,
        x: Tensor,
        weight: Tensor,
        bias: Tensor,
    ) -> Tensor:
        ctx.save_for_backward(branches, strengths, x, weight, bias)
        n, b, h, w, c = branches.shape
        ctx.shape = (b, h * w, c)
        out = branches.new_empty(branches.shape[1:])
        call("gate", n, branches, strengths, x, weight, bias, out, *ctx.shape)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        saved = ctx.saved_tensors
        grads = [None if tensor is None else torch.empty_like(tensor) for tensor in saved]
        call("gate_gradient", len(saved[0]), grad.contiguous(), *saved, *grads, *ctx.shape)
        return tuple(grads)
