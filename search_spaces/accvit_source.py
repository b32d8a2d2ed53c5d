"""An ACC-ViT written out as one file: what was chosen stands there, what was not does not."""

from collections.abc import Iterator, Sequence
from math import lcm

from accvit_blocks import VARIANTS, ACCViTConfig, StageConfig
from accvit_blocks.config import STAGE_STRIDES
from nas.core.fidelity import Setting
from nas.core.source import FeatureMap, Source
from search_spaces import accvit_source_attention as attention
from search_spaces import accvit_source_block as block
from search_spaces import accvit_source_convolution as convolution
from search_spaces import accvit_source_ends as ends
from search_spaces import accvit_source_pieces as pieces
from search_spaces.accvit_setting import adapted
from search_spaces.accvit_source_opening import opening
from search_spaces.accvit_source_parts import parts

WIDE = 100  # columns


def source(config: ACCViTConfig) -> Source:
    """The file, and which tensor of it is which of the searched network's."""
    title = _title(config)
    written = [opening(config, title), *_definitions(config), _network(config)]
    return Source(
        text="\n\n".join(written),
        network="ACCViT",
        title=title,
        parts=parts(config),
        features=tuple(
            FeatureMap(channels=stage.width, stride=stride)
            for stage, stride in zip(config.stages, STAGE_STRIDES, strict=True)
        ),
        licence="Apache-2.0",
    )


def _title(config: ACCViTConfig) -> str:
    setting = Setting(
        resolution=config.image_size, classes=config.classes, channels=config.channels
    )
    for name, variant in VARIANTS.items():
        if adapted(variant, setting) == config:
            return f"ACC-ViT {name}"
    return "ACC-ViT"


def _definitions(config: ACCViTConfig) -> Iterator[str]:
    """The classes that the network uses, each before those that use it."""
    forms = {_form(stage) for stage in config.stages}
    branched = {_form(stage) for stage in config.stages if len(stage.dilations) > 1}
    fused = bool(branched) or len(config.conv_dilations) > 1
    yield pieces.BATCH_NORM
    yield pieces.CHANNELS_LAST
    yield ends.stem(config)
    if config.se or "convnext" in forms:
        yield pieces.SQUEEZE_EXCITATION
    if fused and config.fusion == "gate":
        yield pieces.GATE
    yield convolution.branch(config)
    yield convolution.atrous_convolution(config)
    yield attention.window_attention(config)
    if branched - {"per-branch"}:
        yield attention.atrous_attention(config)
    if forms != {"convnext"}:
        yield block.MLP
    if "per-branch" in forms:
        yield attention.branchwise_attention(config)
    if "convnext" in forms:
        yield block.CONVNEXT
    if forms != {"per-branch"}:
        yield block.BLOCK
    if "per-branch" in forms:
        yield block.BRANCHWISE_BLOCK
    yield ends.head(config)


def _form(stage: StageConfig) -> str:
    """A lone branch's own MLP and a shared one are the same."""
    return "shared" if stage.mlp == "per-branch" and len(stage.dilations) == 1 else stage.mlp


def _network(config: ACCViTConfig) -> str:
    widths = (config.stem_width, *(stage.width for stage in config.stages))
    side, channels = config.image_size, config.channels
    sides = lcm(
        *(
            stride * config.window_size * dilation
            for stage, stride in zip(config.stages, STAGE_STRIDES, strict=True)
            for dilation in stage.dilations
        )
    )
    stages = "\n".join(
        _stage(config, stage, number, width_in)
        for number, (stage, width_in) in enumerate(
            zip(config.stages, widths[:-1], strict=True), start=1
        )
    )
    return f'''\
class ACCViT(nn.Module):
    """Images b {channels} {side} {side} -> logits b {config.classes}."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Stem()
{stages}
        self.head = Head()

    def forward(self, images: Tensor) -> Tensor:
        """b {channels} {side} {side} -> b {config.classes}."""
        return self.head(self.features(images)[-1])

    def features(self, images: Tensor) -> list[Tensor]:
        """The maps of the four stages: {_maps(config)}.

        Sides may be other multiples of {sides} as well; the windows stay as they are.
        """
        if images.shape[2] % {sides} or images.shape[3] % {sides}:
            raise ValueError(f"expected sides that are multiples of {sides}; got {{images.shape}}")
        # In this memory format the changes between b c h w and b h w c are free.
        x = self.stem(images.contiguous(memory_format=torch.channels_last))
        maps = []
        for stage in (self.stage1, self.stage2, self.stage3, self.stage4):
            x = stage(x)
            maps.append(x)
        return maps
'''


def _maps(config: ACCViTConfig) -> str:
    sides = [config.image_size // stride for stride in STAGE_STRIDES]
    shapes = [
        f"{stage.width} {side} {side}" for stage, side in zip(config.stages, sides, strict=True)
    ]
    return "b " + ", b ".join(shapes)


def _stage(config: ACCViTConfig, stage: StageConfig, number: int, width_in: int) -> str:
    """One statement; blocks that repeat are written once."""
    flat = all(other.depth == 1 for other in config.stages)
    first = _call(_block(stage), _layers(config, stage, width_in, None if flat else 2), 12)
    lines = [f"        self.stage{number} = nn.Sequential(", f"{first},"]
    again = stage.depth - 1
    if again == 1:
        lines.append(f"{_call(_block(stage), _layers(config, stage, stage.width, 1), 12)},")
    elif again:
        repeated = _call(_block(stage), _layers(config, stage, stage.width, 1), 16)
        lines += ["            *(", repeated, f"                for _ in range({again})"]
        lines.append("            ),")
    return "\n".join([*lines, "        )"])


def _block(stage: StageConfig) -> str:
    return "BranchwiseBlock" if _form(stage) == "per-branch" else "Block"


def _layers(
    config: ACCViTConfig, stage: StageConfig, width_in: int, stride: int | None
) -> list[str]:
    width, hidden = stage.width, stage.mlp_ratio * stage.width
    strided = "" if stride is None else f", stride={stride}"
    conv = f"AtrousConv({width_in}, {width}{strided})"
    several = f"{width}, heads={stage.heads}, dilations={stage.dilations}"
    if _form(stage) == "per-branch":
        return [conv, f"BranchwiseAttention({several}, hidden={hidden})"]
    mlp = "ConvNeXtLayer" if stage.mlp == "convnext" else "MLP"
    return [conv, _attention(config, stage, several), f"{mlp}({width}, hidden={hidden})"]


def _attention(config: ACCViTConfig, stage: StageConfig, several: str) -> str:
    if len(stage.dilations) > 1:
        return f"AtrousAttention({several})"
    dilation = f", dilation={stage.dilations[0]}" if attention.atrous(config) else ""
    return f"WindowAttention({stage.width}, heads={stage.heads}{dilation})"


def _call(name: str, arguments: Sequence[str], indent: int) -> str:
    """On one line where it fits."""
    start = " " * indent
    line = f"{start}{name}({', '.join(arguments)})"
    if len(line) < WIDE:  # a comma follows
        return line
    return "\n".join([f"{start}{name}(", *(f"{start}    {one}," for one in arguments), f"{start})"])
