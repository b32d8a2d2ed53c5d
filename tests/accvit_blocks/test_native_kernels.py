"""Each kernel is what torch's operations make of the same: outputs and gradients, both types."""

from collections.abc import Callable, Sequence

import pytest
import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from accvit_blocks import native
from accvit_blocks.attention import MAP

pytestmark = pytest.mark.skipif(native.missing() is not None, reason=str(native.missing()))

# Channels: one vector, several, some left over, fewer than one.
CHANNELS = [16, 100, 21, 3]
TOLERANCES = {torch.float64: 1e-11, torch.float32: 2e-5}
TYPES = pytest.mark.parametrize("dtype", TOLERANCES, ids=str)


def assert_same(
    kernel: Callable[..., Sequence[Tensor]],
    torchs: Callable[..., Sequence[Tensor]],
    inputs: Sequence[Tensor],
) -> None:
    """Outputs, and gradients of all inputs towards random directions, relative to the largest."""
    mine, theirs = (
        [value.clone().requires_grad_() for value in inputs] for _ in ("kernel", "torch")
    )
    outputs, expected = kernel(*mine), torchs(*theirs)
    toward = [torch.randn_like(value) for value in expected]
    got = [*outputs, *torch.autograd.grad(outputs, mine, toward)]
    wanted = [*expected, *torch.autograd.grad(expected, theirs, toward)]
    for value, other in zip(got, wanted, strict=True):
        scale = other.abs().max().item()
        tolerance = TOLERANCES[other.dtype] * max(scale, 1.0)
        torch.testing.assert_close(value, other, rtol=0, atol=tolerance)


@TYPES
@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("size", [(10, 12), (5, 7), (2, 2), (1, 1)], ids=str)
def test_depthwise_convolutions_at_several_dilations(dtype, channels, stride, size):
    torch.manual_seed(0)
    dilations = (1, 2, 5)
    inputs = (
        torch.randn(3, *size, channels, dtype=dtype),
        torch.randn(3, 3, 3, channels, dtype=dtype),
    )

    def torchs(x, kernels):
        maps = [
            F.conv2d(
                rearrange(x, "b h w c -> b c h w"),
                rearrange(kernel, "y x c -> c 1 y x"),
                stride=stride,
                padding=dilation,
                dilation=dilation,
                groups=channels,
            )
            for kernel, dilation in zip(kernels, dilations, strict=True)
        ]
        stacked = rearrange(torch.stack(maps), "n b c h w -> n b h w c")
        return stacked, x[:, ::stride, ::stride]

    def kernel(x, kernels):
        return native.depthwise(x, kernels, dilations=dilations, stride=stride)

    assert_same(kernel, torchs, inputs)


def norms_of(channels: int, dtype: torch.dtype) -> list[nn.BatchNorm2d]:
    torch.manual_seed(1)
    norms = [nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01).to(dtype) for _ in range(2)]
    for norm in norms:
        for parameter in (norm.weight, norm.bias, norm.running_mean):
            nn.init.normal_(parameter)
    return norms


@TYPES
@pytest.mark.parametrize("channels", CHANNELS)
def test_batch_norm_with_gelu_and_the_means_of_its_maps(dtype, channels):
    torch.manual_seed(0)
    mine, theirs = norms_of(channels, dtype), norms_of(channels, dtype)
    x = 2 * torch.randn(2, 3, 6, 5, channels, dtype=dtype) + 0.5
    weights = [norm.weight.detach().clone() for norm in mine]
    biases = [norm.bias.detach().clone() for norm in mine]

    def with_values(norms, values):
        # Parameters become what the test differentiates with respect to.
        for norm, weight, bias in zip(norms, values[:2], values[2:], strict=True):
            del norm.weight, norm.bias
            norm.weight, norm.bias = weight, bias
        return norms

    def torchs(x, *values):
        maps = [
            F.gelu(norm(rearrange(part, "b h w c -> b c h w")))
            for norm, part in zip(with_values(theirs, values), x, strict=True)
        ]
        out = rearrange(torch.stack(maps), "n b c h w -> n b h w c")
        return out, out.mean(dim=(2, 3))

    def kernel(x, *values):
        return native.norm_gelu(x, with_values(mine, values))

    assert_same(kernel, torchs, (x, *weights, *biases))
    for norm, other in zip(mine, theirs, strict=True):
        for name in ("running_mean", "running_var", "num_batches_tracked"):
            torch.testing.assert_close(getattr(norm, name), getattr(other, name))


@pytest.mark.parametrize("momentum", [0.01, None], ids=["moving", "average of all"])
def test_running_statistics_move_as_torch_moves_them(momentum):
    mine, theirs = norms_of(4, torch.float64), norms_of(4, torch.float64)
    for norm in (*mine, *theirs):
        norm.momentum = momentum
    for seed in range(3):
        torch.manual_seed(seed)
        x = torch.randn(2, 3, 4, 4, 4, dtype=torch.float64)
        with torch.no_grad():
            native.norm_gelu(x, mine)
            for norm, part in zip(theirs, x, strict=True):
                norm(rearrange(part, "b h w c -> b c h w"))
    for norm, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(dict(norm.named_buffers()), dict(other.named_buffers()))


