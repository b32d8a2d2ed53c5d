"""Atrous attention and the MLPs in the plain form."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from accvit_blocks.config import ACCViTConfig, StageConfig
from accvit_blocks.plain.convolution import PlainSE, plain_fusion


def dilated_maps(x: Tensor, d: int) -> Tensor:
    """b c h w -> (b d d) c (h / d) (w / d): every d-th row and column, from every start."""
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
        """b c h w -> n times b c h w."""
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
    """The MLP of transformers, channels first."""

    def __init__(self, width: int, ratio: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, ratio * width)
        self.reduce = nn.Linear(ratio * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """b c h w -> b c h w."""
        tokens = self.norm(x.permute(0, 2, 3, 1))
        out: Tensor = self.reduce(F.gelu(self.expand(tokens)))
        return out.permute(0, 3, 1, 2)


class PlainConvNeXt(nn.Module):
    """The ConvNeXt layer."""

    def __init__(self, width: int, ratio: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, 7, 1, 3, groups=width)
        self.mlp = PlainMLP(width, ratio)
        self.squeeze = PlainSE(width, width // 4)

    def forward(self, x: Tensor) -> Tensor:
        """b c h w -> b c h w."""
        out: Tensor = self.squeeze(self.mlp(self.depthwise(x)))
        return out


class PlainAttentionBlock(nn.Module):
    """Attention branches, fused, then the MLP."""

    def __init__(self, config: ACCViTConfig, stage: StageConfig) -> None:
        super().__init__()
        n = len(stage.dilations)
        self.attention = PlainAttention(stage, config.window_size)
        self.fusion = plain_fusion(config.fusion, n, stage.width)
        own = n if stage.mlp == "per-branch" else 0
        self.branch_mlps = nn.ModuleList(PlainMLP(stage.width, stage.mlp_ratio) for _ in range(own))
        self.mlp: nn.Module | None = None
        if stage.mlp == "shared":
            self.mlp = PlainMLP(stage.width, stage.mlp_ratio)
        elif stage.mlp == "convnext":
            self.mlp = PlainConvNeXt(stage.width, stage.mlp_ratio)

    def forward(self, x: Tensor) -> Tensor:
        """b c h w -> b c h w."""
        branches = [x + branch for branch in self.attention(x)]
        if self.branch_mlps:
            branches = [
                branch + mlp(branch) for branch, mlp in zip(branches, self.branch_mlps, strict=True)
            ]
        fused: Tensor = self.fusion(branches, x)
        return fused if self.mlp is None else fused + self.mlp(fused)
