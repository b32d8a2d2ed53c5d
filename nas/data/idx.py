"""A folder of the MNIST family's official IDX files (MNIST, Fashion-MNIST, KMNIST, ...).

IDX: two zero bytes, one byte of type (8: uint8), one byte of rank, then one big-endian 32-bit
length per axis, then the values. Validation images are split off the training files; the t10k files
are the held-out test set and stay unread.
"""

import gzip
import math
import zlib
from pathlib import Path
from typing import Protocol

import numpy as np

from nas.data.base import Labelled, Pixels, Raw
from nas.data.errors import DataError

UINT8 = 8  # the code for unsigned bytes
CHUNK = 1 << 24  # bytes read at a time


class Readable(Protocol):
    """An open file, plain or gzip."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end."""
        ...


def read(argument: str, /) -> Raw:
    """Read `train-images` and `train-labels` (`-idx3-ubyte` or `.idx3-ubyte`, plain or .gz)."""
    folder = Path(argument).expanduser()
    if not folder.exists():
        raise DataError(f"idx: expected a folder; nothing is at {folder}; check the path")
    if not folder.is_dir():
        raise DataError(f"idx: expected a folder; {folder} is a file; give the folder it lies in")
    images = read_file(_find(folder, "train-images", "idx3-ubyte"), rank=3)
    labels = read_file(_find(folder, "train-labels", "idx1-ubyte"), rank=1)
    if len(images) != len(labels):
        raise DataError(
            f"idx: expected as many labels as images; got {len(images)} images and {len(labels)}"
            f" labels in {folder}; take both files from one copy of the data"
        )
    return Raw(train=Labelled(images=images[:, None], labels=labels.astype(np.int64)))


def read_file(path: Path, *, rank: int) -> Pixels:
    """The array in one file, `n` for rank 1, `n h w` for rank 3; DataError where it is damaged."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            return parse(stream, name=path.name, rank=rank)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"idx: expected a readable file; {path.name}: {str(error) or 'ends early'};"
            " fetch it again"
        ) from error


def parse(stream: Readable, *, name: str, rank: int) -> Pixels:
    """Header, then exactly as many bytes as it announces; reads no more than that, plus one."""
    header = stream.read(4 + 4 * rank)
    if len(header) < 4 + 4 * rank:
        raise DataError(
            f"idx: expected a header of {4 + 4 * rank} bytes; {name} ends after {len(header)};"
            " fetch it again"
        )
    _check_magic(header[:4], name=name, rank=rank)
    shape = tuple(int(axis) for axis in np.frombuffer(header, dtype=">u4", offset=4))
    if min(shape) == 0:
        raise DataError(f"idx: expected no empty axis; {name} has shape {shape}; fetch it again")
    expected = math.prod(shape)
    payload = _read_up_to(stream, expected + 1)
    if len(payload) != expected:
        came = f"only {len(payload)}" if len(payload) < expected else "more"
        raise DataError(
            f"idx: expected {expected} bytes for shape {shape}; {name} has {came}; fetch it again"
        )
    return np.frombuffer(payload, dtype=np.uint8).reshape(shape)


def _check_magic(magic: bytes, *, name: str, rank: int) -> None:
    if magic[:2] != b"\0\0":
        raise DataError(
            f"idx: expected a file that starts with two zero bytes; {name} starts with"
            f" {magic[:2].hex(' ')}; is it an IDX file (if compressed: named .gz)?"
        )
    if magic[2] != UINT8:
        raise DataError(
            f"idx: expected unsigned bytes (type 08); {name} has type {magic[2]:02x};"
            " convert it to bytes"
        )
    if magic[3] != rank:
        raise DataError(
            f"idx: expected {rank} axes; {name} has {magic[3]}; are images and labels swapped?"
        )


def _read_up_to(stream: Readable, count: int) -> bytes:
    """At most `count` bytes, piece by piece: a garbled length must not reserve memory."""
    pieces = bytearray()
    while len(pieces) < count:
        piece = stream.read(min(CHUNK, count - len(pieces)))
        if not piece:
            break
        pieces += piece
    return bytes(pieces)


def _find(folder: Path, stem: str, kind: str) -> Path:
    names = [f"{stem}{joint}{kind}{end}" for joint in "-." for end in ("", ".gz")]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise DataError(
        f"idx: expected {names[0]} (or {', '.join(names[1:])}) in {folder}; got none of them;"
        " copy the official file there"
    )
