"""How a written-out ACC-ViT begins: the network in some lines for people."""

from accvit_blocks import ACCViTConfig, count
from accvit_blocks.config import STAGE_STRIDES


def opening(config: ACCViTConfig, title: str) -> str:
    """What the network is and what it costs, then the imports."""
    cost, image = count(config), f"{config.image_size} x {config.image_size} pixels"
    return f'''\
"""{title}: a vision transformer of atrous convolutions and attention, in PyTorch alone.

{cost.params:,} parameters; {cost.macs:,} multiply-accumulates for an image of {image}.

{_table(config)}

Architecture: Ibtehaz, Yan, Mortazavi and Kihara, "Fusion of regional and sparse attention in Vision
Transformers", arXiv:2406.08859. Shapes are written as b c h w (images, channels, rows, columns); e
is the channels of one attention head.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
'''


def _table(config: ACCViTConfig) -> str:
    """The network in six lines, for people."""
    rows = [("", "map", "channels", "blocks", "heads", "attention at dilations")]
    sides = [config.image_size // stride for stride in (2, *STAGE_STRIDES)]
    rows.append(("stem", f"{sides[0]} x {sides[0]}", str(config.stem_width), "", "", ""))
    for number, (stage, side) in enumerate(zip(config.stages, sides[1:], strict=True), start=1):
        reaches = ", ".join(map(str, stage.dilations))
        facts = (str(stage.width), str(stage.depth), str(stage.heads), reaches)
        rows.append((f"stage{number}", f"{side} x {side}", *facts))
    rows.append(("head", "", str(config.classes), "", "", ""))
    wide = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join(
        f"    {first:<{wide[0]}}  {'  '.join(map(str.rjust, middle, wide[1:5]))}  {last}".rstrip()
        for first, *middle, last in rows
    )
