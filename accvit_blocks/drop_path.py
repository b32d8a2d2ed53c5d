"""Stochastic depth: in training, leave out a residual branch for some images of a batch.

Source: Huang et al., arXiv:1603.09382.
"""

from __future__ import annotations

from torch import Tensor, nn


class DropPath(nn.Module):
    """Zero a residual branch with probability `rate`, image by image; scale what stays."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, residual: Tensor) -> Tensor:
        """b ... -> b ..., unchanged outside of training or with rate 0."""
        if not self.training or self.rate == 0.0:
            return residual
        kept = residual.new_empty((residual.shape[0],) + (1,) * (residual.ndim - 1))
        return residual * kept.bernoulli_(1.0 - self.rate).div_(1.0 - self.rate)

    def extra_repr(self) -> str:
        return f"rate={self.rate}"
