"""In its linear form a network is a sum of products of weights, whatever stands between them."""

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nas.proxies.linear_form import LinearForm
from nas.proxies.watch import Watch
from tests.nas.proxies.candidates import PIXELS, candidate

X = torch.tensor([[[[5.0, 700.0], [0.5, 1e30]]] * 4])  # 1 4 2 2
PASSED_ON = (
    *(nn.ReLU(), nn.ReLU(inplace=True), nn.ReLU6(), nn.LeakyReLU(), nn.PReLU(), nn.RReLU()),
    *(nn.GELU(), nn.SiLU(), nn.SiLU(inplace=True), nn.Mish(), nn.Hardswish(), nn.Tanh()),
    *(nn.ELU(), nn.CELU(), nn.SELU(), nn.Softplus(), nn.Hardtanh(), nn.Threshold(9.0, 0.0)),
    *(nn.BatchNorm2d(4), nn.GroupNorm(2, 4), nn.InstanceNorm2d(4), nn.LayerNorm(2)),
    *(nn.RMSNorm(2), nn.LayerNorm((2, 2), elementwise_affine=False)),
)
SCALED = (nn.BatchNorm2d(4), nn.GroupNorm(2, 4), nn.InstanceNorm2d(4, affine=True), nn.LayerNorm(2))


@pytest.mark.parametrize("module", PASSED_ON, ids=repr)
def test_activations_and_new_norms_pass_the_signal_on(module):
    with LinearForm():
        passed = module(X.clone())
    torch.testing.assert_close(passed, X, rtol=0, atol=0)


@pytest.mark.parametrize("module", SCALED, ids=lambda module: type(module).__name__)
def test_norms_keep_scale_and_shift(module):
    module = copy.deepcopy(module)
    size = len(module.weight)
    module.weight.data = torch.arange(1.0, size + 1)
    module.bias.data = torch.full((size,), 3.0)
    axis = (1, size, 1, 1) if size == 4 else (1, 1, 1, size)
    with LinearForm():
        scaled = module(X)
    torch.testing.assert_close(scaled, X * module.weight.view(axis) + 3.0)


def test_methods_of_tensors_and_calls_in_place_are_seen_as_well():
    with LinearForm():
        passed = torch.tanh(X.clone().relu_().tanh()).relu()
    torch.testing.assert_close(passed, X, rtol=0, atol=0)


def test_shares_are_those_without_a_signal():
    x = X.clone().requires_grad_()
    with LinearForm():
        shares = [x.softmax(dim=-1), F.softmax(x, dim=1), torch.sigmoid(x), F.hardsigmoid(x)]
    assert [float(share.detach().unique()) for share in shares] == [1 / 2, 1 / 4, 1 / 2, 1 / 2]
    assert not any(share.requires_grad for share in shares)


def test_fused_attention_takes_the_mean_of_its_values():
    query, key = torch.full((1, 2, 3, 4), 1e30), torch.full((1, 2, 5, 4), 1e30)
    value = torch.arange(40.0).view(1, 2, 5, 4)
    with LinearForm():
        out = F.scaled_dot_product_attention(query, key, value)
    torch.testing.assert_close(out, value.mean(dim=2, keepdim=True).expand(1, 2, 3, 4))


def test_nothing_is_changed_outside():
    module, x = nn.Sequential(nn.LayerNorm(2), nn.GELU()), torch.tensor([[1.0, 5.0]])
    before = module(x)
    with LinearForm():
        assert not torch.equal(module(x), before)
    assert torch.equal(module(x), before)


@pytest.fixture(scope="module")
def positive():
    """An ACC-ViT of positive weights in float64."""
    model = copy.deepcopy(candidate("femto").model).double().eval()
    for parameter in model.parameters():
        parameter.data.abs_()
    return model


def flow(model, images):
    with Watch(), LinearForm():
        return model(images).sum()


def test_an_accvit_is_linear_in_its_image(positive):
    ones = torch.ones(1, 3, PIXELS, PIXELS, dtype=torch.float64)
    other = torch.rand(ones.shape, dtype=torch.float64)
    torch.testing.assert_close(
        flow(positive, 2 * ones + 3 * other), 2 * flow(positive, ones) + 3 * flow(positive, other)
    )


def test_the_signal_reaches_every_weight_of_an_accvit_but_those_that_make_shares(positive):
    ones = torch.ones(1, 3, PIXELS, PIXELS, dtype=torch.float64)
    weights = {name: w for name, w in positive.named_parameters() if w.ndim >= 2}
    reached = torch.autograd.grad(
        flow(positive, ones), list(weights.values()), allow_unused=True, materialize_grads=True
    )
    silent = {
        name
        for name, gradient in zip(weights, reached, strict=True)
        if not gradient.count_nonzero()
    }
    assert silent == {name for name in weights if "squeeze" in name or "position_bias" in name}
    assert all(bool((gradient >= 0).all()) for gradient in reached)


def test_queries_and_keys_of_an_accvit_count_for_nothing_and_values_do(positive):
    attention = positive.stages[3].blocks[0].attention.attention
    ones = torch.ones(1, 3, PIXELS, PIXELS, dtype=torch.float64)
    (gradient,) = torch.autograd.grad(flow(positive, ones), attention.qkv.weight)
    queries, keys, values = gradient.chunk(3)  # one branch in the last stage
    assert not queries.count_nonzero()
    assert not keys.count_nonzero()
    assert bool((values > 0).all())
