"""Preparing a fidelity: shares, limits, normalisation, sizes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from nas.data import DISTORTIONS, Dataset, Prepared, load, prepare

Writer = Callable[..., Path]
Fails = Callable[..., str]


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load("digits", seed=0)


def _prepare(dataset: Dataset, **changes: Any) -> Prepared:
    given: dict[str, Any] = {
        "resolution": 16,
        "share": 1.0,
        "seed": 0,
        "val_limit": None,
        "distortion": None,
    }
    return prepare(dataset, **(given | changes))


def _pictures(prepared: Prepared, images: torch.Tensor) -> torch.Tensor:
    mean, std = (torch.tensor(v)[:, None, None] for v in (prepared.mean, prepared.std))
    return images * std + mean


def _as_set(prepared: Prepared) -> set[bytes]:
    pictures = _pictures(prepared, prepared.train_images)
    return {(picture * 255).round().byte().numpy().tobytes() for picture in pictures}


def test_training_images_are_normalised(digits: Dataset) -> None:
    prepared = _prepare(digits)
    assert prepared.train_images.dtype == torch.float32
    assert prepared.train_images.shape == (len(digits.train_labels), 1, 16, 16)
    assert abs(prepared.train_images.mean()) < 1e-4
    assert abs(prepared.train_images.std() - 1) < 1e-3
    assert prepared.classes == 10
    assert prepared.channels == 1
    assert prepared.resolution == 16


def test_a_flat_channel_stays_finite(npz_file: Writer) -> None:
    images = np.full((20, 6, 6, 3), 7, dtype=np.uint8)
    images[..., 0] = np.arange(20)[:, None, None]
    prepared = _prepare(load(f"npz:{npz_file(train_images=images)}", seed=0))
    assert prepared.train_images.isfinite().all()
    assert prepared.val_images.isfinite().all()
    assert prepared.std[1:] == (1.0, 1.0)


@pytest.mark.parametrize("preset", ["none", "hard"])
def test_a_smaller_share_is_nested_in_a_larger_one(digits: Dataset, preset: str) -> None:
    distortion = DISTORTIONS[preset]
    shares = [_as_set(_prepare(digits, share=s, distortion=distortion)) for s in (0.1, 0.4, 1)]
    assert shares[0] < shares[1] < shares[2]


def test_a_share_is_stratified(digits: Dataset) -> None:
    labels = _prepare(digits, share=0.25).train_labels
    wanted = 0.25 * torch.bincount(digits.train_labels)
    assert (torch.bincount(labels) - wanted).abs().max() <= 1
    assert len(labels) == round(0.25 * len(digits.train_labels))


def test_the_least_share_keeps_one_image_per_class(digits: Dataset) -> None:
    assert sorted(_prepare(digits, share=1e-6).train_labels.tolist()) == list(range(10))


def test_a_share_follows_its_seed(digits: Dataset) -> None:
    one, same, other = (_prepare(digits, share=0.1, seed=seed) for seed in (0, 0, 1))
    assert torch.equal(one.train_images, same.train_images)
    assert _as_set(one) != _as_set(other)


@pytest.mark.parametrize("preset", list(DISTORTIONS))
def test_validation_pictures_do_not_depend_on_the_share(digits: Dataset, preset: str) -> None:
    few, all_ = (
        _prepare(digits, share=share, val_limit=50, distortion=DISTORTIONS[preset])
        for share in (0.1, 1.0)
    )
    assert torch.equal(few.val_labels, all_.val_labels)
    difference = _pictures(few, few.val_images) - _pictures(all_, all_.val_images)
    assert difference.abs().max() < 1e-5


def test_a_limit_on_validation_is_stratified_and_nested(digits: Dataset) -> None:
    prepared = _prepare(digits, val_limit=100)
    assert torch.bincount(prepared.val_labels).min() >= 9
    assert len(prepared.val_labels) == 100
    assert len(_prepare(digits, val_limit=10**6).val_labels) == len(digits.val_labels)


def test_labels_stay_with_their_images(digits: Dataset) -> None:
    prepared = _prepare(digits, resolution=8, share=0.2)
    known = {
        image.numpy().tobytes(): int(label)
        for image, label in zip(digits.train_images, digits.train_labels, strict=True)
    }
    pictures = (_pictures(prepared, prepared.train_images) * 255).round().byte()
    for picture, label in zip(pictures, prepared.train_labels.tolist(), strict=True):
        assert known[picture.numpy().tobytes()] == label


def test_oblong_images_are_squashed_to_squares(idx_dir: Writer) -> None:
    dataset = load(f"idx:{idx_dir()}", seed=0)
    assert _prepare(dataset).train_images.shape[2:] == (16, 16)
    hard = _prepare(dataset, distortion=DISTORTIONS["hard"])
    assert hard.train_images.shape[2:] == (16, 16)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"share": 0.0}, ["share", "0.0"]),
        ({"share": 1.1}, ["share", "1.1"]),
        ({"share": float("nan")}, ["share", "nan"]),
        ({"resolution": 0}, ["resolution", "0"]),
        ({"val_limit": 9}, ["val_limit", "10 or more", "9"]),
        ({"seed": -1, "share": 0.5}, ["seed", "-1"]),
    ],
)
def test_a_wrong_setting_is_named(
    changes: dict[str, Any], words: list[str], digits: Dataset, fails: Fails
) -> None:
    fails(lambda: _prepare(digits, **changes), *words)
