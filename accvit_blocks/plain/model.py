"""Stem, stages and head in the plain form, and the network of them."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from accvit_blocks.config import ACCViTConfig, StageConfig
from accvit_blocks.plain.attention import PlainAttentionBlock
from accvit_blocks.plain.convolution import PlainConv, plain_norm


class PlainStem(nn.Module):
    """Two 3 x 3 convolutions."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(channels, width, 3, 2, 1, bias=False)
        self.norm = plain_norm(width)
        self.refine = nn.Conv2d(width, width, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """b channels (h 2) (w 2) -> b c h w."""
        out: Tensor = self.refine(F.gelu(self.norm(self.reduce(x))))
        return out


class PlainBlock(nn.Module):
    """Atrous convolution, then atrous attention."""

    def __init__(
        self, config: ACCViTConfig, stage: StageConfig, width_in: int, stride: int
    ) -> None:
        super().__init__()
        self.conv = PlainConv(config, width_in, stage.width, stride)
        self.attention = PlainAttentionBlock(config, stage)

    def forward(self, x: Tensor) -> Tensor:
        """b c_in (h stride) (w stride) -> b c h w."""
        out: Tensor = self.attention(self.conv(x))
        return out


class PlainStage(nn.Module):
    """The blocks of one width."""

    def __init__(self, config: ACCViTConfig, stage: StageConfig, width_in: int) -> None:
        super().__init__()
        first = PlainBlock(config, stage, width_in, 2)
        later = [PlainBlock(config, stage, stage.width, 1) for _ in range(stage.depth - 1)]
        self.blocks = nn.Sequential(first, *later)

    def forward(self, x: Tensor) -> Tensor:
        """b c_in (h 2) (w 2) -> b c h w."""
        out: Tensor = self.blocks(x)
        return out


class PlainHead(nn.Module):
    """Pool, one hidden layer, classes."""

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.norm = nn.LayerNorm(width)
        self.hidden = nn.Linear(width, width)
        self.classify = nn.Linear(width, classes, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """b c h w -> b classes."""
        hidden = self.hidden(self.norm(self.pool(x).flatten(1)))
        logits: Tensor = self.classify(torch.tanh(hidden))
        return logits


class PlainACCViT(nn.Module):
    """The network of a configuration, without stochastic depth; its weights are torch's own."""

    def __init__(self, config: ACCViTConfig) -> None:
        super().__init__()
        self.stem = PlainStem(config.channels, config.stem_width)
        widths = [config.stem_width, *(stage.width for stage in config.stages)]
        self.stages = nn.ModuleList(
            PlainStage(config, stage, width_in)
            for stage, width_in in zip(config.stages, widths[:-1], strict=True)
        )
        self.head = PlainHead(widths[-1], config.classes)

    def forward(self, x: Tensor) -> Tensor:
        """b c h w -> b classes."""
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        logits: Tensor = self.head(x)
        return logits
