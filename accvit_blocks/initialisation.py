"""Weights before training, which the paper does not state: MaxViT's habits.

Linear layers and position biases: normal of deviation 0.02, truncated at two deviations.
Convolutions: normal, keeping the variance of what goes in (He et al., arXiv:1502.01852). Biases
are zero, norms neutral, and gates zero, so that they start as the mean of their branches.
"""

from __future__ import annotations

import torch
from torch import nn

from accvit_blocks.attention import WindowAttention
from accvit_blocks.depthwise import DepthwiseConv

_DEVIATION = 0.02


def initialise(model: nn.Module) -> None:
    """Set all weights of a network anew, drawing from torch's default generator."""
    for module in model.modules():
        match module:
            case nn.Linear():
                _truncated_normal(module.weight)
            case WindowAttention():
                _truncated_normal(module.position_bias)
            case nn.Conv2d() | DepthwiseConv():
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        bias = getattr(module, "bias", None)
        if isinstance(module, nn.Linear | nn.Conv2d) and bias is not None:
            nn.init.zeros_(bias)


def _truncated_normal(weight: torch.Tensor) -> None:
    nn.init.trunc_normal_(weight, std=_DEVIATION, a=-2 * _DEVIATION, b=2 * _DEVIATION)
