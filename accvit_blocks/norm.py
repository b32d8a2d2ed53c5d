"""Batch normalisation with MaxViT's constants, which the paper does not state (torchvision's)."""

from __future__ import annotations

from torch import nn


def batch_norm(channels: int) -> nn.BatchNorm2d:
    """b c h w -> b c h w; eps 1e-3, momentum 0.01."""
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)
