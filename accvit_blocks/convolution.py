"""Atrous convolution: an inverted residual whose depthwise convolution sees several dilations.

Source: arXiv:2406.08859, section 3.3 and equation 3. Read literally, with a single
squeeze-and-excitation after the projection, that equation contradicts the published parameter
counts; one in each branch, on 4C channels squeezed to C / 4, meets all of them.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from accvit_blocks import native
from accvit_blocks.cost import Count, total
from accvit_blocks.depthwise import DepthwiseConv
from accvit_blocks.drop_path import DropPath
from accvit_blocks.fusion import fusion, fusion_count, is_gated
from accvit_blocks.norm import batch_norm
from accvit_blocks.squeeze_excitation import SqueezeExcitation

EXPANSION = 4  # hidden channels over the block's output channels


class ConvBranch(nn.Module):
    """One dilation: SE(gelu(BN(DW3x3(x))))."""

    def __init__(
        self, *, channels: int, squeezed: int, dilation: int, stride: int, se: bool
    ) -> None:
        super().__init__()
        self.depthwise = DepthwiseConv(channels=channels, dilation=dilation, stride=stride)
        self.norm = batch_norm(channels)
        self.squeeze = (
            SqueezeExcitation(channels=channels, squeezed=squeezed) if se else nn.Identity()
        )

    def forward(self, x: Tensor, strided: Tensor) -> Tensor:
        """b c (h stride) (w stride), and its strided pixels b c h w -> b c h w."""
        out: Tensor = self.squeeze(F.gelu(self.norm(self.depthwise(x, strided))))
        return out

    @staticmethod
    def count(*, channels: int, squeezed: int, side: int, se: bool) -> Count:
        """Cost with an output of side x side pixels."""
        elements = channels * side * side
        count = Count(
            params=11 * channels,
            macs=9 * elements,
            normalised=elements,
            activations=elements,
            saved=2 * elements,
            saved_once=2 * channels,
        )
        if se:
            count += SqueezeExcitation.count(channels=channels, squeezed=squeezed, side=side)
        return count


class Shortcut(nn.Module):
    """Where a stage begins: average pool 3 x 3 with stride 2, then a 1 x 1 convolution."""

    def __init__(self, *, width_in: int, width: int) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(3, stride=2, padding=1)
        self.project = nn.Conv2d(width_in, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """b c_in (h 2) (w 2) -> b c h w."""
        out: Tensor = self.project(self.pool(x))
        return out

    @staticmethod
    def count(*, width_in: int, width: int, side: int) -> Count:
        """Cost with an output of side x side pixels; its input is kept by the norm beside it."""
        pixels = side * side
        return Count(
            params=width_in * width + width,
            macs=width_in * width * pixels,
            activations=width * pixels,
            saved=width_in * pixels,
        )


class AtrousMBConv(nn.Module):
    """Expand to 4C, parallel depthwise branches, fuse, project to C, normalise; residual.

    The published counts leave two places open. The last norm is a batch norm after the
    projection, and the gate looks at the expanded map, strided like the branches.
    """

    def __init__(
        self,
        *,
        width_in: int,
        width: int,
        stride: int,
        dilations: tuple[int, ...],
        fusion_form: str,
        se: bool,
        drop_path: float = 0.0,
    ) -> None:
        super().__init__()
        hidden = EXPANSION * width
        self.stride = stride
        self.norm_in = batch_norm(width_in)
        self.expand = nn.Conv2d(width_in, hidden, 1, bias=False)
        self.norm_hidden = batch_norm(hidden)
        self.branches = nn.ModuleList(
            ConvBranch(
                channels=hidden, squeezed=width // 4, dilation=dilation, stride=stride, se=se
            )
            for dilation in dilations
        )
        self.fusion = fusion(fusion_form, branches=len(dilations), channels=hidden)
        self.project = nn.Conv2d(hidden, width, 1)
        self.norm_out = batch_norm(width)
        self.drop_path = DropPath(drop_path)
        self.shortcut = nn.Identity() if stride == 1 else Shortcut(width_in=width_in, width=width)

    def forward(self, x: Tensor) -> Tensor:
        """b c_in (h stride) (w stride) -> b c h w."""
        expanded = self.expand(self.norm_in(x))
        norms = [self.norm_hidden, *(branch.norm for branch in self._parallel())]
        if native.usable(x) and native.suits(norms):
            fused = self._natively(rearrange(expanded, "b c h w -> b h w c"))
        else:
            fused = self._plainly(F.gelu(self.norm_hidden(expanded)))
        projected = self.norm_out(self.project(rearrange(fused, "b h w c -> b c h w")))
        out: Tensor = self.shortcut(x) + self.drop_path(projected)
        return out

    def _parallel(self) -> list[ConvBranch]:
        return [branch for branch in self.branches if isinstance(branch, ConvBranch)]

    def _natively(self, expanded: Tensor) -> Tensor:
        """b (h stride) (w stride) c -> b h w c."""
        branches = self._parallel()
        hidden = native.norm_gelu(expanded[None], [self.norm_hidden])[0].squeeze(0)
        kernels = torch.stack([branch.depthwise.weight for branch in branches])
        maps, strided = native.depthwise(
            hidden,
            rearrange(kernels, "n c 1 y x -> n y x c"),
            dilations=tuple(branch.depthwise.dilation for branch in branches),
            stride=self.stride,
        )
        maps, means = native.norm_gelu(maps, [branch.norm for branch in branches])
        strengths = [
            branch.squeeze.strength(mean)
            for branch, mean in zip(branches, means, strict=True)
            if isinstance(branch.squeeze, SqueezeExcitation)
        ]
        return self.fusion.natively(maps, torch.stack(strengths) if strengths else None, strided)

    def _plainly(self, hidden: Tensor) -> Tensor:
        strided = hidden[:, :, :: self.stride, :: self.stride].contiguous(
            memory_format=torch.channels_last
        )
        branches = (branch(hidden, strided) for branch in self.branches)
        fused: Tensor = self.fusion(
            [rearrange(branch, "b c h w -> b h w c") for branch in branches],
            rearrange(strided, "b c h w -> b h w c"),
        )
        return fused

    @staticmethod
    def count(
        *,
        width_in: int,
        width: int,
        side: int,
        stride: int,
        dilations: tuple[int, ...],
        fusion_form: str,
        se: bool,
    ) -> Count:
        """Cost with an output of side x side pixels.

        How far the branches reach is free, but for what autograd keeps: where the stride does not
        divide a dilation the whole map, for the other branches and the gate its strided pixels.
        """
        hidden = EXPANSION * width
        pixels = side * side
        pixels_in = pixels * stride * stride
        branches = len(dilations)
        whole = sum(dilation % stride > 0 for dilation in dilations)
        strided = whole < branches or is_gated(fusion_form, branches=branches)
        read = (pixels_in if whole else 0) + (pixels if strided else 0)
        own = Count(
            params=(width_in + width) * hidden + 2 * width_in + 2 * hidden + 3 * width,
            macs=width_in * hidden * pixels_in + hidden * width * pixels,
            normalised=(width_in + hidden) * pixels_in + width * pixels,
            activations=hidden * pixels_in + width * pixels,
            saved=2 * (width_in + hidden) * pixels_in + hidden * read + (hidden + width) * pixels,
            saved_once=2 * (width_in + hidden + width),
        )
        branch = ConvBranch.count(channels=hidden, squeezed=width // 4, side=side, se=se)
        gate = fusion_count(fusion_form, branches=branches, channels=hidden, side=side)
        parts = [own, gate, *[branch] * branches]
        if stride > 1:
            parts.append(Shortcut.count(width_in=width_in, width=width, side=side))
        return total(*parts)
