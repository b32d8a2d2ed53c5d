"""Depthwise 3 x 3 convolution with dilation, whose gradient a CPU computes without dilation.

oneDNN's dilated depthwise convolution is as fast as any other forward, and 10 to 80 times slower
backward. Both gradients can be had from what is fast: the input's is a convolution of the
output's with the kernel turned round, and the kernel's is that of an undilated convolution on the
d x d maps that every d-th pixel makes, laid side by side.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class DepthwiseConv(nn.Module):
    """Depthwise 3 x 3 convolution with dilation and stride, without a bias.

    If the stride divides the dilation, it only ever meets the strided pixels, so it works on those.
    """

    def __init__(self, *, channels: int, dilation: int, stride: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.stride = stride
        self.weight = nn.Parameter(torch.empty(channels, 1, 3, 3))

    def forward(self, x: Tensor, strided: Tensor) -> Tensor:
        """b c (h stride) (w stride), and its strided pixels b c h w -> b c h w."""
        dilation, stride = self.dilation, self.stride
        if dilation % stride == 0:
            x, dilation, stride = strided, dilation // stride, 1
        if dilation > 1 and x.device.type == "cpu" and x.requires_grad:
            out: Tensor = _Dilated.apply(x, self.weight, dilation, stride)  # type: ignore[no-untyped-call]
            return out
        return _convolve(x, self.weight, dilation, stride)

    def extra_repr(self) -> str:
        return f"channels={len(self.weight)}, dilation={self.dilation}, stride={self.stride}"


def _convolve(x: Tensor, weight: Tensor, dilation: int, stride: int) -> Tensor:
    return F.conv2d(
        x, weight, stride=stride, padding=dilation, dilation=dilation, groups=len(weight)
    )


class _Dilated(torch.autograd.Function):
    """The convolution, and its first gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, dilation: int, stride: int) -> Tensor:
        """b c (h stride) (w stride), c 1 3 3 -> b c h w."""
        ctx.save_for_backward(x, weight)
        ctx.dilation, ctx.stride = dilation, stride
        return _convolve(x, weight, dilation, stride)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None, None]:
        """b c h w -> the gradients of x and of the kernel."""
        x, weight = ctx.saved_tensors
        grad = grad.contiguous(memory_format=torch.channels_last)
        if ctx.stride > 1:  # as if without: what was skipped has no gradient
            spread = torch.zeros_like(x)
            spread[:, :, :: ctx.stride, :: ctx.stride] = grad
            grad = spread
        return (
            _convolve(grad, weight.flip(2, 3), ctx.dilation, 1),
            _kernel_gradient(x, grad, weight, ctx.dilation),
            None,
            None,
        )


def _kernel_gradient(x: Tensor, grad: Tensor, weight: Tensor, dilation: int) -> Tensor:
    """Of the undilated convolution on the maps side by side, in which it is the same sum."""
    gradient: Tensor
    _, gradient, _ = torch.ops.aten.convolution_backward(
        _side_by_side(grad, dilation),
        _side_by_side(x, dilation),
        weight,
        None,
        [1, 1],
        [1, 1],
        [1, 1],
        False,
        [0, 0],
        len(weight),
        [False, True, False],
    )
    return gradient


def _side_by_side(x: Tensor, d: int) -> Tensor:
    """b c (h i) (w j) -> b c (i h+1) (j w+1), with i = j = d and zeros between the maps."""
    b, c, rows, columns = x.shape
    maps = x.new_zeros(b, d, -(-rows // d) + 1, d, -(-columns // d) + 1, c)
    pixels = rearrange(x, "b c h w -> b h w c")
    for i in range(d):
        for j in range(d):
            part = pixels[:, i::d, j::d]
            maps[:, i, : part.shape[1], j, : part.shape[2]] = part
    return rearrange(maps, "b i h j w c -> b c (i h) (j w)")
