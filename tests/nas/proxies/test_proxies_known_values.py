"""Scores of networks so small that they can be worked out on paper."""

from math import log, sqrt

import pytest
import torch
from torch import nn

from nas.core.cost import Cost
from nas.proxies import Candidate, NoScoreError
from nas.proxies.grad_norm import GradNorm
from nas.proxies.jacov import Jacov, K, uncorrelated
from nas.proxies.naswot import Naswot, log_determinant
from nas.proxies.snip import Snip
from nas.proxies.synflow import Synflow
from nas.proxies.zico import Zico, agreement


def linear(weight):
    """A linear layer of the given weights, without a bias."""
    rows, columns = torch.tensor(weight).shape
    layer = nn.Linear(columns, rows, bias=False)
    layer.weight.data = torch.tensor(weight)
    return layer


def judged(model, images, labels=(0, 1)):
    return Candidate(
        model=model,
        cost=Cost(params=1, macs=1, flops=1),
        images=torch.tensor(images),
        labels=torch.tensor(labels),
    )


def even(*weights):
    """Two classes that are equally likely, whatever the image: their weights are the same."""
    return linear([[*weights], [*weights]])


# With both classes at 1/2, the gradient of an image's loss is (1/2 - is its label) times the image.
TWO = [[3.0, 1.0], [1.0, 1.0]]


def test_grad_norm_of_a_linear_layer():
    # Class 0: (-1/2 (3, 1) + 1/2 (1, 1)) / 2 = (-1/2, 0); class 1 is its opposite.
    assert GradNorm()(judged(even(1.0, -2.0), TWO)) == pytest.approx(sqrt(1 / 4 + 1 / 4))


def test_grad_norm_adds_the_norms_of_layers_not_their_squares():
    # Behind the same layer, the identity in front of it has a gradient of zero, as both classes'
    # gradients meet equal weights; a second one behind it is one more layer.
    net = nn.Sequential(even(1.0, -2.0), linear([[1.0, 0.0], [0.0, 1.0]]))
    # Of the layer behind: class 0 has -1/2 y_1 + 1/2 y_2 over 2, y = (1, 1) and (-1, -1).
    assert GradNorm()(judged(net, TWO)) == pytest.approx(sqrt(1 / 2) + sqrt(4 * 1 / 4))


def test_snip_of_a_linear_layer():
    # |1 * 1/2| for each class; the other column has no gradient.
    assert Snip()(judged(even(1.0, -2.0), TWO)) == pytest.approx(1.0)


def test_zico_of_a_linear_layer():
    # |g| is (3/2, 1/2) for one image and (1/2, 1/2) for the other, in both rows: mean 1 over
    # deviation 1/2; the second column does not differ.
    assert Zico()(judged(even(1.0, -2.0), TWO)) == pytest.approx(log(2 * 1 / (1 / 2)))


def test_zico_agrees_with_the_mean_over_the_deviation_of_sizes():
    gradients = [torch.tensor([[1.0, -5.0]]), torch.tensor([[-3.0, 5.0]]), torch.tensor([[2.0, 5]])]
    assert float(agreement(gradients)) == pytest.approx(2 / sqrt(2 / 3))


def test_zico_leaves_out_a_layer_on_which_all_images_agree():
    net = nn.Sequential(even(1.0, -2.0), linear([[1.0, 0.0], [0.0, 1.0]]))
    # Both images reach the layer behind with the same size, 1.
    assert Zico()(judged(net, TWO)) == pytest.approx(log(4.0))


def test_zico_has_no_score_for_images_that_all_agree():
    with pytest.raises(
        NoScoreError, match=r"zico: expected gradients that differ .* got equal ones"
    ):
        Zico()(judged(even(1.0, 1.0), [[1.0, 2.0], [1.0, 2.0]]))


def test_zico_cannot_cut_more_parts_than_there_are_images():
    with pytest.raises(NoScoreError, match="zico: expected 3 images; got 2"):
        Zico(parts=3)(judged(even(1.0, 1.0), TWO))


FIRST, SECOND = [[1.0, -2.0], [3.0, 4.0]], [[-1.0, 2.0]]
FLOW = 1 * (1 + 2) + 2 * (3 + 4)  # 1^T |second| |first| 1
BETWEEN = {
    "nothing": nn.Identity(),
    "relu": nn.ReLU(inplace=True),
    "gelu": nn.GELU(),
    "tanh": nn.Tanh(),
    "layer norm": nn.LayerNorm(2),
    "batch norm": nn.BatchNorm1d(2),
}


