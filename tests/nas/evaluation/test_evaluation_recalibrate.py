"""Recalibration and scoring: batch statistics of the weights there are, modes left as they were."""

from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from nas.core.errors import InputError
from nas.data import Prepared
from nas.evaluation import Recipe, recalibrate, score
from nas.evaluation.mixup import mix
from nas.evaluation.optimiser import Optimiser
from nas.evaluation.step import Step
from tests.nas.evaluation.tiny_space import convnet, digits


def bright_digits() -> Prepared:
    """Pixels of 25..41, not normalised, so that batch norm has something to do."""
    data = digits()
    return replace(
        data, train_images=data.train_images * 6 + 30, val_images=data.val_images * 6 + 30
    )


def fitted(data: Prepared) -> nn.Module:
    """A convnet after 40 steps, with the running statistics that these left."""
    recipe = Recipe(learning_rate=0.01)
    torch.manual_seed(0)
    model = convnet().train()
    step = Step(model, Optimiser(model, recipe), recipe)
    for chosen in torch.randint(len(data.train_images), (40, 64)):
        batch = mix(data.train_images[chosen], data.train_labels[chosen], None)
        step(batch)
    return model


def accuracy(model: nn.Module, data: Prepared) -> float:
    return score(model, data.val_images, data.val_labels, batch_size=100).accuracy


def test_recalibration_turns_a_bad_accuracy_into_a_good_one_with_the_same_weights() -> None:
    data = bright_digits()
    model = fitted(data)
    weights = [parameter.clone() for parameter in model.parameters()]
    before = accuracy(model, data)
    recalibrate(model, data.train_images, batch_size=64, limit=512)
    after = accuracy(model, data)
    assert after > 0.85
    assert before < after - 0.2
    for weight, parameter in zip(weights, model.parameters(), strict=True):
        assert torch.equal(weight, parameter)


def test_statistics_are_the_plain_average_over_batches() -> None:
    images = digits(train=64).train_images
    model = nn.Sequential(nn.BatchNorm2d(1, momentum=0.01))
    recalibrate(model, images, batch_size=64, limit=64)
    norm = model[0]
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    torch.testing.assert_close(norm.running_mean, images.mean().reshape(1))
    torch.testing.assert_close(norm.running_var, images.var().reshape(1))
    recalibrate(model, images, batch_size=16, limit=64)
    torch.testing.assert_close(norm.running_mean, images.mean().reshape(1))
    assert norm.num_batches_tracked == 4


def test_momenta_and_modes_are_as_before_even_after_an_error() -> None:
    model = nn.Sequential(convnet(), nn.Dropout(0.5)).train()
    model[1].eval()
    modes = [module.training for module in model.modules()]
    recalibrate(model, digits().train_images, batch_size=64, limit=128)
    assert [module.training for module in model.modules()] == modes
    with pytest.raises(RuntimeError):
        recalibrate(model, torch.zeros(4, 3, 8, 8), batch_size=2, limit=4)
    assert [module.training for module in model.modules()] == modes
    momenta = {m.momentum for m in model.modules() if isinstance(m, nn.BatchNorm2d)}
    assert momenta == {0.01}


def test_nothing_random_happens_while_recalibrating() -> None:
    model = convnet(drop_path=0.5).train()
    before = torch.get_rng_state()
    recalibrate(model, digits().train_images, batch_size=64, limit=128)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_network_without_batch_norms_is_left_alone() -> None:
    recalibrate(nn.Linear(3, 3), torch.zeros(2, 1, 8, 8), batch_size=2, limit=2)  # would not fit


def test_the_score_is_the_accuracy_and_loss_over_all_images_whatever_the_batches() -> None:
    data, model = digits(), convnet().train()
    with torch.no_grad():
        logits = model.eval()(data.val_images)
    model.train()
    expected = F.cross_entropy(logits, data.val_labels).item()
    for batch_size in (7, 300, 1000):
        scored = score(model, data.val_images, data.val_labels, batch_size=batch_size)
        assert scored.loss == pytest.approx(expected, rel=1e-5)
        right = (logits.argmax(dim=1) == data.val_labels).float().mean().item()
        assert scored.accuracy == pytest.approx(right)
    assert model.training


def test_a_score_needs_images() -> None:
    with pytest.raises(InputError, match="validation images"):
        score(convnet(), torch.zeros(0, 1, 8, 8), torch.zeros(0).long(), batch_size=8)
