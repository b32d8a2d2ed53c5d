"""Atrous attention: windows of the map at several dilations, side by side, then an MLP.

Source: arXiv:2406.08859, section 3.2 and equations 1 and 2.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from einops import einsum, rearrange
from torch import Tensor, nn

from accvit_blocks import native
from accvit_blocks.cost import Count, total
from accvit_blocks.drop_path import DropPath
from accvit_blocks.fusion import fusion, fusion_count
from accvit_blocks.linear import linear
from accvit_blocks.mlp import MLP, ConvNeXtLayer

# A window holds every d-th pixel of a row and of a column: y, x number the windows of a dilated
# map, p, q the pixels of a window, and i, j the d x d dilated maps.
MAP = "b (y p i) (x q j)"


class WindowAttention(nn.Module):
    """Multi-head self-attention within windows, for n dilations at once, each with own weights.

    softmax(q k^T / sqrt(head_dim) + relative position bias) v, on a layer norm of the input.
    Parameters are stacked branch after branch along their first axis, so that one product makes
    the queries, keys and values of all of them. All branches normalise the same input; only what
    follows the statistics (scale and bias) is their own, and it folds into that product.
    """

    def __init__(
        self, *, width: int, head_dim: int, window: int, dilations: tuple[int, ...]
    ) -> None:
        super().__init__()
        n = len(dilations)
        self.head_dim = head_dim
        self.window = window
        self.dilations = dilations
        self.norm_weight = nn.Parameter(torch.ones(n * width))
        self.norm_bias = nn.Parameter(torch.zeros(n * width))
        self.qkv = nn.Linear(width, n * 3 * width)
        self.position_bias = nn.Parameter(torch.zeros(n, width // head_dim, (2 * window - 1) ** 2))
        self.merge = nn.Linear(width, n * width)
        self.register_buffer("offsets", relative_offsets(window), persistent=False)
        self.offsets: Tensor

    def forward(self, x: Tensor) -> Sequence[Tensor] | Tensor:
        """b h w c -> n times b h w c."""
        n = len(self.dilations)
        qkv = self._qkv(x)
        bias = self.position_bias[:, :, self.offsets]
        if native.usable(qkv):
            return self._merge(native.window_attention(qkv, bias, dilations=self.dilations))
        weights = self.merge.weight.chunk(n)
        biases = self.merge.bias.chunk(n)
        attended = map(self._attend, qkv.chunk(n, dim=-1), bias, self.dilations)
        return [F.linear(*branch) for branch in zip(attended, weights, biases, strict=True)]

    def _merge(self, attended: Tensor) -> Tensor:
        """n b h w c -> n b h w c."""
        n = len(self.dilations)
        merged = torch.baddbmm(
            rearrange(self.merge.bias, "(n c) -> n 1 c", n=n),
            rearrange(attended, "n b h w c -> n (b h w) c"),
            rearrange(self.merge.weight, "(n o) c -> n c o", n=n),
        )
        return merged.view_as(attended)

    def _qkv(self, x: Tensor) -> Tensor:
        """b h w c -> b h w (n k m e), with k = 3 for queries, keys and values."""
        n = len(self.dilations)
        weight = rearrange(self.qkv.weight, "(n o) c -> n o c", n=n)
        scale = rearrange(self.norm_weight, "(n c) -> n 1 c", n=n)
        shift = rearrange(self.norm_bias, "(n c) -> n c", n=n)
        bias = einsum(weight, shift, "n o c, n c -> n o")
        return linear(
            F.layer_norm(x, x.shape[-1:]),
            rearrange(weight * scale, "n o c -> (n o) c"),
            self.qkv.bias + rearrange(bias, "n o -> (n o)"),
        )

    def _attend(self, qkv: Tensor, bias: Tensor, dilation: int) -> Tensor:
        """b h w (k m e), m t t -> b h w (m e), with t = p q pixels in a window."""
        side = qkv.shape[1] // (self.window * dilation)
        sizes = {"p": self.window, "q": self.window, "i": dilation, "j": dilation}
        q, k, v = rearrange(
            qkv, f"{MAP} (k m e) -> k (b y x i j) m (p q) e", k=3, e=self.head_dim, **sizes
        )
        logits = (q * self.head_dim**-0.5) @ k.transpose(-2, -1) + bias
        out: Tensor = rearrange(
            logits.softmax(dim=-1) @ v,
            f"(b y x i j) m (p q) e -> {MAP} (m e)",
            y=side,
            x=side,
            **sizes,
        )
        return out

    def extra_repr(self) -> str:
        return (
            f"dilations={self.dilations}, heads={self.position_bias.shape[1]}, "
            f"head_dim={self.head_dim}, window={self.window}"
        )

    @staticmethod
    def count(*, width: int, head_dim: int, window: int, branches: int, side: int) -> Count:
        """Cost on a map of side x side pixels; which dilations they are is free."""
        weights = 4 * width * width
        table = (2 * window - 1) ** 2 * (width // head_dim)
        logits = window * window * (width // head_dim)  # of one pixel
        pixels = side * side
        return Count(
            params=branches * (weights + 6 * width + table),
            macs=branches * (weights + 2 * window * window * width) * pixels,
            normalised=branches * width * pixels,
            activations=branches * (5 * width + logits) * pixels,
            # Of each branch q, k and v, q scaled, the shares and what the merge reads; once for
            # all of them the input, its statistics and what they make of it.
            saved=(branches * (5 * width + logits) + 2 * width + 2) * pixels,
            saved_once=branches * 3 * width * width,
        )


class AtrousAttention(nn.Module):
    """Attention branches, fused, then the MLP; residual connections around both.

    A branch is x + attention(x), with its own MLP behind it where `mlp` is "per-branch". The
    shares of a fusion sum to one, so x is added once, after it. The gate looks at the block's
    input, which the published counts leave open.
    """

    def __init__(
        self,
        *,
        width: int,
        head_dim: int,
        window: int,
        dilations: tuple[int, ...],
        fusion_form: str,
        mlp: str,
        mlp_ratio: int,
        drop_path: float = 0.0,
    ) -> None:
        super().__init__()
        self.attention = WindowAttention(
            width=width, head_dim=head_dim, window=window, dilations=dilations
        )
        self.fusion = fusion(fusion_form, branches=len(dilations), channels=width)
        self.branch_mlps = nn.ModuleList(
            MLP(width=width, ratio=mlp_ratio) for _ in dilations if mlp == "per-branch"
        )
        self.mlp = _shared_mlp(mlp, width=width, ratio=mlp_ratio)
        self.drop_path = DropPath(drop_path)

    def forward(self, x: Tensor) -> Tensor:
        """b c h w -> b c h w."""
        x = rearrange(x, "b c h w -> b h w c")
        branches = self.attention(x)
        if self.branch_mlps:
            branches = [
                branch + mlp(x + branch)
                for branch, mlp in zip(branches, self.branch_mlps, strict=True)
            ]
        x = x + self.drop_path(self._fuse(branches, x))
        if self.mlp is not None:
            x = x + self.drop_path(self.mlp(x))
        return rearrange(x, "b h w c -> b c h w")

    def _fuse(self, branches: Sequence[Tensor] | Tensor, x: Tensor) -> Tensor:
        if isinstance(branches, Tensor):
            return self.fusion.natively(branches, None, x)
        fused: Tensor = self.fusion(branches, x)
        return fused

    @staticmethod
    def count(
        *,
        width: int,
        head_dim: int,
        window: int,
        branches: int,
        side: int,
        fusion_form: str,
        mlp: str,
        mlp_ratio: int,
    ) -> Count:
        """Cost on a map of side x side pixels."""
        attention = WindowAttention.count(
            width=width, head_dim=head_dim, window=window, branches=branches, side=side
        )
        gate = fusion_count(fusion_form, branches=branches, channels=width, side=side)
        if mlp == "convnext":
            after = ConvNeXtLayer.count(width=width, ratio=mlp_ratio, side=side)
        else:
            after = MLP.count(width=width, ratio=mlp_ratio, side=side)
        return total(attention, gate, branches * after if mlp == "per-branch" else after)


def _shared_mlp(form: str, *, width: int, ratio: int) -> nn.Module | None:
    if form == "per-branch":
        return None
    return (ConvNeXtLayer if form == "convnext" else MLP)(width=width, ratio=ratio)


def relative_offsets(window: int) -> Tensor:
    """Which entry of the bias table belongs to a pair of pixels: t t, with t = window**2."""
    pixel = torch.arange(window)
    step = rearrange(pixel, "a -> a 1") - pixel + window - 1
    rows = rearrange(step, "p1 p2 -> p1 1 p2 1")
    columns = rearrange(step, "q1 q2 -> 1 q1 1 q2")
    return rearrange(rows * (2 * window - 1) + columns, "p1 q1 p2 q2 -> (p1 q1) (p2 q2)")
