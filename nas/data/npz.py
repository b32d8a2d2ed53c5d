"""One .npz file by MedMNIST's convention (arXiv:2110.14795): {train,val,test}_{images,labels}.

Images are uint8 `n h w` or `n h w 3`, labels integers `n` or `n 1`. Without val arrays, validation
images are split off the training images; the test arrays stay unread. Pickles are never loaded.
"""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nas.data.base import Labelled, Labels, Pixels, Raw
from nas.data.errors import DataError

Array = npt.NDArray[Any]
# What numpy and zipfile raise on damaged files; NotImplementedError is a RuntimeError.
DAMAGED = (
    EOFError,
    KeyError,
    MemoryError,
    OSError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def read(argument: str, /) -> Raw:
    """Read the file at the path."""
    path = Path(argument).expanduser()
    if not path.exists():
        raise DataError(f"npz: expected a file; nothing is at {path}; check the path")
    if not path.is_file():
        raise DataError(f"npz: expected a file; {path} is no plain file; give the .npz file itself")
    if not zipfile.is_zipfile(path):
        raise DataError(
            f"npz: expected a zip of arrays, as numpy.savez writes; {path.name} is none, or is"
            " truncated; write or fetch it again"
        )
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return _read(arrays, path.name)
    except DataError:
        raise
    except DAMAGED as error:
        raise DataError(
            f"npz: expected a readable file; {path.name}: {error}; write or fetch it again"
        ) from error


def _read(arrays: Mapping[str, Array], name: str) -> Raw:
    wanted = ["train_images", "train_labels"]
    has_val = "val_images" in arrays or "val_labels" in arrays
    wanted += ["val_images", "val_labels"] if has_val else []
    missing = [key for key in wanted if key not in arrays]
    if missing:
        raise DataError(
            f"npz: expected the arrays {', '.join(wanted)} in {name}; missing:"
            f" {', '.join(missing)}; it holds {', '.join(sorted(arrays)) or 'none'};"
            " rename or add them"
        )
    train = _part(arrays, "train", name)
    if not has_val:
        return Raw(train=train)
    val = _part(arrays, "val", name)
    if train.images.shape[1:] != val.images.shape[1:]:
        raise DataError(
            f"npz: expected train_images and val_images of one size; got {train.images.shape[1:]}"
            f" and {val.images.shape[1:]} (channels, height, width) in {name}; resize them alike"
        )
    return Raw(train=train, val=val)


def _part(arrays: Mapping[str, Array], part: str, name: str) -> Labelled:
    images = _images(_array(arrays, f"{part}_images", name), f"{name}: {part}_images")
    labels = _labels(_array(arrays, f"{part}_labels", name), f"{name}: {part}_labels")
    if len(images) != len(labels):
        raise DataError(
            f"npz: expected as many {part}_labels as {part}_images; got {len(labels)} labels and"
            f" {len(images)} images in {name}; write both from one list"
        )
    return Labelled(images=images, labels=labels)


def _array(arrays: Mapping[str, Array], key: str, name: str) -> Array:
    try:
        return np.asarray(arrays[key])
    except DAMAGED as error:
        pickled = "allow_pickle" in str(error)
        what = "it holds Python objects, which are refused unread" if pickled else error
        raise DataError(
            f"npz: expected a plain array of numbers; {name}: {key}: {what};"
            " write it as uint8 (images) or int64 (labels)"
        ) from error


def _images(array: Array, what: str) -> Pixels:
    if array.dtype != np.uint8:
        nan = " with NaN" if array.dtype.kind == "f" and bool(np.isnan(array).any()) else ""
        raise DataError(
            f"npz: expected uint8 images in 0..255; {what} is {array.dtype}{nan};"
            " scale, round and convert it to uint8"
        )
    pixels = array[..., None] if array.ndim == 3 else array
    if pixels.ndim != 4 or pixels.shape[-1] not in (1, 3) or 0 in pixels.shape[1:]:
        raise DataError(
            f"npz: expected images of shape n h w or n h w 3; {what} has shape {array.shape};"
            " transpose it or take slices"
        )
    return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))


def _labels(array: Array, what: str) -> Labels:
    if array.dtype.kind not in "iu":
        nan = " with NaN" if array.dtype.kind == "f" and bool(np.isnan(array).any()) else ""
        raise DataError(
            f"npz: expected integer labels; {what} is {array.dtype}{nan}; convert it to int64"
        )
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise DataError(
            f"npz: expected one label per image, shape n or n 1; {what} has shape {array.shape};"
            " several labels per image are not supported: choose one"
        )
    return array.astype(np.int64)
