"""The convolution of an ACC-ViT as somebody would write it for one network: the text of classes.

Each function gives one class or none, without what the network does not use.
"""

from accvit_blocks import ACCViTConfig
from accvit_blocks.convolution import EXPANSION


def branch(config: ACCViTConfig) -> str:
    """One depthwise convolution with what follows it."""
    lone = len(config.conv_dilations) == 1
    excite = "        self.excite = SqueezeExcitation(channels, squeezed=channels // 16)\n"
    normed = "F.gelu(self.norm(self.depthwise(x)))"
    return f'''\
class ConvBranch(nn.Module):
    """A depthwise 3 x 3 convolution{_reach(config)}, BN, GELU{_and_se(config)}."""

    def __init__(self, channels: int, stride: int{"" if lone else ", dilation: int"}) -> None:
        super().__init__()
{_depthwise(config)}
        self.norm = batch_norm(channels)
{excite if config.se else ""}
    def forward(self, x: Tensor) -> Tensor:
        """b c (h stride) (w stride) -> b c h w."""
        return {f"self.excite({normed})" if config.se else normed}
'''


def atrous_convolution(config: ACCViTConfig) -> str:
    """The inverted bottleneck whose depthwise convolution has parallel branches."""
    flat = all(stage.depth == 1 for stage in config.stages)
    given = "width_in: int, width: int" + ("" if flat else ", stride: int")
    stride = "2" if flat else "stride"
    return f'''\
class AtrousConv(nn.Module):
    """{_summary(config)}

    Inverted bottleneck with a residual connection; {EXPANSION} x as many channels within.
    """

    def __init__(self, {given}) -> None:
        super().__init__()
        hidden = {EXPANSION} * width
        self.norm_in = batch_norm(width_in)
        self.expand = nn.Conv2d(width_in, hidden, 1, bias=False)
        self.norm_hidden = batch_norm(hidden)
{_branches(config, stride)}
        self.project = nn.Conv2d(hidden, width, 1)
        self.norm_out = batch_norm(width)
{_shortcut(flat)}
    def forward(self, x: Tensor) -> Tensor:
        """b c_in (h {stride}) (w {stride}) -> b c h w."""
        hidden = F.gelu(self.norm_hidden(self.expand(self.norm_in(x))))
{_fused(config, "2" if flat else "self.stride")}
        return self.shortcut(x) + self.norm_out(self.project(fused))
'''


def gated(config: ACCViTConfig) -> bool:
    """Whether the convolutions have a gate."""
    return config.fusion == "gate" and len(config.conv_dilations) > 1


def _depthwise(config: ACCViTConfig) -> str:
    lone = len(config.conv_dilations) == 1
    reach = str(config.conv_dilations[0]) if lone else "dilation"
    if reach == "1":
        return """\
        self.depthwise = nn.Conv2d(
            channels, channels, 3, stride, padding=1, groups=channels, bias=False
        )"""
    return f"""\
        self.depthwise = nn.Conv2d(
            channels,
            channels,
            kernel_size=3,
            stride=stride,
            padding={reach},
            dilation={reach},
            groups=channels,
            bias=False,
        )"""


def _summary(config: ACCViTConfig) -> str:
    reaches = config.conv_dilations
    if len(reaches) == 1:
        return f"Expand, one depthwise convolution{_reach(config)}, project."
    listed = ", ".join(map(str, reaches[:-1])) + f" and {reaches[-1]}"
    how = "gated" if gated(config) else "averaged"
    return f"Expand, depthwise convolutions of dilation {listed} side by side, {how}, project."


def _reach(config: ACCViTConfig) -> str:
    if len(config.conv_dilations) > 1:
        return " of some dilation"
    dilation = config.conv_dilations[0]
    return f" of dilation {dilation}" if dilation > 1 else ""


def _and_se(config: ACCViTConfig) -> str:
    return ", squeeze-and-excitation" if config.se else ""


def _branches(config: ACCViTConfig, stride: str) -> str:
    if len(config.conv_dilations) == 1:
        return f"        self.branch = ConvBranch(hidden, {stride})"
    each = f"ConvBranch(hidden, {stride}, dilation) for dilation in {config.conv_dilations}"
    lines = [f"        self.branches = nn.ModuleList({each})"]
    if len(lines[0]) > 100:
        lines = ["        self.branches = nn.ModuleList(", f"            {each}", "        )"]
    if gated(config):
        lines.append(f"        self.gate = Gate({len(config.conv_dilations)}, hidden)")
        if stride == "stride":
            lines.append("        self.stride = stride")
    return "\n".join(lines)


def _shortcut(flat: bool) -> str:
    if flat:
        return """\
        self.shortcut = nn.Sequential(
            nn.AvgPool2d(3, stride=2, padding=1), nn.Conv2d(width_in, width, 1)
        )
"""
    return """\
        if stride == 1:
            self.shortcut = nn.Identity()
        else:
            self.shortcut = nn.Sequential(
                nn.AvgPool2d(3, stride=2, padding=1), nn.Conv2d(width_in, width, 1)
            )
"""


def _fused(config: ACCViTConfig, stride: str) -> str:
    count = len(config.conv_dilations)
    if count == 1:
        return "        fused = self.branch(hidden)"
    if not gated(config):
        return f"        fused = sum(branch(hidden) for branch in self.branches) / {count}"
    return f"""\
        branches = [channels_last(branch(hidden)) for branch in self.branches]
        # Strided in this order, for a gradient in the memory format of the maps.
        seen = channels_last(hidden)[:, :: {stride}, :: {stride}]  # by the gate
        fused = channels_first(self.gate(branches, seen))"""
