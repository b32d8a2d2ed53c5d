"""The dilated depthwise convolution is torch's own, and so are its gradients."""

import pytest
import torch
import torch.nn.functional as F

from accvit_blocks.depthwise import DepthwiseConv


@pytest.mark.parametrize("side", [1, 2, 4, 6, 7, 16])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("dilation", [1, 2, 3, 5])
def test_outputs_and_gradients_are_those_of_conv2d(dilation, stride, side):
    torch.manual_seed(0)
    layer = DepthwiseConv(channels=6, dilation=dilation, stride=stride).double()
    torch.nn.init.normal_(layer.weight)
    images = torch.randn(3, 6, side, side, dtype=torch.float64)
    mine, theirs = (images.clone().requires_grad_() for _ in range(2))
    weight = layer.weight.detach().clone().requires_grad_()

    out = layer(mine, mine[:, :, ::stride, ::stride])
    expected = F.conv2d(
        theirs, weight, stride=stride, padding=dilation, dilation=dilation, groups=6
    )
    torch.testing.assert_close(out, expected, rtol=0, atol=1e-12)
    slope = torch.randn_like(expected)
    out.backward(slope)
    expected.backward(slope)
    torch.testing.assert_close(mine.grad, theirs.grad, rtol=0, atol=1e-12)
    torch.testing.assert_close(layer.weight.grad, weight.grad, rtol=0, atol=1e-12)


def test_its_gradient_is_that_of_finite_differences():
    torch.manual_seed(0)
    layer = DepthwiseConv(channels=2, dilation=3, stride=2).double()
    torch.nn.init.normal_(layer.weight)
    images = torch.randn(1, 2, 6, 6, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: layer(x, x[:, :, ::2, ::2]), (images,))


def test_a_layer_whose_input_needs_no_gradient_still_learns():
    layer = DepthwiseConv(channels=2, dilation=2, stride=1)
    torch.nn.init.ones_(layer.weight)
    images = torch.ones(1, 2, 8, 8)
    layer(images, images).sum().backward()
    assert layer.weight.grad is not None
    assert layer.weight.grad.abs().min() > 0
