"""MedMNIST-like files: what is read, and every wrong array."""

import contextlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nas.data import DataError, load

Writer = Callable[..., Path]
Fails = Callable[..., str]


def test_the_given_split_is_kept(npz_file: Writer) -> None:
    dataset = load(f"npz:{npz_file()}", seed=0)
    assert len(dataset.train_labels) == 20
    assert len(dataset.val_labels) == 10
    assert dataset.channels == 3
    assert dataset.digest == load(f"npz:{npz_file()}", seed=9).digest  # no seed in a given split


def test_grey_images_and_flat_labels(npz_file: Writer) -> None:
    grey = np.random.default_rng(0).integers(0, 256, (20, 6, 5), dtype=np.uint8)
    path = npz_file(
        train_images=grey,
        train_labels=np.arange(20) % 2,
        val_images=None,
        val_labels=None,
    )
    dataset = load(f"npz:{path}", seed=0)
    assert dataset.channels == 1
    assert dataset.size == (6, 5)
    assert len(dataset.val_labels) == 4


def test_labels_with_gaps_are_renumbered_and_keep_their_names(npz_file: Writer) -> None:
    labels = np.array([-3, 7, 200, 7] * 5)
    dataset = load(f"npz:{npz_file(train_labels=labels, val_labels=labels[:10])}", seed=0)
    assert dataset.class_names == ("-3", "7", "200")
    assert dataset.train_labels[:4].tolist() == [0, 1, 2, 1]


@pytest.mark.parametrize("key", ["train_images", "train_labels", "val_images", "val_labels"])
def test_a_missing_array_is_named(key: str, npz_file: Writer, fails: Fails) -> None:
    fails(f"npz:{npz_file(**{key: None})}", f"missing: {key}")


def test_the_test_arrays_may_be_absent_or_wrong(npz_file: Writer) -> None:
    load(f"npz:{npz_file(test_images=None, test_labels=np.array([None]))}", seed=0)


WITH_NAN = np.full((20, 6, 6), np.nan, dtype=np.float32)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"train_images": np.zeros((20, 6, 6))}, ["train_images", "float64"]),
        ({"train_images": WITH_NAN}, ["float32", "NaN"]),
        ({"val_images": np.zeros((10, 6, 6), dtype=np.int16)}, ["val_images", "int16"]),
        ({"train_images": np.zeros((20, 6, 6, 6), dtype=np.uint8)}, ["(20, 6, 6, 6)"]),
        ({"train_images": np.zeros((20, 36), dtype=np.uint8)}, ["(20, 36)"]),
        ({"train_images": np.zeros((20, 0, 6), dtype=np.uint8)}, ["(20, 0, 6)"]),
        ({"val_images": np.zeros((10, 7, 6, 3), dtype=np.uint8)}, ["(3, 7, 6)", "one size"]),
        ({"train_labels": np.zeros(20)}, ["train_labels", "float64"]),
        ({"train_labels": np.full(20, np.nan)}, ["train_labels", "NaN"]),
        ({"train_labels": np.zeros((20, 14), dtype=int)}, ["(20, 14)", "several labels"]),
        ({"train_labels": np.arange(19)}, ["19 labels", "20 images"]),
        ({"train_labels": np.array([{}] * 20)}, ["train_labels", "Python objects"]),
        ({"train_images": np.array([None] * 20)}, ["train_images", "Python objects"]),
        ({"train_labels": np.full(20, 5)}, ["two classes", "'5'"]),
        ({"val_labels": np.full(10, 9)}, ["9", "without a training image"]),
        (
            {"val_images": np.zeros((0, 6, 6, 3), np.uint8), "val_labels": np.zeros(0, int)},
            ["validation images"],
        ),
        (
            {
                "train_labels": np.array([0] * 19 + [1]),
                "val_images": None,
                "val_labels": None,
            },
            ["two images or more per class", "one for 1"],
        ),
        (
            {"train_images": np.zeros((0, 6, 6, 3), np.uint8), "train_labels": np.zeros(0, int)},
            ["expected images"],
        ),
    ],
)
def test_a_wrong_array_is_named(
    changes: dict[str, np.ndarray | None], words: list[str], npz_file: Writer, fails: Fails
) -> None:
    fails(f"npz:{npz_file(**changes)}", *words)


def test_a_pickle_is_never_run(tmp_path: Path, npz_file: Writer, fails: Fails) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "sprung",)  # type: ignore[return-value]

    trap = np.empty(20, dtype=object)
    trap[:] = [Trap() for _ in range(20)]
    fails(f"npz:{npz_file(train_labels=trap)}", "refused unread")
    assert not (tmp_path / "sprung").exists()


def test_a_folder_is_refused(tmp_path: Path, fails: Fails) -> None:
    fails(f"npz:{tmp_path}", "is no plain file")


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"\x80\x04N."])
def test_what_is_no_zip_is_refused(content: bytes, tmp_path: Path, fails: Fails) -> None:
    (tmp_path / "bad.npz").write_bytes(content)
    fails(f"npz:{tmp_path}/bad.npz", "bad.npz", "zip of arrays")


def test_a_truncated_file_is_named(npz_file: Writer, fails: Fails) -> None:
    path = npz_file()
    path.write_bytes(path.read_bytes()[:-100])
    fails(f"npz:{path}", "data.npz")


def test_a_damaged_array_is_named(npz_file: Writer, fails: Fails) -> None:
    path = npz_file()
    content = bytearray(path.read_bytes())
    content[300:400] = bytes(100)  # inside the first array: its checksum no longer fits
    path.write_bytes(bytes(content))
    fails(f"npz:{path}", "data.npz", "train_images")


def test_members_that_are_no_arrays_are_refused(tmp_path: Path, fails: Fails) -> None:
    path = tmp_path / "text.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for key in ("train_images", "train_labels"):
            archive.writestr(f"{key}.npy", "not an array")
    fails(f"npz:{path}", "text.npz")


def test_random_damage_raises_nothing_but_data_errors(npz_file: Writer) -> None:
    path = npz_file()
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(150):
        content = bytearray(whole)
        for place in rng.integers(0, len(whole), 4):
            content[place] = rng.integers(0, 256)
        path.write_bytes(bytes(content[: rng.integers(len(whole) // 2, len(whole) + 1)]))
        with contextlib.suppress(DataError):
            load(f"npz:{path}", seed=0)
