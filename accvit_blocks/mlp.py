"""What follows the attention: the MLP of transformers, or a ConvNeXt layer (ablation row 5).

Sources: arXiv:2406.08859, table 3; ConvNeXt, Liu et al., arXiv:2201.03545.
"""

from __future__ import annotations

import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from accvit_blocks.cost import Count, total
from accvit_blocks.linear import Linear
from accvit_blocks.squeeze_excitation import SqueezeExcitation


class MLP(nn.Module):
    """Linear(gelu(Linear(LN(x)))), without the residual."""

    def __init__(self, *, width: int, ratio: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.expand = Linear(width, ratio * width)
        self.reduce = Linear(ratio * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """b h w c -> b h w c."""
        out: Tensor = self.reduce(F.gelu(self.expand(self.norm(x))))
        return out

    @staticmethod
    def count(*, width: int, ratio: int, side: int) -> Count:
        """Cost on a map of side x side pixels."""
        weights = 2 * ratio * width * width
        pixels = side * side
        return Count(
            params=weights + (ratio + 3) * width,
            macs=weights * pixels,
            normalised=width * pixels,
            activations=(ratio + 1) * width * pixels,
            saved=(2 * (ratio + 1) * width + 2) * pixels,
        )


class ConvNeXtLayer(nn.Module):
    """SE(MLP(LN(DW7x7(x)))), without the residual; the depthwise convolution has a bias."""

    def __init__(self, *, width: int, ratio: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.mlp = MLP(width=width, ratio=ratio)
        self.squeeze = SqueezeExcitation(channels=width, squeezed=width // 4)

    def forward(self, x: Tensor) -> Tensor:
        """b h w c -> b h w c."""
        x = self.depthwise(rearrange(x, "b h w c -> b c h w"))
        x = self.mlp(rearrange(x, "b c h w -> b h w c"))
        x = self.squeeze(rearrange(x, "b h w c -> b c h w"))
        return rearrange(x, "b c h w -> b h w c")

    @staticmethod
    def count(*, width: int, ratio: int, side: int) -> Count:
        """Cost on a map of side x side pixels."""
        elements = width * side * side
        depthwise = Count(
            params=50 * width, macs=49 * elements, activations=elements, saved=elements
        )
        return total(
            depthwise,
            MLP.count(width=width, ratio=ratio, side=side),
            SqueezeExcitation.count(channels=width, squeezed=width // 4, side=side),
        )
