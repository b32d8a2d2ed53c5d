"""A data set at one fidelity: a share of it, resized, distorted, normalised, resident in memory."""

from dataclasses import dataclass

import numpy as np
import torch

from nas.data.base import Dataset
from nas.data.distort import Distortion, distort
from nas.data.draws import Draws, draw
from nas.data.errors import DataError
from nas.data.resize import resize
from nas.data.split import DISTORT_TRAIN, DISTORT_VAL, LIMIT, SUBSET, Indices, generator, head


@dataclass(frozen=True, eq=False, kw_only=True)
class Prepared:
    """Tensors to train on: images float32 `n c r r`, labels int64 `n`.

    `mean` and `std` are the training images' own, per channel, on a scale of 0..1, and have been
    applied to both splits: `images * std + mean` shows the pictures.
    """

    train_images: torch.Tensor
    train_labels: torch.Tensor
    val_images: torch.Tensor
    val_labels: torch.Tensor
    class_names: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.class_names)

    @property
    def channels(self) -> int:
        """1 for grey images, 3 for RGB."""
        return int(self.train_images.shape[1])

    @property
    def resolution(self) -> int:
        """Pixels per side."""
        return int(self.train_images.shape[-1])


def prepare(
    dataset: Dataset,
    *,
    resolution: int,
    share: float,
    seed: int,
    val_limit: int | None,
    distortion: Distortion | None,
) -> Prepared:
    """A stratified, seeded `share` of the training images and the validation images, ready to use.

    With one seed, a smaller share is a subset of a larger one; every class keeps an image or more.
    Which validation images there are (all, or a stratified `val_limit` of them) and how each is
    distorted does not depend on the share; only the normalisation follows the training images.
    """
    _check(dataset, resolution=resolution, share=share, val_limit=val_limit)
    chosen = _subset(dataset.train_labels, round(share * len(dataset.train_labels)), seed, SUBSET)
    kept = _subset(dataset.val_labels, val_limit, seed, LIMIT)
    train = _pictures(dataset, chosen, True, resolution, seed, distortion)
    val = _pictures(dataset, kept, False, resolution, seed, distortion)
    mean, std = _normalise(train, val)
    return Prepared(
        train_images=train,
        train_labels=dataset.train_labels[torch.from_numpy(chosen)],
        val_images=val,
        val_labels=dataset.val_labels[torch.from_numpy(kept)],
        class_names=dataset.class_names,
        mean=mean,
        std=std,
    )


def _check(dataset: Dataset, *, resolution: int, share: float, val_limit: int | None) -> None:
    if resolution < 1:
        raise DataError(f"resolution: expected 1 pixel or more; got {resolution}; e.g. 64")
    if not 0 < share <= 1:
        raise DataError(f"share: expected above 0, up to 1; got {share}; 1 takes every image")
    present = len(np.unique(dataset.val_labels.numpy()))
    if val_limit is not None and val_limit < present:
        raise DataError(
            f"val_limit: expected {present} or more, one image per class of {dataset.name}; got"
            f" {val_limit}; raise it, or take None for all"
        )


def _subset(labels: torch.Tensor, count: int | None, seed: int, stream: int) -> Indices:
    if count is None or count >= len(labels):
        return np.arange(len(labels))
    return head(labels.numpy(), count, generator(seed, stream))


def _pictures(
    dataset: Dataset,
    indices: Indices,
    train: bool,
    resolution: int,
    seed: int,
    distortion: Distortion | None,
) -> torch.Tensor:
    """The chosen images of a split, float32 `n c r r` in 0..1."""
    split = dataset.train_images if train else dataset.val_images
    images = split[torch.from_numpy(indices)]
    if distortion is None:
        return resize(images, resolution)
    draws: Draws = draw(
        len(split),
        patches=distortion.clutter,
        sources=len(dataset.train_images),
        own=train,
        rng=generator(seed, DISTORT_TRAIN if train else DISTORT_VAL),
    )
    return distort(
        images,
        dataset.train_images,
        draws.pick(indices),
        distortion=distortion,
        resolution=resolution,
    )


def _normalise(
    train: torch.Tensor, val: torch.Tensor
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Both splits, in place, by the training images' mean and deviation per channel."""
    std, mean = torch.std_mean(train, dim=(0, 2, 3), correction=0, keepdim=True)
    std = torch.where(std > 1e-6, std, torch.ones_like(std))  # one flat colour stays finite
    for images in (train, val):
        images.sub_(mean).div_(std)
    return tuple(mean.flatten().tolist()), tuple(std.flatten().tolist())
