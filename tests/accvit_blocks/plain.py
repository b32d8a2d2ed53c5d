"""The network once more, in the plainest form: what ACCViT must equal, and what fvcore can count.

Gates are 1 x 1 convolutions with one group per channel, attention is two explicit products, every
branch is a loop's turn, and the pixels of a window are found by slicing. `PlainACCViT` has the
parameter names and shapes of `ACCViT`, so it loads its state dict as it is; where that stacks
branches along the first axis, `chunk` takes them apart.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from accvit_blocks import ACCViTConfig, StageConfig


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


class PlainStem(nn.Module):
    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(channels, width, 3, 2, 1, bias=False)
        self.norm = _norm(width)
        self.refine = nn.Conv2d(width, width, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.refine(F.gelu(self.norm(self.reduce(x))))


class PlainSE(nn.Module):
    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.expand = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.expand(F.silu(self.squeeze(self.pool(x)))))


class PlainGate(nn.Module):
    def __init__(self, branches: int, channels: int) -> None:
        super().__init__()
        self.branches = branches
        self.weight = nn.Parameter(torch.zeros(branches * channels))
        self.bias = nn.Parameter(torch.zeros(branches * channels))

    def forward(self, branches: list[Tensor], x: Tensor) -> Tensor:
        b, c, h, w = x.shape
        # A grouped convolution orders its outputs channel by channel, the parameters are stored
        # branch by branch.
        weight = self.weight.reshape(self.branches, c).t().reshape(-1, 1, 1, 1)
        bias = self.bias.reshape(self.branches, c).t().reshape(-1)
        logits = F.conv2d(x, weight, bias, groups=c).reshape(b, c, self.branches, h, w)
        shares = logits.softmax(dim=2)
        return sum(shares[:, :, n] * branch for n, branch in enumerate(branches))


class PlainMean(nn.Module):
    def forward(self, branches: list[Tensor], x: Tensor) -> Tensor:
        return sum(branches) / len(branches)


def _fusion(form: str, branches: int, channels: int) -> nn.Module:
    return PlainGate(branches, channels) if form == "gate" and branches > 1 else PlainMean()


class PlainConvBranch(nn.Module):
    def __init__(self, channels: int, squeezed: int, dilation: int, stride: int, se: bool) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(
            channels, channels, 3, stride, dilation, dilation, groups=channels, bias=False
        )
        self.norm = _norm(channels)
        self.squeeze = PlainSE(channels, squeezed) if se else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return self.squeeze(F.gelu(self.norm(self.depthwise(x))))


class PlainShortcut(nn.Module):
    def __init__(self, width_in: int, width: int) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(3, 2, 1)
        self.project = nn.Conv2d(width_in, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.project(self.pool(x))


class PlainConv(nn.Module):
    def __init__(self, config: ACCViTConfig, width_in: int, width: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.norm_in = _norm(width_in)
        self.expand = nn.Conv2d(width_in, 4 * width, 1, bias=False)
        self.norm_hidden = _norm(4 * width)
        self.branches = nn.ModuleList(
            PlainConvBranch(4 * width, width // 4, dilation, stride, config.se)
            for dilation in config.conv_dilations
        )
        self.fusion = _fusion(config.fusion, len(config.conv_dilations), 4 * width)
        self.project = nn.Conv2d(4 * width, width, 1)
        self.norm_out = _norm(width)
        self.shortcut = PlainShortcut(width_in, width) if stride == 2 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        hidden = F.gelu(self.norm_hidden(self.expand(self.norm_in(x))))
        outs = [branch(hidden) for branch in self.branches]
        fused = self.fusion(outs, hidden[:, :, :: self.stride, :: self.stride])
        return self.shortcut(x) + self.norm_out(self.project(fused))


def dilated_maps(x: Tensor, d: int) -> Tensor:
    """(b, c, h, w) -> (b d d, c, h / d, w / d): every d-th row and column, from every start."""
    maps = [x[:, :, i::d, j::d] for i in range(d) for j in range(d)]
    return torch.stack(maps, dim=1).reshape(-1, x.shape[1], x.shape[2] // d, x.shape[3] // d)


def undilated(maps: Tensor, d: int) -> Tensor:
    """The inverse of `dilated_maps`."""
    _, c, h, w = maps.shape
    maps = maps.reshape(-1, d, d, c, h, w)
    out = maps.new_zeros(maps.shape[0], c, h * d, w * d)
    for i in range(d):
        for j in range(d):
            out[:, :, i::d, j::d] = maps[:, i, j]
    return out


class PlainAttention(nn.Module):
    """The branches of one atrous attention, before their fusion."""

    def __init__(self, stage: StageConfig, window: int) -> None:
        super().__init__()
        n, c = len(stage.dilations), stage.width
        self.dilations, self.window, self.heads = stage.dilations, window, c // stage.head_dim
        self.norm_weight = nn.Parameter(torch.ones(n * c))
        self.norm_bias = nn.Parameter(torch.zeros(n * c))
        self.qkv = nn.Linear(c, n * 3 * c)
        self.position_bias = nn.Parameter(torch.zeros(n, self.heads, (2 * window - 1) ** 2))
        self.merge = nn.Linear(c, n * c)

    def forward(self, x: Tensor) -> list[Tensor]:
        n = len(self.dilations)
        parameters = zip(
            self.dilations,
            self.norm_weight.chunk(n),
            self.norm_bias.chunk(n),
            self.qkv.weight.chunk(n),
            self.qkv.bias.chunk(n),
            self.position_bias,
            self.merge.weight.chunk(n),
            self.merge.bias.chunk(n),
            strict=True,
        )
        return [self._branch(x, *values) for values in parameters]

    def _branch(
        self,
        x: Tensor,
        dilation: int,
        scale: Tensor,
        shift: Tensor,
        qkv_weight: Tensor,
        qkv_bias: Tensor,
        table: Tensor,
        merge_weight: Tensor,
        merge_bias: Tensor,
    ) -> Tensor:
        c, p, heads = x.shape[1], self.window, self.heads
        tokens = F.layer_norm(x.permute(0, 2, 3, 1), (c,), scale, shift)
        maps = dilated_maps(tokens.permute(0, 3, 1, 2), dilation)
        count, _, h, w = maps.shape
        windows = maps.unfold(2, p, p).unfold(3, p, p).permute(0, 2, 3, 4, 5, 1)
        windows = windows.reshape(-1, p * p, c)
        qkv = F.linear(windows, qkv_weight, qkv_bias)
        q, k, v = qkv.reshape(-1, p * p, 3, heads, c // heads).permute(2, 0, 3, 1, 4)
        logits = torch.matmul(q, k.transpose(-2, -1)) * (c // heads) ** -0.5
        shares = (logits + self._position_bias(table)).softmax(dim=-1)
        out = torch.matmul(shares, v).permute(0, 2, 1, 3).reshape(-1, p * p, c)
        out = F.linear(out, merge_weight, merge_bias)
        out = out.reshape(count, h // p, w // p, p, p, c).permute(0, 5, 1, 3, 2, 4)
        return undilated(out.reshape(count, c, h, w), dilation)

    def _position_bias(self, table: Tensor) -> Tensor:
        pixels = [(row, column) for row in range(self.window) for column in range(self.window)]
        reach = self.window - 1
        entries = [
            (row - other_row + reach) * (2 * reach + 1) + column - other_column + reach
            for row, column in pixels
            for other_row, other_column in pixels
        ]
        return table[:, entries].reshape(-1, len(pixels), len(pixels))


class PlainMLP(nn.Module):
    def __init__(self, width: int, ratio: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, ratio * width)
        self.reduce = nn.Linear(ratio * width, width)

    def forward(self, x: Tensor) -> Tensor:
        tokens = x.permute(0, 2, 3, 1)
        return self.reduce(F.gelu(self.expand(self.norm(tokens)))).permute(0, 3, 1, 2)


class PlainConvNeXt(nn.Module):
    def __init__(self, width: int, ratio: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, 7, 1, 3, groups=width)
        self.mlp = PlainMLP(width, ratio)
        self.squeeze = PlainSE(width, width // 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.squeeze(self.mlp(self.depthwise(x)))


class PlainAttentionBlock(nn.Module):
    def __init__(self, config: ACCViTConfig, stage: StageConfig) -> None:
        super().__init__()
        n = len(stage.dilations)
        self.attention = PlainAttention(stage, config.window_size)
        self.fusion = _fusion(config.fusion, n, stage.width)
        own = n if stage.mlp == "per-branch" else 0
        self.branch_mlps = nn.ModuleList(PlainMLP(stage.width, stage.mlp_ratio) for _ in range(own))
        if stage.mlp == "shared":
            self.mlp = PlainMLP(stage.width, stage.mlp_ratio)
        elif stage.mlp == "convnext":
            self.mlp = PlainConvNeXt(stage.width, stage.mlp_ratio)
        else:
            self.mlp = None

    def forward(self, x: Tensor) -> Tensor:
        branches = [x + branch for branch in self.attention(x)]
        if self.branch_mlps:
            branches = [
                branch + mlp(branch) for branch, mlp in zip(branches, self.branch_mlps, strict=True)
            ]
        x = self.fusion(branches, x)
        return x if self.mlp is None else x + self.mlp(x)


class PlainBlock(nn.Module):
    def __init__(
        self, config: ACCViTConfig, stage: StageConfig, width_in: int, stride: int
    ) -> None:
        super().__init__()
        self.conv = PlainConv(config, width_in, stage.width, stride)
        self.attention = PlainAttentionBlock(config, stage)

    def forward(self, x: Tensor) -> Tensor:
        return self.attention(self.conv(x))


class PlainStage(nn.Module):
    def __init__(self, config: ACCViTConfig, stage: StageConfig, width_in: int) -> None:
        super().__init__()
        first = PlainBlock(config, stage, width_in, 2)
        later = [PlainBlock(config, stage, stage.width, 1) for _ in range(stage.depth - 1)]
        self.blocks = nn.Sequential(first, *later)

    def forward(self, x: Tensor) -> Tensor:
        return self.blocks(x)


class PlainHead(nn.Module):
    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.norm = nn.LayerNorm(width)
        self.hidden = nn.Linear(width, width)
        self.classify = nn.Linear(width, classes, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.classify(torch.tanh(self.hidden(self.norm(self.pool(x).flatten(1)))))


class PlainACCViT(nn.Module):
    """b c h w -> b classes, without stochastic depth."""

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
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        return self.head(x)
