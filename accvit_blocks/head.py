"""The head: mean over the map, one hidden layer, classes."""

from __future__ import annotations

from einops import reduce
from torch import Tensor, nn

from accvit_blocks.cost import Count


class Head(nn.Module):
    """Last feature map to logits, as in MaxViT."""

    def __init__(self, *, width: int, classes: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.hidden = nn.Linear(width, width)
        self.classify = nn.Linear(width, classes, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """b c h w -> b classes."""
        pooled = reduce(x, "b c h w -> b c", "mean")
        logits: Tensor = self.classify(self.hidden(self.norm(pooled)).tanh())
        return logits

    @staticmethod
    def count(*, width: int, classes: int, side: int) -> Count:
        """Cost on a map of side x side pixels."""
        weights = width * (width + classes)
        return Count(
            params=weights + 3 * width,
            macs=weights,
            normalised=width,
            pooled=width * side * side,
            activations=width + classes,
            saved=3 * width + 2,
        )
