"""Squeeze-and-excitation: a map's mean decides how strongly each channel counts.

Source: Hu et al., arXiv:1709.01507.
"""

from __future__ import annotations

import torch.nn.functional as F
from einops import rearrange, reduce
from torch import Tensor, nn

from accvit_blocks.cost import Count


class SqueezeExcitation(nn.Module):
    """x * sigmoid(expand(silu(squeeze(mean of x)))), with 1 x 1 convolutions and biases."""

    def __init__(self, *, channels: int, squeezed: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.expand = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """b c h w -> b c h w."""
        strength = self.strength(reduce(x, "b c h w -> b c", "mean"))
        return x * rearrange(strength, "b c -> b c 1 1")

    def strength(self, mean: Tensor) -> Tensor:
        """From a map's mean to how strongly each channel counts: b c -> b c, between 0 and 1."""
        hidden = F.silu(_pointwise(mean, self.squeeze))
        return _pointwise(hidden, self.expand).sigmoid()

    @staticmethod
    def count(*, channels: int, squeezed: int, side: int) -> Count:
        """Cost on a map of side x side pixels."""
        weights = 2 * channels * squeezed
        elements = channels * side * side
        return Count(
            params=weights + squeezed + channels,
            macs=weights,
            pooled=elements,
            activations=squeezed + channels,
            saved=elements + 2 * (squeezed + channels),
        )


def _pointwise(x: Tensor, convolution: nn.Conv2d) -> Tensor:
    # A linear layer on b c starts faster than a convolution on b c 1 1.
    weight = rearrange(convolution.weight, "out c 1 1 -> out c")
    return F.linear(x, weight, convolution.bias)
