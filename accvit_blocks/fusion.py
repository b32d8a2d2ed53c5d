"""Fusion of parallel branches into one map: a learned gate, or the mean.

Source: arXiv:2406.08859, equations 1 and 2, where the gate is a Hadamard product with a softmax
over the branches, pixel by pixel and channel by channel.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from einops import rearrange
from torch import Tensor, nn

from accvit_blocks import native
from accvit_blocks.cost import Count


class Gate(nn.Module):
    """sum over n of softmax over n(weight[n, c] * x[c] + bias[n, c]) * branch[n].

    The logits are a 1 x 1 convolution of the input with one group per channel, computed here as
    the one multiply-add per element that it is. Weights and biases start at zero, so that a new
    network takes the mean of its branches and learns what to prefer.
    """

    def __init__(self, *, branches: int, channels: int) -> None:
        super().__init__()
        self.branches = branches
        self.weight = nn.Parameter(torch.zeros(branches * channels))
        self.bias = nn.Parameter(torch.zeros(branches * channels))

    def forward(self, branches: Sequence[Tensor], x: Tensor) -> Tensor:
        """n times b h w c, and the gate's input b h w c -> b h w c."""
        weight = rearrange(self.weight, "(n c) -> n 1 1 1 c", n=self.branches)
        bias = rearrange(self.bias, "(n c) -> n 1 1 1 c", n=self.branches)
        # Unbound, not indexed: the gradient of each index would be a whole map of zeros.
        shares = torch.addcmul(bias, weight, x).softmax(dim=0).unbind()
        fused = shares[0] * branches[0]
        for share, branch in zip(shares[1:], branches[1:], strict=True):
            fused = torch.addcmul(fused, share, branch)
        return fused

    def natively(self, branches: Tensor, strengths: Tensor | None, x: Tensor) -> Tensor:
        """n b h w c, how strong each is, n b c (None for ones), the gate's input -> b h w c."""
        n = self.branches
        if n not in native.BRANCHES:
            return self.forward(_strong(branches, strengths).unbind(), x)
        return native.gate(branches, strengths, x, self.weight.view(n, -1), self.bias.view(n, -1))

    def extra_repr(self) -> str:
        return f"branches={self.branches}, channels={len(self.weight) // self.branches}"


class Mean(nn.Module):
    """The mean of the branches; of a single one, the branch itself."""

    def forward(self, branches: Sequence[Tensor], x: Tensor) -> Tensor:
        """n times b h w c, and an input that is not used -> b h w c."""
        fused = branches[0]
        for branch in branches[1:]:
            fused = fused + branch
        return fused if len(branches) == 1 else fused / len(branches)

    def natively(self, branches: Tensor, strengths: Tensor | None, x: Tensor) -> Tensor:
        """As the gate's, with equal shares."""
        return self.forward(_strong(branches, strengths).unbind(), x)


def _strong(branches: Tensor, strengths: Tensor | None) -> Tensor:
    return branches if strengths is None else branches * strengths[:, :, None, None]


def is_gated(form: str, *, branches: int) -> bool:
    """Whether a configuration's `fusion` is a gate there: one branch needs none."""
    return form == "gate" and branches > 1


def fusion(form: str, *, branches: int, channels: int) -> Gate | Mean:
    """The module for a configuration's `fusion`."""
    if is_gated(form, branches=branches):
        return Gate(branches=branches, channels=channels)
    return Mean()


def fusion_count(form: str, *, branches: int, channels: int, side: int) -> Count:
    """Cost of `fusion` with an output of side x side pixels; its input is another's to keep."""
    if not is_gated(form, branches=branches):
        return Count()
    logits = branches * channels * side * side
    return Count(params=2 * branches * channels, macs=logits, activations=logits, saved=2 * logits)
