"""The IDX parser: official namings, and every way in which a file can be damaged."""

import contextlib
import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nas.data import DataError, load
from nas.data.idx import parse

Writer = Callable[..., Path]
Fails = Callable[..., str]
GOOD = struct.pack(">HBBIII", 0, 8, 3, 2, 3, 2) + bytes(range(12))


@pytest.mark.parametrize("joint", ["-", "."])
@pytest.mark.parametrize("packed", [False, True])
def test_both_namings_plain_or_packed(joint: str, packed: bool, idx_dir: Writer) -> None:
    dataset = load(f"idx:{idx_dir(joint=joint, packed=packed)}", seed=0)
    assert dataset.size == (5, 4)
    assert dataset.classes == 3
    assert len(dataset.train_labels) == 16


def test_values_are_read_in_order() -> None:
    array = parse(io.BytesIO(GOOD), name="f", rank=3)
    assert array.tolist() == np.arange(12).reshape(2, 3, 2).tolist()


def test_a_missing_file_is_named(idx_dir: Writer, fails: Fails) -> None:
    fails(f"idx:{idx_dir(labels=None)}", "train-labels-idx1-ubyte", "none of them")


def test_other_lengths_of_labels_are_refused(idx_dir: Writer, fails: Fails) -> None:
    labels = struct.pack(">HBBI", 0, 8, 1, 3) + bytes(3)
    fails(f"idx:{idx_dir(labels=labels)}", "20 images", "3 labels")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["ends after 0"]),
        (GOOD[:10], ["ends after 10"]),
        (b"\x1f\x8b" + GOOD[2:], ["two zero bytes", "1f 8b"]),
        (b"\0\0\x0d" + GOOD[3:], ["type 0d"]),
        (b"\0\0\x08\x01" + GOOD[4:], ["3 axes", "swapped"]),
        (GOOD[:-1], ["only 11", "12 bytes"]),
        (GOOD + b"\0", ["more"]),
        (struct.pack(">HBBIII", 0, 8, 3, 0, 28, 28), ["empty axis"]),
        (struct.pack(">HBBIII", 0, 8, 3, *[2**32 - 1] * 3), ["only 0"]),
    ],
)
def test_a_damaged_file_is_named(
    content: bytes, words: list[str], idx_dir: Writer, fails: Fails
) -> None:
    fails(f"idx:{idx_dir(images=content or None)}" if content else _empty(idx_dir), *words)


def _empty(idx_dir: Writer) -> str:
    folder = idx_dir()
    (folder / "train-images-idx3-ubyte").write_bytes(b"")
    return f"idx:{folder}"


@pytest.mark.parametrize("damage", [slice(0, 40), slice(5, None)])
def test_a_damaged_gzip_is_named(damage: slice, idx_dir: Writer, fails: Fails) -> None:
    folder = idx_dir(packed=True)
    path = folder / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[damage])
    fails(f"idx:{folder}", "train-images-idx3-ubyte.gz", "fetch it again")


@settings(deadline=None)
@given(cut=st.integers(0, len(GOOD)), tail=st.binary(max_size=24), rank=st.sampled_from([1, 3]))
def test_garbled_bytes_raise_nothing_but_data_errors(cut: int, tail: bytes, rank: int) -> None:
    with contextlib.suppress(DataError):
        array = parse(io.BytesIO(GOOD[:cut] + tail), name="fuzz", rank=rank)
        assert array.dtype == np.uint8
        assert array.ndim == rank


@settings(deadline=None)
@given(place=st.integers(0, len(GOOD) - 1), value=st.integers(0, 255))
def test_one_changed_byte_raises_nothing_but_data_errors(place: int, value: int) -> None:
    content = bytearray(GOOD)
    content[place] = value
    try:
        parse(io.BytesIO(content), name="fuzz", rank=3)
    except DataError:
        assert place < 16  # the header; any pixel is a pixel
