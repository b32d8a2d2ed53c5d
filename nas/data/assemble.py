"""From what a source read to a `Dataset`: relabelled from 0, checked, split and digested."""

from collections.abc import Mapping

import numpy as np
import torch

from nas.data.base import Dataset, Labelled, Labels, Pixels, Raw, digest
from nas.data.errors import DataError
from nas.data.split import split_off


def assemble(name: str, raw: Raw, *, seed: int) -> Dataset:
    """Check and split `raw`; the seed matters only where the source brings no validation images."""
    values = _values(name, raw)
    train = _relabel(raw.train, values)
    if raw.val is None:
        _check_divisible(name, train.labels, values, raw.class_names)
        first, second = split_off(train.labels, seed)
        train, val = _pick(train, first), _pick(train, second)
    else:
        val = _relabel(raw.val, values)
    return Dataset(
        name=name,
        train_images=_tensor(train.images),
        train_labels=_tensor(train.labels),
        val_images=_tensor(val.images),
        val_labels=_tensor(val.labels),
        class_names=_names(values, raw.class_names),
        digest=digest(train, val),
    )


def _values(name: str, raw: Raw) -> Labels:
    """The distinct labels of the training images, rising; validation may hold no other."""
    values = np.unique(raw.train.labels)
    if len(values) == 0:
        raise DataError(f"{name}: expected images; got none; point to data with training images")
    if len(values) == 1:
        only = _names(values, raw.class_names)[0]
        raise DataError(f"{name}: expected two classes or more; got only '{only}'; add another")
    if raw.val is None:
        return values
    if len(raw.val.labels) == 0:
        raise DataError(
            f"{name}: expected validation images; got none; add some, or leave the validation part"
            " out to have it split off"
        )
    unknown = np.setdiff1d(raw.val.labels, values)
    if len(unknown):
        names = ", ".join(_names(unknown, raw.class_names)[:5])
        raise DataError(
            f"{name}: expected every validation class among the training classes; got {names}"
            " without a training image; add training images or remove the class"
        )
    return values


def _check_divisible(name: str, labels: Labels, values: Labels, names: Mapping[int, str]) -> None:
    counts = np.bincount(labels, minlength=len(values))
    if counts.min() < 2:
        poor = _names(values[counts < 2], names)
        raise DataError(
            f"{name}: expected two images or more per class, to split off validation images; got"
            f" one for {', '.join(poor[:5])}; add images or remove the class"
        )


def _relabel(part: Labelled, values: Labels) -> Labelled:
    return Labelled(
        images=part.images, labels=np.searchsorted(values, part.labels).astype(np.int64)
    )


def _pick(part: Labelled, indices: Labels) -> Labelled:
    return Labelled(images=part.images[indices], labels=part.labels[indices])


def _names(values: Labels, names: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(names.get(int(value), str(int(value))) for value in values)


def _tensor(array: Pixels | Labels) -> torch.Tensor:
    return torch.from_numpy(np.require(array, requirements=["C", "W", "O"]))
