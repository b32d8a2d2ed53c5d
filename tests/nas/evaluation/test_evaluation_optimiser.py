"""The optimiser: what decays, and the learning rate's course."""

import pytest
import torch
from torch import nn

from nas.evaluation import Recipe
from nas.evaluation.optimiser import learning_rate, make_optimiser, parameter_groups


class Attention(nn.Module):
    """Has one parameter of each kind."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.qkv = nn.Linear(4, 12)
        self.position_bias = nn.Parameter(torch.zeros(2, 9))
        self.relative_position_bias_table = nn.Parameter(torch.zeros(9, 2))
        self.gate = nn.Parameter(torch.zeros(4))
        self.frozen = nn.Parameter(torch.zeros(4, 4), requires_grad=False)


def names_of(model: nn.Module, parameters: list[nn.Parameter]) -> set[str]:
    wanted = {id(parameter) for parameter in parameters}
    return {name for name, value in model.named_parameters() if id(value) in wanted}


def test_only_matrices_and_kernels_decay() -> None:
    model = Attention()
    decayed, free = parameter_groups(model, 0.3)
    assert (decayed["weight_decay"], free["weight_decay"]) == (0.3, 0.0)
    assert names_of(model, decayed["params"]) == {"conv.weight", "qkv.weight"}
    assert names_of(model, free["params"]) == {
        "conv.bias",
        "norm.weight",
        "norm.bias",
        "qkv.bias",
        "position_bias",
        "relative_position_bias_table",
        "gate",
    }


def test_a_group_without_parameters_is_left_out() -> None:
    assert [g["weight_decay"] for g in parameter_groups(nn.BatchNorm2d(2), 0.1)] == [0.0]


def test_the_optimiser_runs_as_one_kernel() -> None:
    assert make_optimiser(nn.Linear(2, 2), Recipe()).defaults["fused"]


def test_the_learning_rate_rises_in_a_line_and_falls_to_its_final_share() -> None:
    recipe = Recipe(learning_rate=1.0, warmup_share=0.2, final_share=0.1)
    rates = [learning_rate(recipe, step, 20) for step in range(20)]
    assert rates[:4] == pytest.approx([0.25, 0.5, 0.75, 1.0])
    assert rates[3:] == sorted(rates[3:], reverse=True)
    assert rates[-1] == pytest.approx(0.1)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("steps", [1, 2, 3, 50])
def test_the_learning_rate_is_positive_and_never_above_its_peak(share: float, steps: int) -> None:
    recipe = Recipe(learning_rate=0.5, warmup_share=share)
    assert all(0 < learning_rate(recipe, step, steps) <= 0.5 for step in range(steps))