def test_one_value_per_channel_has_no_variance():
    with pytest.raises(ValueError, match="expected 2 values or more per channel, got 1"):
        native.norm_gelu(torch.zeros(2, 1, 1, 1, 4), norms_of(4, torch.float32))


def test_variance_of_values_far_from_zero_is_not_lost():
    torch.manual_seed(0)
    norm = nn.BatchNorm2d(16, momentum=1.0)
    x = torch.randn(1, 4, 32, 32, 16) + 10_000
    native.norm_gelu(x, [norm])
    expected = x[0].double().flatten(0, 2).var(dim=0)
    torch.testing.assert_close(norm.running_var.double(), expected, rtol=1e-3, atol=0)


@TYPES
@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize("branches", native.BRANCHES)
@pytest.mark.parametrize("strong", [True, False], ids=["strengths", "none"])
def test_the_gate(dtype, channels, branches, strong):
    torch.manual_seed(0)
    inputs = [
        torch.randn(branches, 3, 4, 5, channels, dtype=dtype),
        torch.randn(3, 4, 5, channels, dtype=dtype),
        torch.randn(branches, channels, dtype=dtype),
        torch.randn(branches, channels, dtype=dtype),
        *([torch.rand(branches, 3, channels, dtype=dtype)] if strong else []),
    ]

    def torchs(maps, x, weight, bias, strengths=None):
        shares = (weight[:, None, None, None] * x + bias[:, None, None, None]).softmax(dim=0)
        factor = 1.0 if strengths is None else strengths[:, :, None, None]
        return [(shares * factor * maps).sum(dim=0)]

    def kernel(maps, x, weight, bias, strengths=None):
        return [native.gate(maps, strengths, x, weight, bias)]

    assert_same(kernel, torchs, inputs)


@TYPES
@pytest.mark.parametrize(
    ("heads", "width", "window", "dilations", "side"),
    [
        (2, 8, 2, (1, 2, 4), 8),
        (3, 10, 2, (1, 3), 12),
        (1, 32, 7, (1, 2), 14),
        (2, 12, 4, (1, 3), 24),
        (2, 4, 3, (1,), 3),
        (2, 16, 1, (1, 2), 4),
    ],
)
def test_attention_within_windows(dtype, heads, width, window, dilations, side):
    torch.manual_seed(0)
    n, tokens = len(dilations), window * window
    inputs = (
        torch.randn(3, side, side, n * 3 * heads * width, dtype=dtype),
        torch.randn(n, heads, tokens, tokens, dtype=dtype),
    )

    def branch(qkv, bias, dilation):
        sizes = {"p": window, "q": window, "i": dilation, "j": dilation}
        q, k, v = rearrange(qkv, f"{MAP} (k m e) -> k (b y x i j) m (p q) e", k=3, e=width, **sizes)
        shares = (q @ k.transpose(-2, -1) * width**-0.5 + bias).softmax(dim=-1)
        across = side // (window * dilation)
        return rearrange(
            shares @ v, f"(b y x i j) m (p q) e -> {MAP} (m e)", y=across, x=across, **sizes
        )

    def torchs(qkv, bias):
        return [torch.stack(list(map(branch, qkv.chunk(n, dim=-1), bias, dilations)))]

    def kernel(qkv, bias):
        return [native.window_attention(qkv, bias, dilations=dilations)]

    assert_same(kernel, torchs, inputs)


def test_a_large_logit_overflows_nothing():
    bias = torch.full((1, 1, 4, 4), -1e30)
    bias[..., 0] = 1e30
    qkv = torch.randn(1, 2, 2, 24)
    out = native.window_attention(qkv, bias, dilations=(1,))
    torch.testing.assert_close(out[0, 0], qkv[0, :1, :1, 16:].expand(2, 2, 8))


def test_what_is_not_a_number_stays_so():
    qkv = torch.randn(1, 2, 2, 24)
    qkv[0, 1, 1, 3] = torch.nan
    assert native.window_attention(qkv, torch.zeros(1, 1, 4, 4), dilations=(1,)).isnan().any()
    maps, x = torch.randn(2, 1, 2, 2, 4), torch.randn(1, 2, 2, 4)
    x[0, 0, 0, 0] = torch.nan
    zeros = torch.zeros(2, 4)
    assert native.gate(maps, None, x, zeros + 1, zeros).isnan().any()
    maps[0, 0, 0, 0, 0] = torch.nan
    assert native.norm_gelu(maps, norms_of(4, torch.float32))[0].isnan().any()
