"""Training: it learns, repeats bit for bit, and names what goes wrong."""

import random
import time
from dataclasses import replace

import pytest
import torch
from torch import nn

from nas.core.errors import InputError
from nas.data import Prepared
from nas.evaluation import (
    Diverged,
    EpochEnd,
    OutOfTime,
    Recipe,
    Scored,
    TrainingResult,
    score,
    train,
)
from nas.evaluation.average import Average
from nas.evaluation.mixup import draw_share, mix
from tests.nas.evaluation.tiny_space import convnet, digits

CPU = torch.device("cpu")
FAST = Recipe(learning_rate=0.01, batch_size=32)


def trained(
    recipe: Recipe = FAST, *, epochs: int = 1, seed: int = 0, **options: int
) -> TrainingResult:
    torch.manual_seed(1)  # the same weights to start from
    model = convnet(drop_path=recipe.drop_path)
    return train(model, digits(**options), recipe, epochs=epochs, seed=seed, device=CPU)


def bits(result: TrainingResult) -> tuple[float, float]:
    return result.accuracy, result.loss


def test_a_small_network_learns_digits() -> None:
    result = trained(epochs=3)
    assert result.accuracy > 0.9
    assert result.steps == 3 * 38
    assert result.compile_seconds == 0
    assert 0 < 3 * 1200 / result.images_per_second < result.seconds


def test_the_same_seed_repeats_bit_for_bit_and_another_does_not() -> None:
    recipe = replace(FAST, mixup=0.2, drop_path=0.2, ema_decay=0.9, flip=True)
    assert bits(trained(recipe)) == bits(trained(recipe))
    assert bits(trained(recipe)) != bits(trained(recipe, seed=1))


def test_random_numbers_of_the_caller_are_left_alone() -> None:
    model = convnet(drop_path=0.2)
    before = torch.get_rng_state(), random.getstate()
    train(model, digits(64), replace(FAST, mixup=0.2), epochs=1, seed=0, device=CPU)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert random.getstate() == before[1]