@pytest.mark.parametrize("between", BETWEEN)
def test_synflow_of_two_layers_counts_each_path_twice(between):
    net = nn.Sequential(linear(FIRST), BETWEEN[between], linear(SECOND))
    assert Synflow()(judged(net, TWO)) == pytest.approx(log(2 * FLOW), abs=1e-12)


class Residual(nn.Module):
    """x + second(first(x))."""

    def __init__(self):
        super().__init__()
        self.branch = nn.Sequential(linear(FIRST), linear([[1.0, 1.0], [1.0, 1.0]]))

    def forward(self, x):
        return x + self.branch(x)


def test_synflow_counts_no_path_without_weights():
    # The shortcut has strength 2 and length 0; the branch has 2 (3 + 7) and length 2.
    assert Synflow()(judged(Residual(), TWO)) == pytest.approx(log(2 * 20))


def test_synflow_counts_a_bias_as_the_beginning_of_a_path():
    net = nn.Sequential(nn.Linear(2, 2), linear(SECOND))
    net[0].weight.data = torch.tensor(FIRST)
    net[0].bias.data = torch.tensor([5.0, -1.0])
    # From the bias, 1 * 5 + 2 * 1 through the second layer alone.
    assert Synflow()(judged(net, TWO)) == pytest.approx(log(2 * FLOW + 7))


def test_synflow_goes_beyond_float32():
    depth, width = 100, 16
    net = nn.Sequential(*(linear([[1.0] * width] * width) for _ in range(depth)))
    images = [[1.0] * width] * 2
    expected = log(depth) + (depth + 1) * log(width)
    assert expected > log(torch.finfo(torch.float32).max)
    assert Synflow()(judged(net, images)) == pytest.approx(expected)


def test_synflow_beyond_float64_is_no_score():
    net = nn.Sequential(*(linear([[1e30]]) for _ in range(11)))
    with pytest.raises(NoScoreError, match="synflow: expected a finite score; got inf"):
        Synflow()(judged(net, [[1.0], [1.0]]))


CODES = [[1.0, 1.0, -1.0], [1.0, -1.0, -1.0]]  # units on: 110 and 100


@pytest.mark.parametrize("rectifier", [nn.ReLU(), nn.GELU(), nn.SiLU(), nn.ELU()])
def test_naswot_of_two_codes(rectifier):
    # Three units, of which one differs: | 3 2 / 2 3 | = 5.
    assert Naswot()(judged(rectifier, CODES)) == pytest.approx(log(5))


def test_naswot_adds_the_units_of_all_activations():
    # The second activation sees what the first lets pass, where nothing is negative: the same code.
    net = nn.Sequential(nn.ReLU(), nn.ReLU())
    assert Naswot()(judged(net, CODES)) == pytest.approx(log(6 * 6 - 4 * 4))


def test_naswot_of_a_matrix_by_hand():
    alike = torch.tensor([[4.0, 1.0, 2.0], [1.0, 4.0, 3.0], [2.0, 3.0, 4.0]], dtype=torch.float64)
    assert float(log_determinant(alike)) == pytest.approx(
        log(4 * (16 - 9) - 1 * (4 - 6) + 2 * (3 - 8))
    )


def test_naswot_has_no_score_for_images_that_switch_all_alike():
    with pytest.raises(NoScoreError, match=r"naswot: .* got codes of rank 1 for 2 images"):
        Naswot()(judged(nn.ReLU(), [CODES[0], CODES[0]]))


def test_naswot_needs_the_images_along_the_first_axis():
    net = nn.Sequential(nn.Flatten(0), nn.Unflatten(0, (3, 2)), nn.ReLU())
    with pytest.raises(NoScoreError, match=r"with 2 images along .* got the shape \(3, 2\)"):
        Naswot()(judged(net, CODES))


def test_naswot_finds_the_images_where_windows_are_folded_behind_them():
    folded = nn.Sequential(nn.Flatten(0), nn.Unflatten(0, (6, 1)), nn.ReLU())
    assert Naswot()(judged(folded, CODES)) == pytest.approx(log(5))


def test_jacov_of_a_linear_layer_whose_derivatives_are_all_the_same():
    # Fully correlated: eigenvalues 2 and 0.
    net = linear([[1.0, 2.0], [3.0, -1.0]])
    expected = -(log(2 + K) + 1 / (2 + K) + log(K) + 1 / K)
    assert Jacov()(judged(net, TWO)) == pytest.approx(expected, rel=1e-6)


def test_jacov_of_uncorrelated_derivatives_is_minus_one_for_each_image():
    rows = torch.tensor([[1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0]])
    assert float(uncorrelated(rows)) == pytest.approx(-2, abs=1e-8)
