"""Checkpointing is asked of networks that know how, and of others is refused in one line."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from nas.core.errors import InputError
from nas.evaluation import Recipe, train
from tests.nas.evaluation.tiny_space import convnet, digits

FAST = Recipe(learning_rate=0.01, batch_size=32)
CPU = torch.device("cpu")


class Switched(nn.Sequential):
    """Knows how, and notes what it is told."""

    told: bool | None = None

    def set_grad_checkpointing(self, enable: bool = True) -> None:
        """On or off."""
        self.told = enable


@pytest.mark.parametrize("asked", [True, False])
def test_a_network_is_told_if_the_recipe_says_so(asked: bool) -> None:
    model = Switched(*convnet())
    train(model, digits(64), replace(FAST, checkpointing=asked), epochs=1, seed=0, device=CPU)
    assert model.told is (True if asked else None)


def test_a_network_that_does_not_know_how_is_refused() -> None:
    recipe = replace(FAST, checkpointing=True)
    with pytest.raises(InputError, match=r"with a method set_grad_checkpointing\(enable\); Sequen"):
        train(convnet(), digits(64), recipe, epochs=1, seed=0, device=CPU)
