"""Depthwise 3 x 3 convolutions of one map at several dilations."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from accvit_blocks.native.library import call


def depthwise(
    x: Tensor, kernels: Tensor, *, dilations: tuple[int, ...], stride: int
) -> tuple[Tensor, Tensor]:
    """The convolutions, and x at every stride-th pixel, for what else reads it.

    b (h stride) (w stride) c, n 3 3 c -> n b h w c, padded by the dilation, without a bias; and
    b h w c.
    """
    maps, strided = _Depthwise.apply(x.contiguous(), kernels.contiguous(), dilations, stride)  # type: ignore[no-untyped-call]
    return maps, strided


class _Depthwise(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x: Tensor, kernels: Tensor, dilations: tuple[int, ...], stride: int
    ) -> tuple[Tensor, Tensor]:
        b, h, w, c = x.shape
        ctx.save_for_backward(x, kernels)
        ctx.shape = (len(dilations), *x.shape, stride, torch.tensor(dilations, device="cpu"))
        out = x.new_empty(len(dilations), b, -(-h // stride), -(-w // stride), c)
        call("depthwise", x, kernels, out, *ctx.shape)
        return out, x.view_as(x) if stride == 1 else x[:, ::stride, ::stride].contiguous()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor, strided_grad: Tensor) -> tuple[Tensor, Tensor, None, None]:
        x, kernels = ctx.saved_tensors
        grad, strided_grad = grad.contiguous(), strided_grad.contiguous()
        x_grad, kernel_grad = torch.empty_like(x), torch.empty_like(kernels)
        call("depthwise_map_gradient", grad, strided_grad, kernels, x_grad, *ctx.shape)
        call("depthwise_kernel_gradient", x, grad, kernel_grad, *ctx.shape)
        return x_grad, kernel_grad, None, None
