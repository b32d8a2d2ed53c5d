"""The closed-form cost of a whole network: no module is built, no tensor touched."""

from __future__ import annotations

from accvit_blocks.attention import AtrousAttention
from accvit_blocks.config import STAGE_STRIDES, ACCViTConfig
from accvit_blocks.convolution import AtrousMBConv
from accvit_blocks.cost import Count, total
from accvit_blocks.head import Head
from accvit_blocks.stem import Stem


def count(config: ACCViTConfig) -> Count:
    """Cost of one image through a network, exact to the unit, in tens of microseconds."""
    parts = [_stem(config), _head(config)]
    for index, stage in enumerate(config.stages):
        first, later, attention = _stage(config, index)
        parts += [first, *[later] * (stage.depth - 1), *[attention] * stage.depth]
    return total(*parts)


def layer_counts(config: ACCViTConfig) -> dict[str, Count]:
    """Cost of one image, layer by layer, by the names of `ACCViT.named_modules`, in order."""
    counts = {"stem": _stem(config)}
    for index, stage in enumerate(config.stages):
        first, later, attention = _stage(config, index)
        for block in range(stage.depth):
            name = f"stages.{index}.blocks.{block}"
            counts[f"{name}.conv"] = later if block else first
            counts[f"{name}.attention"] = attention
    counts["head"] = _head(config)
    return counts


def _stem(config: ACCViTConfig) -> Count:
    return Stem.count(
        channels=config.channels, width=config.stem_width, side=config.image_size // 2
    )


def _head(config: ACCViTConfig) -> Count:
    return Head.count(
        width=config.stages[-1].width, classes=config.classes, side=config.image_size // 32
    )


def _stage(config: ACCViTConfig, index: int) -> tuple[Count, Count, Count]:
    """Costs of a stage's first convolution, of each later one, and of each attention."""
    stage = config.stages[index]
    side = config.image_size // STAGE_STRIDES[index]
    width_in = config.stages[index - 1].width if index else config.stem_width
    first, later = (
        AtrousMBConv.count(
            width_in=width_before,
            width=stage.width,
            side=side,
            stride=stride,
            dilations=config.conv_dilations,
            fusion_form=config.fusion,
            se=config.se,
        )
        for width_before, stride in ((width_in, 2), (stage.width, 1))
    )
    attention = AtrousAttention.count(
        width=stage.width,
        head_dim=stage.head_dim,
        window=config.window_size,
        branches=len(stage.dilations),
        side=side,
        fusion_form=config.fusion,
        mlp=stage.mlp,
        mlp_ratio=stage.mlp_ratio,
    )
    return first, later, attention
