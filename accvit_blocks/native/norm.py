"""Batch normalisation and GELU in one, for several maps at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from accvit_blocks.native.library import call


def suits(norms: Sequence[nn.BatchNorm2d]) -> bool:
    """Whether `norm_gelu` knows the mode they are in: with gradients, batch statistics only."""
    training = {norm.training for norm in norms}
    return training == {True} or (training == {False} and not torch.is_grad_enabled())


def norm_gelu(x: Tensor, norms: Sequence[nn.BatchNorm2d]) -> tuple[Tensor, Tensor]:
    """n b h w c -> gelu(norm(x)), and its means over h w: n b c.

    Updates running statistics as the norms themselves do. Raises ValueError where a batch has a
    single value per channel, which has no variance.
    """
    x = x.contiguous()
    weight = torch.stack([norm.weight for norm in norms])
    bias = torch.stack([norm.bias for norm in norms])
    if norms[0].training:
        mean, variance = _batch_statistics(x.detach(), norms)
    else:
        mean = torch.stack([_buffer(norm.running_mean) for norm in norms])
        variance = torch.stack([_buffer(norm.running_var) for norm in norms])
    deviation = (variance + norms[0].eps).sqrt()
    out, pooled = _NormGelu.apply(x, weight, bias, mean, deviation)  # type: ignore[no-untyped-call]
    return out, pooled


def _batch_statistics(x: Tensor, norms: Sequence[nn.BatchNorm2d]) -> tuple[Tensor, Tensor]:
    """Mean and biased variance, n c each, which also move the running ones."""
    n, *_, c = x.shape
    count = x[0].numel() // c
    if count < 2:
        raise ValueError(f"batch norm: expected 2 values or more per channel, got {count}")
    mean, variance = x.new_empty(n, c), x.new_empty(n, c)
    call("statistics", x, mean, variance, *_shape(x))
    for norm, of_mean, of_variance in zip(
        norms, mean, variance * (count / (count - 1)), strict=True
    ):
        if norm.num_batches_tracked is not None:
            norm.num_batches_tracked.add_(1)
        factor = norm.momentum
        if factor is None:  # the average over all batches
            factor = 1.0 / int(_buffer(norm.num_batches_tracked))
        _buffer(norm.running_mean).lerp_(of_mean, factor)
        _buffer(norm.running_var).lerp_(of_variance, factor)
    return mean, variance


def _buffer(statistic: Tensor | None) -> Tensor:
    assert statistic is not None, "the network's norms keep running statistics"
    return statistic


def _shape(x: Tensor) -> tuple[int, int, int, int]:
    n, b, h, w, c = x.shape
    return n, b, h * w, c


class _NormGelu(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, deviation: Tensor
    ) -> tuple[Tensor, Tensor]:
        scale = weight / deviation
        out, pooled = torch.empty_like(x), x.new_empty(x.shape[0], x.shape[1], x.shape[-1])
        call("norm_gelu", x, mean, scale, bias, out, pooled, *_shape(x))
        ctx.save_for_backward(x, mean, deviation, scale, bias)
        ctx.set_materialize_grads(False)
        return out, pooled

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, grad: Tensor | None, pooled_grad: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor, None, None]:
        x, *statistics = ctx.saved_tensors
        scale = statistics[2]
        grad = torch.zeros_like(x) if grad is None else grad.contiguous()
        if pooled_grad is not None:
            pooled_grad = pooled_grad.contiguous()
        x_grad, weight_grad, bias_grad = map(torch.empty_like, (x, scale, scale))
        call(
            "norm_gelu_gradient",
            x,
            *statistics,
            grad,
            pooled_grad,
            x_grad,
            weight_grad,
            bias_grad,
            *_shape(x),
        )
        return x_grad, weight_grad, bias_grad, None, None
