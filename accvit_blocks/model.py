"""The network: stem, four stages of [atrous convolution, atrous attention], head.

Source: arXiv:2406.08859, figure 2.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from accvit_blocks.attention import AtrousAttention
from accvit_blocks.checkpointing import recomputed
from accvit_blocks.config import ACCViTConfig, StageConfig
from accvit_blocks.convolution import AtrousMBConv
from accvit_blocks.head import Head
from accvit_blocks.initialisation import initialise
from accvit_blocks.stem import Stem


class Block(nn.Module):
    """Atrous convolution, then atrous attention."""

    def __init__(self, conv: AtrousMBConv, attention: AtrousAttention) -> None:
        super().__init__()
        self.conv = conv
        self.attention = attention

    def forward(self, x: Tensor) -> Tensor:
        """b c_in (h stride) (w stride) -> b c h w."""
        out: Tensor = self.attention(self.conv(x))
        return out


class Stage(nn.Module):
    """`depth` blocks, the first of which halves the resolution and sets the width."""

    def __init__(
        self,
        config: ACCViTConfig,
        stage: StageConfig,
        *,
        width_in: int,
        drop_path: tuple[float, ...],
    ) -> None:
        super().__init__()
        self.checkpointing = False
        self.blocks = nn.Sequential(
            *(
                Block(
                    AtrousMBConv(
                        width_in=width_in if index == 0 else stage.width,
                        width=stage.width,
                        stride=2 if index == 0 else 1,
                        dilations=config.conv_dilations,
                        fusion_form=config.fusion,
                        se=config.se,
                        drop_path=rate,
                    ),
                    AtrousAttention(
                        width=stage.width,
                        head_dim=stage.head_dim,
                        window=config.window_size,
                        dilations=stage.dilations,
                        fusion_form=config.fusion,
                        mlp=stage.mlp,
                        mlp_ratio=stage.mlp_ratio,
                        drop_path=rate,
                    ),
                )
                for index, rate in enumerate(drop_path)
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        """b c_in (h 2) (w 2) -> b c h w."""
        if not (self.checkpointing and self.training and torch.is_grad_enabled()):
            out: Tensor = self.blocks(x)
            return out
        for block in self.blocks:
            x = recomputed(block, x)
        return x


class ACCViT(nn.Module):
    """Atrous Convolution-based Vision Transformer (arXiv:2406.08859).

    Args:
        config: everything that determines the network.
        drop_path: stochastic depth, a training setting: the share of images for which the last
            block's residual branches are left out in training; falls linearly to 0 at the first.

    Raises:
        ValueError: if drop_path is not in [0, 1).
    """

    def __init__(self, config: ACCViTConfig, *, drop_path: float = 0.0) -> None:
        super().__init__()
        if not 0.0 <= drop_path < 1.0:
            raise ValueError(f"drop_path must be at least 0 and below 1, got {drop_path!r}")
        self.config = config
        self.stem = Stem(channels=config.channels, width=config.stem_width)
        widths = (config.stem_width, *(stage.width for stage in config.stages))
        rates = _linear_rates(drop_path, tuple(stage.depth for stage in config.stages))
        self.stages = nn.ModuleList(
            Stage(config, stage, width_in=width_in, drop_path=rate)
            for stage, width_in, rate in zip(config.stages, widths[:-1], rates, strict=True)
        )
        self.head = Head(width=widths[-1], classes=config.classes)
        initialise(self)

    def set_grad_checkpointing(self, enable: bool = True) -> None:
        """In training, keep the blocks' inputs alone for the backward pass; a training setting.

        It computes each block again: the same gradients, with less memory and more time.
        """
        for module in self.modules():
            if isinstance(module, Stage):
                module.checkpointing = enable

    def forward(self, images: Tensor) -> Tensor:
        """b c h w -> b classes: logits.

        Raises:
            ValueError: if the images are not of the configuration's size and channels.
        """
        logits: Tensor = self.head(self.forward_features(images)[-1])
        return logits

    def forward_features(self, images: Tensor) -> tuple[Tensor, ...]:
        """b c h w -> the four stages' maps, b width (h / s) (w / s) with s = 4, 8, 16, 32.

        Raises:
            ValueError: if the images are not of the configuration's size and channels.
        """
        size = (self.config.channels, self.config.image_size, self.config.image_size)
        if images.ndim != 4 or images.shape[1:] != size:
            raise ValueError(
                f"images must be b {size[0]} {size[1]} {size[2]}, got {tuple(images.shape)}; "
                "resize them or build the network for their size"
            )
        # Attention reads channels last, and so do the fast depthwise convolutions.
        x = self.stem(images.contiguous(memory_format=torch.channels_last))
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return tuple(maps)

    def extra_repr(self) -> str:
        return f"image_size={self.config.image_size}, fusion={self.config.fusion}"


def _linear_rates(last: float, depths: tuple[int, ...]) -> list[tuple[float, ...]]:
    """Rates from 0 at the first block to `last` at the last one, stage by stage."""
    steps = max(1, sum(depths) - 1)
    starts = [sum(depths[:index]) for index in range(len(depths))]
    return [
        tuple(last * (start + index) / steps for index in range(depth))
        for start, depth in zip(starts, depths, strict=True)
    ]
