"""The stem: two 3 x 3 convolutions, the first of which halves the resolution."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from accvit_blocks.cost import Count
from accvit_blocks.norm import batch_norm


class Stem(nn.Module):
    """Image to feature map (arXiv:2406.08859, section 3.1)."""

    def __init__(self, *, channels: int, width: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(channels, width, 3, stride=2, padding=1, bias=False)
        self.norm = batch_norm(width)
        self.refine = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, images: Tensor) -> Tensor:
        """b channels (h 2) (w 2) -> b c h w."""
        x: Tensor = self.refine(F.gelu(self.norm(self.reduce(images))))
        return x

    @staticmethod
    def count(*, channels: int, width: int, side: int) -> Count:
        """Cost with an output of side x side pixels."""
        weights = 9 * width * (channels + width)
        pixels = side * side
        return Count(
            params=weights + 3 * width,
            macs=weights * pixels,
            normalised=width * pixels,
            activations=2 * width * pixels,
            saved=(4 * channels + 3 * width) * pixels,
            saved_once=2 * width,
        )
