"""A linear layer on each pixel is torch's, however it is computed."""

import pytest
import torch
import torch.nn.functional as F
from torch.profiler import profile

from accvit_blocks import native
from accvit_blocks.linear import Linear, linear


def operations(work) -> set[str]:
    with profile() as watched:
        work()
    return {event.key for event in watched.key_averages()}


@pytest.mark.parametrize("with_bias", [True, False])
@pytest.mark.parametrize(("side", "width", "out"), [(1, 3, 5), (4, 16, 64), (7, 96, 32)])
def test_values_and_gradients_are_those_of_torchs(side, width, out, with_bias):
    torch.manual_seed(0)
    x = torch.randn(2, side, side, width, requires_grad=True)
    weight = torch.randn(out, width, requires_grad=True)
    bias = torch.randn(out, requires_grad=True) if with_bias else None
    leaves = [leaf for leaf in (x, weight, bias) if leaf is not None]
    ours, torchs = linear(x, weight, bias), F.linear(x, weight, bias)
    upstream = torch.randn_like(torchs)
    torch.testing.assert_close(ours, torchs)
    torch.testing.assert_close(
        torch.autograd.grad(ours, leaves, upstream), torch.autograd.grad(torchs, leaves, upstream)
    )


@pytest.mark.skipif(native.missing() is not None, reason="without kernels torch's is used")
def test_single_precision_on_a_cpu_is_a_convolution_and_all_else_a_product():
    layer, x = Linear(8, 16), torch.randn(2, 4, 4, 8)
    double = Linear(8, 16, dtype=torch.float64)
    assert "aten::convolution" in operations(lambda: layer(x))
    assert "aten::convolution" not in operations(lambda: double(x.double()))
    with native.disabled():
        assert "aten::convolution" not in operations(lambda: layer(x))


def test_its_parameters_are_those_of_a_linear_layer():
    assert Linear(8, 16).state_dict().keys() == torch.nn.Linear(8, 16).state_dict().keys()
    assert isinstance(Linear(8, 16), torch.nn.Linear)  # so that it is initialised as one
