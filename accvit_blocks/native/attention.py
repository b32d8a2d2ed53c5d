"""Self-attention within the windows of several dilations, on the map as it lies."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from accvit_blocks.native.library import call

SMALL = 2  # side of the largest windows that a kernel takes many at a time


def window_attention(qkv: Tensor, bias: Tensor, *, dilations: tuple[int, ...]) -> Tensor:
    """softmax(q k^T / sqrt(e) + bias) v in each window of t = p * p pixels, each d-th of the map.

    b h h (n 3 m e), n m t t -> n b h h (m e).
    """
    out: Tensor = _WindowAttention.apply(qkv.contiguous(), bias.contiguous(), dilations)  # type: ignore[no-untyped-call]
    return out


class _WindowAttention(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, qkv: Tensor, bias: Tensor, dilations: tuple[int, ...]) -> Tensor:
        b, side, _, channels = qkv.shape
        n, heads, tokens, _ = bias.shape
        width = channels // (3 * n * heads)
        window = round(tokens**0.5)
        ctx.save_for_backward(qkv, bias)
        ctx.shape = (n, b, side, heads, width, window, torch.tensor(dilations, device="cpu"))
        out = qkv.new_empty(n, b, side, side, heads * width)
        ctx.kernel = "small_attention" if window <= SMALL else "attention"
        call(ctx.kernel, qkv, bias, out, *ctx.shape)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        qkv, bias = ctx.saved_tensors
        qkv_grad, bias_grad = torch.empty_like(qkv), torch.empty_like(bias)
        call(
            f"{ctx.kernel}_gradient", qkv, bias, grad.contiguous(), qkv_grad, bias_grad, *ctx.shape
        )
        return qkv_grad, bias_grad, None
