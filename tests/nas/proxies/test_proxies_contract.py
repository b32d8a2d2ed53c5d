"""Every proxy gives a finite number, the network's alone, and leaves the network as it was."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from accvit_blocks import native
from nas.core.errors import InputError
from nas.proxies import PROXIES, Candidate, NoScoreError
from search_spaces.accvit import SPACE
from tests.nas.proxies.candidates import (
    CLASSES,
    NETWORKS,
    SMALL,
    candidate,
    cnn,
    initialised,
    narrow,
    seen,
)

BY_SIZE = ("params", "macs")
# Gradients that nearly agree are divided by what rounding has left of their difference.
ROUNDING = {"zico": 5e-3}
IMAGES_ALONE = ("naswot", "jacov")  # of those that need data


def everything_of(network):
    """All of a candidate that a proxy could change, as one value."""
    modules = list(network.model.modules())
    hooks = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return (
        {name: tensor.numpy().tobytes() for name, tensor in network.model.state_dict().items()},
        [(id(parameter), parameter.dtype) for parameter in network.model.parameters()],
        [(parameter.requires_grad, parameter.grad) for parameter in network.model.parameters()],
        [parameter._backward_hooks for parameter in network.model.parameters()],
        [(module.training, *(len(getattr(module, hook)) for hook in hooks)) for module in modules],
        [module.__dict__.keys() for module in modules],
        (network.images.numpy().tobytes(), network.images.requires_grad, network.images.grad),
        network.labels.tolist(),
    )


def state_of_torch():
    """What else there is to be left alone."""
    return (
        torch.get_rng_state().tolist(),
        torch.get_default_dtype(),
        torch.is_grad_enabled(),
        torch._C._len_torch_dispatch_stack(),
        torch._C._len_torch_function_stack(),
    )


@pytest.mark.parametrize("name", PROXIES)
def test_the_table_names_a_proxy_as_it_names_itself(name):
    assert PROXIES[name].name == name


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("proxy", PROXIES)
def test_two_images_are_enough_for_a_finite_number(proxy, network):
    score = PROXIES[proxy](candidate(network))
    assert type(score) is float
    assert torch.isfinite(torch.tensor(score, dtype=torch.float64))


@pytest.mark.parametrize("network", SMALL)
@pytest.mark.parametrize("proxy", PROXIES)
def test_the_same_network_has_the_same_score_whatever_the_random_numbers(proxy, network):
    scores = set()
    for seed in (1, 2):
        torch.manual_seed(seed)
        scores.add(PROXIES[proxy](NETWORKS[network](0)))
    assert len(scores) == 1


@pytest.mark.parametrize("network", SMALL)
@pytest.mark.parametrize("proxy", PROXIES)
def test_other_weights_have_another_score_unless_size_is_all(proxy, network):
    scores = {PROXIES[proxy](candidate(network, seed)) for seed in range(3)}
    assert (len(scores) == 1) == (proxy in BY_SIZE)


@pytest.mark.parametrize("proxy", PROXIES)
def test_other_images_change_a_score_just_where_the_proxy_says_so(proxy):
    model = initialised(cnn, seed=0)
    scores = {PROXIES[proxy](seen(model, pixels=8, images=number)) for number in range(3)}
    assert (len(scores) > 1) == PROXIES[proxy].needs_data


@pytest.mark.parametrize("proxy", PROXIES)
def test_other_labels_change_only_what_looks_at_the_loss(proxy):
    before = candidate("cnn")
    after = replace(before, labels=(before.labels + 1) % CLASSES)
    looks_at_the_loss = PROXIES[proxy].needs_data and proxy not in IMAGES_ALONE
    assert (PROXIES[proxy](before) != PROXIES[proxy](after)) == looks_at_the_loss


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize("network", SMALL)
@pytest.mark.parametrize("proxy", PROXIES)
def test_the_network_is_left_as_it_was(proxy, network, training):
    judged = NETWORKS[network](0)
    judged.model.train(training)
    next(judged.model.modules()).register_forward_hook(lambda *_: None)
    first, *_ = judged.model.parameters()
    first.grad = torch.ones_like(first)
    before = everything_of(judged), state_of_torch()
    PROXIES[proxy](judged)
    assert (everything_of(judged), state_of_torch()) == before
    assert bool((first.grad == 1).all())


@pytest.mark.parametrize("proxy", PROXIES)
def test_the_mode_that_the_network_comes_in_does_not_matter(proxy):
    scores = set()
    for training in (True, False):
        judged = NETWORKS["femto"](0)
        judged.model.train(training)
        scores.add(PROXIES[proxy](judged))
    assert len(scores) == 1


@pytest.mark.parametrize("proxy", PROXIES)
def test_running_statistics_do_not_matter(proxy):
    judged = NETWORKS["cnn"](0)
    for module in judged.model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.fill_(3.0)
            module.running_var.fill_(5.0)
    assert PROXIES[proxy](judged) == PROXIES[proxy](candidate("cnn"))


@pytest.mark.parametrize("proxy", PROXIES)
def test_the_kernels_that_a_network_brings_do_not_matter(proxy):
    with native.disabled():
        plainly = PROXIES[proxy](candidate("femto"))
    within = pytest.approx(plainly, rel=ROUNDING.get(proxy, 1e-4))
    assert PROXIES[proxy](candidate("femto")) == within


@pytest.mark.parametrize("variant", SPACE.published)
def test_size_is_that_of_the_cost_model_and_of_the_network(variant):
    judged, cost = candidate(variant), SPACE.cost(narrow(variant))
    assert PROXIES["params"](judged) == cost.params
    assert PROXIES["params"](judged) == sum(part.numel() for part in judged.model.parameters())
    assert PROXIES["macs"](judged) == cost.macs


class Constant(nn.Module):
    """Logits that are the same for all images, and need no parameter."""

    def forward(self, images):
        return images.flatten(1)[:, :CLASSES] * 0


LINEAR = nn.Sequential(nn.Flatten(), nn.Linear(3 * 64, CLASSES))
UNSUITED = {
    "naswot": (LINEAR, "naswot: expected rectifiers .* got none in Sequential"),
    "jacov": (Constant(), "jacov: expected a finite score; got nan"),
    "synflow": (Constant(), "synflow: expected trainable weights .* got none in Constant"),
    "grad-norm": (Constant(), "grad-norm: expected trainable weights .* got none in Constant"),
    "snip": (Constant(), "snip: expected trainable weights .* got none in Constant"),
    "zico": (Constant(), "zico: expected trainable weights .* got none in Constant"),
}


@pytest.mark.parametrize("proxy", [name for name in PROXIES if name not in BY_SIZE])
def test_a_network_without_a_score_is_one_line_that_names_the_proxy(proxy):
    network, words = UNSUITED[proxy]
    with pytest.raises(NoScoreError, match=words) as raised:
        PROXIES[proxy](seen(network, pixels=8))
    assert "\n" not in str(raised.value)
    assert str(raised.value).endswith(f"; leave {proxy} out for such a network")


@pytest.mark.parametrize("proxy", ["grad-norm", "snip", "zico"])
def test_a_label_that_is_no_class_is_told_before_the_loss_meets_it(proxy):
    judged = candidate("cnn")
    outside = replace(judged, labels=torch.full_like(judged.labels, CLASSES))
    with pytest.raises(
        NoScoreError, match=f"{proxy}: expected logits for class 10; got 10 classes"
    ):
        PROXIES[proxy](outside)


@pytest.mark.parametrize(("images", "labels"), [(1, 1), (4, 3)])
def test_a_batch_must_have_two_images_and_a_label_for_each(images, labels):
    judged = candidate("cnn")
    with pytest.raises(InputError, match=f"got {images} images and {labels} labels"):
        Candidate(
            model=judged.model,
            cost=judged.cost,
            images=torch.zeros(images, 3, 8, 8),
            labels=torch.zeros(labels, dtype=torch.int64),
        )


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("proxy", PROXIES)
def test_a_gpu_finds_the_same_score(proxy):
    for network in SMALL:
        judged = NETWORKS[network](0)
        there = replace(
            judged,
            model=judged.model.cuda(),
            images=judged.images.cuda(),
            labels=judged.labels.cuda(),
        )
        here = PROXIES[proxy](candidate(network))
        assert PROXIES[proxy](there) == pytest.approx(here, rel=0.02), network
