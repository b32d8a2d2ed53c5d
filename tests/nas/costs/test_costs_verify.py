"""Counting three ways a space that offers nothing beside the protocol, and each way by itself."""

import pytest
import torch
import torch.nn.functional as F
from fvcore.nn import FlopCountAnalysis
from torch import nn

from nas.core.fidelity import Setting
from nas.costs import Counted, UncountedError, Verification, verify, verify_quick
from nas.costs.by_fvcore import fvcore_counts
from nas.costs.by_torch import torch_counts
from nas.costs.tables import comparison_text
from tests.nas.costs.exact_toy import ExactToy

SMALL = Setting(resolution=8, classes=10)


def toy(space):
    return space.adapt(space.published["small"], SMALL)


def test_a_space_without_an_offer_is_counted_as_a_whole():
    space = ExactToy()
    comparison = verify(space, toy(space), setting=SMALL)
    assert comparison.disagreements == ()
    assert comparison.layers == ()
    assert comparison.total.torch == comparison.total.fvcore.macs == space.cost(toy(space)).macs
    assert "exactly, in every row" in comparison_text(comparison)


def test_a_wrong_cost_model_disagrees_with_the_modules_fvcore_and_torch():
    space = ExactToy(params=3, macs=-7)
    comparison = verify(space, toy(space), setting=SMALL)
    assert comparison.disagreements == ("total: parameters -3, fvcore MACs +7, torch MACs +7",)
    assert "1 disagree, the first: total: parameters -3" in comparison_text(comparison)


def test_parameters_are_checked_in_a_moment_and_the_disagreement_is_said():
    space = ExactToy(params=3)
    exact = ExactToy().cost(toy(space)).params
    assert verify_quick(ExactToy(), toy(space)) is None
    assert verify_quick(space, toy(space)) == (
        f"the closed form has {exact + 3:,} parameters, the network {exact:,} (-3)"
    )


class Net(nn.Module):
    """One linear layer, and whatever else."""

    def __init__(self, extra):
        super().__init__()
        self.linear = nn.Linear(6, 4)
        self.extra = extra

    def forward(self, x):
        """b 2 3 1 -> b 4."""
        return self.extra(self, self.linear(x.flatten(1)))


def counted(extra, handlers=None):
    return fvcore_counts(Net(extra), (2, 3, 1), handlers or {})[""]


def test_products_and_norms_are_counted_and_what_is_elementwise_is_free():
    def extra(net, x):
        x = F.layer_norm(F.gelu(x), (4,), torch.ones(4), torch.zeros(4))
        return torch.einsum("bo,ob->b", x.softmax(dim=-1) * 2, x.t())

    assert counted(extra) == Counted(macs=6 * 4 + 4, other=5 * 4)


def test_both_products_of_fused_attention_are_counted():
    def extra(net, x):
        queries = x.reshape(1, 2, 1, 2)  # b m t e
        keys = torch.cat([queries, queries, queries], dim=2)
        return F.scaled_dot_product_attention(queries, keys, keys)

    assert counted(extra) == Counted(macs=6 * 4 + 2 * (2 * 3 + 3 * 2))


def test_what_is_computed_of_weights_alone_costs_an_image_nothing():
    def folded(net, x):
        square = net.linear.weight @ net.linear.weight.t()
        return x + square[0]

    def of_the_image(net, x):
        return x @ (net.linear.weight @ net.linear.weight.t())

    assert counted(folded) == Counted(macs=6 * 4)
    assert counted(of_the_image) == Counted(macs=6 * 4 + 4 * 4)


def test_what_an_image_was_written_into_counts_as_of_the_image():
    def written(net, x):
        memory = net.linear.weight.new_zeros(1, 4)
        memory[:, :2] = x[:, :2]
        return memory @ net.linear.weight

    assert counted(written) == Counted(macs=6 * 4 + 4 * 6)


@pytest.mark.parametrize("name", ["cumsum", "cumprod"])
def test_an_unknown_operation_is_an_error_with_its_name_and_module(name):
    with pytest.raises(UncountedError, match=f"^aten::{name} in the network: neither counted"):
        counted(lambda net, x: getattr(x, name)(dim=1))


def test_a_space_says_by_the_modules_class_what_an_operation_stands_for():
    def handler(net, shapes, out):
        assert isinstance(net, Net)
        assert shapes[0] == (1, 4)
        return Counted(macs=100, other=out[1])

    handlers = {("Net", "aten::cumsum"): handler}
    assert counted(lambda net, x: x.cumsum(dim=1), handlers) == Counted(macs=124, other=4)
    with pytest.raises(UncountedError, match=r"^aten::cumsum in the network \(Net\)"):
        counted(lambda net, x: x.cumsum(dim=1), {("Other", "aten::cumsum"): handler})


def test_batch_norm_counts_as_in_train_mode_which_is_how_the_paper_counted():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.AdaptiveAvgPool2d(1))
    ours = fvcore_counts(net, (3, 8, 8), {})[""]
    theirs = FlopCountAnalysis(net.train(), torch.zeros(1, 3, 8, 8))
    assert ours.flops == theirs.total()
    assert ours.other == 5 * 4 * 36 + 4 * 36


def test_counts_have_the_modules_names_in_both_counters():
    net = nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.Sequential(nn.Conv2d(4, 2, 1)))
    by_fvcore = fvcore_counts(net, (3, 8, 8), {})
    by_torch = torch_counts(net.to("meta"), (3, 8, 8))
    assert {name: by_fvcore[name].macs for name in by_torch} == by_torch
    assert by_torch == {"": 3888 + 288, "0": 3888, "1": 288, "1.0": 288}


def test_an_offer_needs_only_an_image_and_a_plain_form():
    offer = Verification(image=lambda _: (3, 8, 8), plain=lambda _: nn.Identity())
    assert (offer.layer_costs(None), offer.handlers, offer.flops) == ({}, {}, False)
