"""Checkpointing changes the memory of a training, and nothing else."""

import pytest
import torch
from torch import Tensor

from accvit_blocks import ACCViT
from tests.accvit_blocks.counted import bytes_kept
from tests.accvit_blocks.test_numerics import NANO


def step(
    *, checkpointing: bool, drop_path: float, passes: int = 1
) -> tuple[Tensor, dict[str, Tensor], dict[str, Tensor]]:
    """Loss, gradients and state after forward and backward passes in double precision."""
    torch.manual_seed(0)
    model = ACCViT(NANO, drop_path=drop_path).double().train()
    model.set_grad_checkpointing(checkpointing)
    images = torch.randn(4, 3, 64, 64, dtype=torch.float64)
    for _ in range(passes):
        loss = model(images).square().mean()
        loss.backward()
    gradients = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    return loss, gradients, model.state_dict()


@pytest.mark.parametrize("drop_path", [0.0, 0.5])
def test_gradients_and_running_statistics_are_the_same(drop_path: float) -> None:
    loss, gradients, state = step(checkpointing=False, drop_path=drop_path, passes=2)
    again, repeated, its_state = step(checkpointing=True, drop_path=drop_path, passes=2)
    torch.testing.assert_close(again, loss, rtol=1e-12, atol=0)
    assert gradients.keys() == repeated.keys()
    torch.testing.assert_close(repeated, gradients, rtol=0, atol=1e-10)
    torch.testing.assert_close(its_state, state, rtol=1e-12, atol=0)
    counted = [value.item() for name, value in its_state.items() if "num_batches" in name]
    assert set(counted) == {2}


def test_fewer_bytes_are_kept_for_the_backward_pass() -> None:
    images = torch.zeros(2, 3, 64, 64)
    model = ACCViT(NANO).train()
    layers = ["stem", *(f"stages.{index}" for index in range(4)), "head"]
    whole = bytes_kept(model, layers, images)
    model.set_grad_checkpointing()
    assert 0 < bytes_kept(model, layers, images).total() < 0.25 * whole.total()
    model.set_grad_checkpointing(False)
    assert bytes_kept(model, layers, images) == whole


def test_outside_of_training_nothing_changes() -> None:
    model = ACCViT(NANO).eval()
    images = torch.zeros(1, 3, 64, 64)
    expected = model(images)
    model.set_grad_checkpointing()
    assert torch.equal(model(images), expected)
