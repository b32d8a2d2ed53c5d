"""Which part of the searched ACC-ViT each tensor of its written-out form is.

The searched form stacks what is alike: the branches of an attention lie row upon row in one tensor.
"""

import re
from collections.abc import Iterator, Mapping

import torch

from accvit_blocks import ACCViT, ACCViTConfig, StageConfig
from nas.core.source import Part

STACKED = {
    "norm_weight": "norm.weight",
    "norm_bias": "norm.bias",
    "qkv.weight": "qkv.weight",
    "qkv.bias": "qkv.bias",
    "position_bias": "position_bias",
    "merge.weight": "project.weight",
    "merge.bias": "project.bias",
}
_BLOCK = re.compile(r"stages\.(\d)\.blocks\.(\d+)\.(conv|attention)\.(.+)")


def parts(config: ACCViTConfig) -> Mapping[str, Part]:
    """By the names of the file, in the order of the network; nothing is allocated."""
    with torch.device("meta"):
        tensors = ACCViT(config).state_dict()
    found: dict[str, Part] = {}
    for name, tensor in tensors.items():
        block = _BLOCK.fullmatch(name)
        if block is None:  # stem and head
            found[name] = Part(tensor=name)
            continue
        index, number, half, rest = block.groups()
        stage, prefix = config.stages[int(index)], f"stage{int(index) + 1}.{number}."
        if half == "conv":
            found[prefix + _convolution(config, rest)] = Part(tensor=name)
        elif rest.startswith("attention."):
            rows = len(tensor) // len(stage.dilations)
            for part, own in _branches(stage, rest.removeprefix("attention.")):
                of = Part(tensor=name, rows=(own * rows, (own + 1) * rows))
                found[prefix + part] = of
        else:
            found[prefix + _after(stage, rest)] = Part(tensor=name)
    return found


def _convolution(config: ACCViTConfig, name: str) -> str:
    if len(config.conv_dilations) == 1:
        name = name.replace("branches.0.", "branch.")
    name = name.replace(".squeeze.", ".excite.", 1).replace("fusion.", "gate.")
    return "conv." + name.replace("shortcut.project", "shortcut.1")


def _branches(stage: StageConfig, name: str) -> Iterator[tuple[str, int]]:
    for own in range(len(stage.dilations)):
        lone = len(stage.dilations) == 1
        yield ("attention." if lone else f"attention.branches.{own}.") + STACKED[name], own


def _after(stage: StageConfig, name: str) -> str:
    """Gates and MLPs; a lone branch's own MLP is the block's."""
    if name.startswith("branch_mlps."):
        return (
            name.replace("branch_mlps.0.", "mlp.")
            if len(stage.dilations) == 1
            else "attention." + name.replace("branch_mlps.", "mlps.")
        )
    if name.startswith("fusion."):
        return "attention." + name.replace("fusion.", "gate.")
    return name.replace("mlp.mlp.", "mlp.").replace("mlp.squeeze.", "mlp.excite.")
