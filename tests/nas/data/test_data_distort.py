"""Distortions: deterministic, independent of the subset, and doing what their numbers say."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from nas.data import DISTORTIONS, Dataset, Distortion, load, prepare
from nas.data.distort import distort
from nas.data.draws import Draws, draw

PRESETS = [name for name, distortion in DISTORTIONS.items() if distortion]
WHITE = torch.full((64, 1, 8, 8), 255, dtype=torch.uint8)
BLACK = torch.zeros((64, 1, 8, 8), dtype=torch.uint8)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load("digits", seed=0)


def _draws(distortion: Distortion, seed: int = 0) -> Draws:
    rng = np.random.default_rng(seed)
    return draw(64, patches=distortion.clutter, sources=64, own=True, rng=rng)


def _distort(images: torch.Tensor, sources: torch.Tensor, distortion: Distortion) -> torch.Tensor:
    return distort(images, sources, _draws(distortion), distortion=distortion, resolution=32)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_deterministic_and_changes_images(digits: Dataset, preset: str) -> None:
    given: dict[str, Any] = {"resolution": 32, "share": 0.2, "seed": 0, "val_limit": 50}
    plain = prepare(digits, **given, distortion=None)
    one, two = (prepare(digits, **given, distortion=DISTORTIONS[preset]) for _ in range(2))
    assert torch.equal(one.train_images, two.train_images)
    assert torch.equal(one.val_images, two.val_images)
    assert torch.equal(one.train_labels, plain.train_labels)
    assert torch.equal(one.val_labels, plain.val_labels)
    changed = (one.train_images - plain.train_images).abs().flatten(1).amax(dim=1)
    assert changed.min() > 0.1
    other = prepare(digits, **(given | {"seed": 1}), distortion=DISTORTIONS[preset])
    assert not torch.equal(one.val_images, other.val_images)


def test_no_global_random_state_is_touched(digits: Dataset) -> None:
    before = torch.random.get_rng_state()
    legacy = repr(np.random.get_state(legacy=False))  # noqa: NPY002
    prepare(digits, resolution=16, share=0.1, seed=0, val_limit=20, distortion=DISTORTIONS["hard"])
    assert torch.equal(torch.random.get_rng_state(), before)
    assert repr(np.random.get_state(legacy=False)) == legacy  # noqa: NPY002


@pytest.mark.parametrize("preset", PRESETS)
def test_an_image_does_not_depend_on_its_neighbours(preset: str) -> None:
    distortion = DISTORTIONS[preset]
    assert distortion is not None
    images = torch.from_numpy(np.random.default_rng(1).integers(0, 256, (64, 3, 8, 8), np.uint8))
    draws = _draws(distortion)
    whole = distort(images, images, draws, distortion=distortion, resolution=32)
    some = np.array([3, 50])
    part = distort(images[some], images, draws.pick(some), distortion=distortion, resolution=32)
    assert torch.allclose(part, whole[some], atol=1e-6)


def test_the_identity_leaves_images_alone() -> None:
    images = torch.from_numpy(np.random.default_rng(1).integers(0, 256, (64, 1, 32, 32), np.uint8))
    assert torch.allclose(_distort(images, images, Distortion()), images / 255, atol=1e-4)


def test_scale_sets_the_share_of_the_canvas() -> None:
    canvas = _distort(WHITE, WHITE, Distortion(scale=(0.5, 0.5)))
    assert torch.allclose(canvas.mean(dim=(1, 2, 3)), torch.tensor(0.25), atol=0.02)
    assert canvas[:, :, 10:22, 10:22].min() > 0.99  # in the middle, as there is no shift


def test_shift_moves_objects_anywhere_but_never_off_the_canvas() -> None:
    canvas = _distort(WHITE, WHITE, Distortion(scale=(0.5, 0.5), shift=1.0))
    assert torch.allclose(canvas.mean(dim=(1, 2, 3)), torch.tensor(0.25), atol=0.02)
    assert (canvas.mean(dim=0) > 0).float().mean() > 0.95


def test_a_right_angle_turns_the_image() -> None:
    bar = BLACK.clone()
    bar[:, :, 3:5] = 255
    luck = _draws(Distortion())
    turned = Draws(**(vars(luck) | {"angle": np.ones(64)}))
    canvas = distort(bar, bar, turned, distortion=Distortion(rotate=90), resolution=8)
    assert torch.allclose(canvas, bar.transpose(2, 3) / 255, atol=1e-4)


def test_clutter_comes_from_the_training_images_and_only_adds() -> None:
    clutter = Distortion(scale=(0.5, 0.5), clutter=3, clutter_size=0.25)
    assert _distort(BLACK, BLACK, clutter).max() == 0
    patches = _distort(BLACK, WHITE, clutter)
    area = (patches > 0).sum(dim=(1, 2, 3))
    assert area.max() <= 3 * 16  # three patches, each a quarter of 16 pixels wide
    assert area.min() >= 16
    assert (_distort(WHITE, WHITE, clutter) >= _distort(WHITE, BLACK, clutter)).all()


def test_no_training_image_is_its_own_clutter() -> None:
    draws = draw(5, patches=200, sources=5, own=True, rng=np.random.default_rng(0))
    for image, origins in enumerate(draws.origin):
        assert set(origins) == set(range(5)) - {image}


def test_noise_has_its_deviation_and_stays_in_range() -> None:
    grey = torch.full((64, 1, 8, 8), 128, dtype=torch.uint8)
    canvas = _distort(grey, grey, Distortion(noise=0.1))
    assert abs(canvas.std() - 0.1) < 0.01
    assert canvas.min() >= 0
    assert canvas.max() <= 1
    assert not torch.equal(canvas[0], canvas[1])


@pytest.mark.parametrize(
    "wrong",
    [
        {"shift": 1.5},
        {"shift": float("nan")},
        {"rotate": -1.0},
        {"scale": (0.8, 0.4)},
        {"scale": (0.0, 0.4)},
        {"scale": (0.5, 1.5)},
        {"clutter": -1},
        {"clutter_size": 0.0},
        {"noise": float("inf")},
    ],
)
def test_a_wrong_number_is_named(wrong: dict[str, Any], fails: Callable[..., str]) -> None:
    fails(lambda: Distortion(**wrong), "distortion", *wrong)
