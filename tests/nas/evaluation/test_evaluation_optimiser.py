"""The optimiser: what decays, one vector for many parameters, and the learning rate's course."""

from collections.abc import Sequence

import pytest
import torch
from torch import nn

from nas.evaluation import Recipe
from nas.evaluation.flat import ALIGNMENT, Flat
from nas.evaluation.optimiser import Optimiser, learning_rate, parameter_groups


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


def test_types_of_numbers_are_not_mixed() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2).double())
    assert [(g["weight_decay"], len(g["params"])) for g in parameter_groups(model, 0.1)] == [
        (0.1, 1),
        (0.1, 1),
        (0.0, 1),
        (0.0, 1),
    ]


class Mixture(nn.Module):
    """Convolution, batch norm and a linear layer; of the second exit's gradient there is none."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv2d(3, 5, 3)
        self.norm = nn.BatchNorm2d(5)
        self.exits = nn.ModuleList(nn.Linear(5, 2) for _ in range(2))
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """b 3 h w -> b 2."""
        logits: torch.Tensor = self.exits[0](self.norm(self.conv(x)).mean(dim=(2, 3)))
        return logits


def losses(model: nn.Module, parameters: Sequence[nn.Parameter], step: object) -> list[float]:
    generator, seen = torch.Generator().manual_seed(1), []
    for _ in range(8):
        for parameter in parameters:
            parameter.grad = None
        loss = 50 * model(torch.randn(4, 3, 6, 6, generator=generator))[:, 0].square().mean()
        loss.backward()
        seen.append(loss.item())
        step()  # type: ignore[operator]
    return seen


@pytest.mark.parametrize("clip", [0.0, 0.5])
def test_a_step_on_vectors_is_one_on_each_parameter(clip: float) -> None:
    recipe = Recipe(gradient_clip=clip, weight_decay=0.3, learning_rate=0.05)
    one_by_one, together = Mixture(), Mixture()
    adamw = torch.optim.AdamW(parameter_groups(one_by_one, 0.3), lr=0.05)

    def step() -> None:
        if clip:
            nn.utils.clip_grad_norm_(one_by_one.parameters(), clip)
        adamw.step()

    optimiser = Optimiser(together, recipe)
    expected = losses(one_by_one, list(one_by_one.parameters()), step)
    found = losses(together, list(together.parameters()), optimiser.step)
    assert found == pytest.approx(expected, rel=1e-5)  # sums in another order
    torch.testing.assert_close(together.exits[0].state_dict(), one_by_one.exits[0].state_dict())


def test_the_rate_of_every_group_can_be_set() -> None:
    model = Mixture()
    optimiser = Optimiser(model, Recipe())
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    for rate, moved in ((0.0, False), (0.1, True)):
        optimiser.set_rate(rate)
        model(torch.ones(2, 3, 6, 6)).sum().backward()
        optimiser.step()
        for name in ("conv.weight", "exits.0.bias"):
            assert torch.equal(model.get_parameter(name), before[name]) is not moved


def test_the_model_is_the_same_while_its_parameters_are_views_and_afterwards() -> None:
    model, twin = Mixture(), Mixture()
    parameters = dict(model.named_parameters())
    optimiser = Optimiser(model, Recipe())
    for released in (False, True):
        assert {name: id(p) for name, p in model.named_parameters()} == {
            name: id(p) for name, p in parameters.items()
        }
        assert model.conv.weight.is_contiguous(memory_format=torch.channels_last)
        for name, value in twin.state_dict().items():
            assert torch.equal(model.state_dict()[name], value), name
        memory = {p.untyped_storage().data_ptr() for p in parameters.values()}
        assert len(memory) == (len(parameters) if released else 2)
        optimiser.release()


def test_parameters_lie_where_kernels_like_them_and_do_not_overlap() -> None:
    parameters = [nn.Parameter(torch.full(size, i + 1.0)) for i, size in enumerate([(3,), (5, 5)])]
    stretched = nn.Parameter(torch.ones(4, 6)[:, ::2])
    flat = Flat([*parameters, stretched])
    assert [p.data_ptr() % ALIGNMENT for p in (*parameters, stretched)] == [
        flat.vector.data_ptr() % ALIGNMENT
    ] * 3
    assert flat.vector.sum().item() == 3 * 1 + 25 * 2 + 12


def test_a_parameter_without_a_gradient_has_zeros_not_the_last_one() -> None:
    parameters = [nn.Parameter(torch.ones(3)) for _ in range(2)]
    flat = Flat(parameters)
    for given in ((1.0, 2.0), (3.0, None)):
        for parameter, value in zip(parameters, given, strict=True):
            parameter.grad = None if value is None else torch.full((3,), value)
        flat.gather()
    assert flat.vector.grad is not None
    assert flat.vector.grad.sum().item() == 9
    assert all(parameter.grad is None for parameter in parameters)


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
