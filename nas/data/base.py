"""The nouns: what a source reads (`Raw`) and what a proxy training gets (`Dataset`)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import torch

Pixels: TypeAlias = npt.NDArray[np.uint8]
Labels: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Labelled:
    """Images as read, uint8 `n c h w`, and their labels, int64 `n`, with whatever values."""

    images: Pixels
    labels: Labels


@dataclass(frozen=True, eq=False, kw_only=True)
class Raw:
    """What a source reads; without `val`, validation images are split off `train`.

    `class_names` maps a label to its name; a label without one is named by its number.
    """

    train: Labelled
    val: Labelled | None = None
    class_names: Mapping[int, str] = field(default_factory=dict)


class Source(Protocol):
    """Reads the images that the text after the source's colon names."""

    def __call__(self, argument: str, /) -> Raw:
        """Read; DataError in one line where that is impossible."""
        ...


@dataclass(frozen=True, eq=False, kw_only=True)
class Dataset:
    """Images in memory: uint8 `n c h w` in 0..255, labels int64 `n` in 0..classes-1.

    Every class has a training image. `digest` is the sha256 of images and labels, both splits, in
    order: equal digests mean that equal trainings see equal data.
    """

    name: str
    train_images: torch.Tensor
    train_labels: torch.Tensor
    val_images: torch.Tensor
    val_labels: torch.Tensor
    class_names: tuple[str, ...]
    digest: str

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.class_names)

    @property
    def channels(self) -> int:
        """1 for grey images, 3 for RGB."""
        return int(self.train_images.shape[1])

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels, as stored."""
        return int(self.train_images.shape[2]), int(self.train_images.shape[3])


def digest(*parts: Labelled) -> str:
    """The sha256 over shapes and contents, in hexadecimal."""
    sha = hashlib.sha256()
    for part in parts:
        for array in (part.images, part.labels.astype("<i8")):
            sha.update(repr(array.shape).encode())
            sha.update(np.ascontiguousarray(array).data)
    return sha.hexdigest()