@pytest.mark.parametrize(
    "change",
    [
        {"mixup": 0.2},
        {"drop_path": 0.2},
        {"ema_decay": 0.9},
        {"gradient_clip": 0.0},
        {"label_smoothing": 0.0},
        {"flip": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_option_changes_the_training_and_it_still_learns(change: dict[str, float]) -> None:
    plain, other = trained(epochs=2), trained(replace(FAST, **change), epochs=2)  # type: ignore[arg-type]
    assert bits(plain) != bits(other)
    assert other.accuracy > 0.7


def test_the_model_holds_what_was_scored() -> None:
    for recipe in (FAST, replace(FAST, ema_decay=0.95)):
        data, model = digits(), convnet()
        result = train(model, data, recipe, epochs=1, seed=0, device=CPU)
        scored = score(model, data.val_images, data.val_labels, batch_size=FAST.eval_batch_size)
        assert (scored.accuracy, scored.loss) == bits(result)


def test_an_image_left_over_does_not_break_batch_norm() -> None:
    class Pooled(nn.Sequential):
        """Batch norm over a single pixel, which fails for a single image."""

    model = Pooled(nn.AdaptiveAvgPool2d(1), nn.BatchNorm2d(1), nn.Flatten(), nn.Linear(1, 10))
    result = train(model, digits(65), FAST, epochs=1, seed=0, device=CPU)
    assert result.steps == 3


def test_looking_at_the_score_on_the_way_changes_nothing() -> None:
    seen: list[tuple[EpochEnd, Scored]] = []
    recipe = replace(FAST, ema_decay=0.9, drop_path=0.1)
    torch.manual_seed(1)
    model = convnet(drop_path=0.1)
    watched = train(
        model,
        digits(),
        recipe,
        epochs=2,
        seed=0,
        device=CPU,
        progress=lambda end: seen.append((end, end.score())),
    )
    assert bits(watched) == bits(trained(recipe, epochs=2))
    assert [(end.epoch, end.epochs) for end, _ in seen] == [(1, 2), (2, 2)]
    assert seen[1][0].loss < seen[0][0].loss
    assert seen[1][1] == Scored(accuracy=watched.accuracy, loss=watched.loss)


class BrokenAfter(nn.Module):
    """A linear network whose logits are not numbers from a certain batch on."""

    def __init__(self, batches: int) -> None:
        super().__init__()
        self.layer = nn.Linear(64, 10)
        self.left = batches

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """b c h w -> b classes."""
        self.left -= 1
        logits: torch.Tensor = self.layer(x.flatten(1))
        return logits * (1.0 if self.left >= 0 else float("nan"))


@pytest.mark.parametrize(("batches", "step"), [(0, 1), (7, 8), (60, 61)])
def test_a_loss_that_is_not_a_number_is_named_with_its_first_step(batches: int, step: int) -> None:
    with pytest.raises(Diverged, match=f"training loss is nan at step {step} of 114$"):
        train(BrokenAfter(batches), digits(), FAST, epochs=3, seed=0, device=CPU)


def test_a_validation_loss_that_is_not_a_number_is_named() -> None:
    with pytest.raises(Diverged, match="validation loss is nan after 38 steps"):
        train(BrokenAfter(38), digits(), FAST, epochs=1, seed=0, device=CPU)


def test_a_training_beyond_its_deadline_ends() -> None:
    with pytest.raises(OutOfTime, match="out of time after 0 of 76 steps"):
        train(
            convnet(), digits(), FAST, epochs=2, seed=0, device=CPU, deadline=time.monotonic() - 1
        )


@pytest.mark.parametrize(("train_images", "val_images"), [(1, 10), (0, 10)])
def test_too_few_images_are_refused(train_images: int, val_images: int) -> None:
    with pytest.raises(InputError, match="2 training images"):
        train(convnet(), digits(train_images, val_images), FAST, epochs=1, seed=0, device=CPU)


def test_no_epochs_are_refused() -> None:
    with pytest.raises(InputError, match="epochs"):
        trained(epochs=0)


def test_the_data_are_not_changed() -> None:
    data: Prepared = digits()
    before = data.train_images.clone()
    train(convnet(), data, replace(FAST, mixup=1.0, flip=True), epochs=1, seed=0, device=CPU)
    assert torch.equal(data.train_images, before)


def test_mixing_takes_as_much_of_the_label_as_of_the_image() -> None:
    images, labels = torch.eye(4).reshape(4, 1, 2, 2), torch.tensor([0, 1, 2, 3])
    assert mix(images, labels, None).images is images
    mixed = mix(images, labels, 0.75)
    expected = 0.75 * images + 0.25 * images.flip(0)
    torch.testing.assert_close(mixed.images, expected)
    logits = torch.randn(4, 4)
    loss = nn.functional.cross_entropy(logits, 0.75 * torch.eye(4) + 0.25 * torch.eye(4).flip(0))
    torch.testing.assert_close(mixed.loss(logits, 0.0), loss)


def test_shares_of_mixing_are_drawn_within_0_and_1_and_only_if_wanted() -> None:
    rng = random.Random(0)
    assert draw_share(rng, 0.0) is None
    assert all(0 <= (draw_share(rng, 0.2) or 0.0) <= 1 for _ in range(50))


def test_an_average_follows_the_weights_and_forgets_where_it_began() -> None:
    model = nn.Linear(1, 1)
    nn.init.zeros_(model.weight)
    average = Average(model, 0.5)
    copy = next(average.model.parameters())
    nn.init.ones_(model.weight)
    average.update()
    assert copy.item() == pytest.approx(0.9)  # decay (1 + 0) / (10 + 0)
    for _ in range(40):
        average.update()
    assert copy.item() == pytest.approx(1.0)
    assert not copy.requires_grad
