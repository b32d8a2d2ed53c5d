"""Atrous convolution, squeeze-and-excitation and fusion in the plain form."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from accvit_blocks.config import ACCViTConfig


def plain_norm(channels: int) -> nn.BatchNorm2d:
    """Batch normalisation with the network's constants."""
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


class PlainSE(nn.Module):
    """Squeeze-and-excitation with a pool and two 1 x 1 convolutions."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.expand = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """b c h w -> b c h w."""
        return x * torch.sigmoid(self.expand(F.silu(self.squeeze(self.pool(x)))))


class PlainGate(nn.Module):
    """Softmax over the branches; the logits are a convolution with one group per channel."""

    def __init__(self, branches: int, channels: int) -> None:
        super().__init__()
        self.branches = branches
        self.weight = nn.Parameter(torch.zeros(branches * channels))
        self.bias = nn.Parameter(torch.zeros(branches * channels))

    def forward(self, branches: Sequence[Tensor], x: Tensor) -> Tensor:
        """n times b c h w, and the gate's input b c h w -> b c h w."""
        b, c, h, w = x.shape
        # A grouped convolution orders its outputs channel by channel, the parameters are stored
        # branch by branch.
        weight = self.weight.reshape(self.branches, c).t().reshape(-1, 1, 1, 1)
        bias = self.bias.reshape(self.branches, c).t().reshape(-1)
        logits = F.conv2d(x, weight, bias, groups=c).reshape(b, c, self.branches, h, w)
        shares = logits.softmax(dim=2)
        weighted = [shares[:, :, n] * branch for n, branch in enumerate(branches)]
        return torch.stack(weighted).sum(dim=0)


class PlainMean(nn.Module):
    """The mean of the branches."""

    def forward(self, branches: Sequence[Tensor], x: Tensor) -> Tensor:
        """n times b c h w, and an input that is not used -> b c h w."""
        return torch.stack(list(branches)).sum(dim=0) / len(branches)


def plain_fusion(form: str, branches: int, channels: int) -> nn.Module:
    """The module for a configuration's `fusion`."""
    return PlainGate(branches, channels) if form == "gate" and branches > 1 else PlainMean()


class PlainConvBranch(nn.Module):
    """One dilation, with a depthwise convolution that is dilated on every device."""

    def __init__(self, channels: int, squeezed: int, dilation: int, stride: int, se: bool) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(
            channels, channels, 3, stride, dilation, dilation, groups=channels, bias=False
        )
        self.norm = plain_norm(channels)
        self.squeeze = PlainSE(channels, squeezed) if se else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """b c (h stride) (w stride) -> b c h w."""
        out: Tensor = self.squeeze(F.gelu(self.norm(self.depthwise(x))))
        return out


class PlainShortcut(nn.Module):
    """Average pool and a 1 x 1 convolution."""

    def __init__(self, width_in: int, width: int) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(3, 2, 1)
        self.project = nn.Conv2d(width_in, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """b c_in (h 2) (w 2) -> b c h w."""
        out: Tensor = self.project(self.pool(x))
        return out


class PlainConv(nn.Module):
    """The atrous convolution."""

    def __init__(self, config: ACCViTConfig, width_in: int, width: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.norm_in = plain_norm(width_in)
        self.expand = nn.Conv2d(width_in, 4 * width, 1, bias=False)
        self.norm_hidden = plain_norm(4 * width)
        self.branches = nn.ModuleList(
            PlainConvBranch(4 * width, width // 4, dilation, stride, config.se)
            for dilation in config.conv_dilations
        )
        self.fusion = plain_fusion(config.fusion, len(config.conv_dilations), 4 * width)
        self.project = nn.Conv2d(4 * width, width, 1)
        self.norm_out = plain_norm(width)
        self.shortcut = PlainShortcut(width_in, width) if stride == 2 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """b c_in (h stride) (w stride) -> b c h w."""
        hidden = F.gelu(self.norm_hidden(self.expand(self.norm_in(x))))
        outs = [branch(hidden) for branch in self.branches]
        fused = self.fusion(outs, hidden[:, :, :: self.stride, :: self.stride])
        out: Tensor = self.shortcut(x) + self.norm_out(self.project(fused))
        return out
