"""Small data sets on disk, one per format, and the check that an error is one helpful line."""

import gzip
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nas.data import DataError, load


@pytest.fixture
def fails() -> Callable[..., str]:
    """Loading (or calling) raises DataError with one line that holds each of the words."""

    def check(what: str | Callable[[], object], *words: str) -> str:
        with pytest.raises(DataError) as caught:
            load(what, seed=0) if isinstance(what, str) else what()
        message = str(caught.value)
        assert "\n" not in message
        assert 20 < len(message) < 600
        for word in words:
            assert word in message
        return message

    return check


@pytest.fixture
def idx_dir(tmp_path: Path) -> Callable[..., Path]:
    """Writes a folder of IDX files; parts can be replaced by other bytes or left out (None)."""

    def write(
        *,
        count: int = 20,
        joint: str = "-",
        packed: bool = False,
        images: bytes | None = b"",
        labels: bytes | None = b"",
        name: str = "idx",
    ) -> Path:
        rng = np.random.default_rng(0)
        pixels = rng.integers(0, 256, (count, 5, 4), dtype=np.uint8)
        if images == b"":
            images = struct.pack(">HBBIII", 0, 8, 3, count, 5, 4) + pixels.tobytes()
        if labels == b"":
            labels = struct.pack(">HBBI", 0, 8, 1, count) + bytes(i % 3 for i in range(count))
        folder = tmp_path / name
        folder.mkdir()
        for stem, content in (("train-images", images), ("train-labels", labels)):
            if content is None:
                continue
            rank = 3 if stem == "train-images" else 1
            path = folder / f"{stem}{joint}idx{rank}-ubyte{'.gz' if packed else ''}"
            path.write_bytes(gzip.compress(content) if packed else content)
        return folder

    return write


@pytest.fixture
def npz_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a MedMNIST-like file; keyword arguments replace arrays, None leaves one out."""

    def write(**changes: np.ndarray | None) -> Path:
        rng = np.random.default_rng(0)
        arrays: dict[str, np.ndarray | None] = {}
        for part, count in (("train", 20), ("val", 10), ("test", 10)):
            arrays[f"{part}_images"] = rng.integers(0, 256, (count, 6, 6, 3), dtype=np.uint8)
            arrays[f"{part}_labels"] = (np.arange(count) % 4).reshape(-1, 1).astype(np.uint8)
        arrays |= changes
        path = tmp_path / "data.npz"
        present: dict[str, Any] = {key: array for key, array in arrays.items() if array is not None}
        np.savez(path, **present)
        return path

    return write


@pytest.fixture
def picture_folder(tmp_path: Path) -> Callable[..., Path]:
    """Writes class folders of random pictures into a folder and returns it."""

    def write(
        name: str = "pictures",
        *,
        classes: tuple[str, ...] = ("ant", "bee"),
        count: int = 5,
        size: tuple[int, int] = (8, 8),
        mode: str = "RGB",
        suffix: str = ".png",
        stem: str = "",
    ) -> Path:
        rng = np.random.default_rng(0)
        for class_name in classes:
            folder = tmp_path / name / class_name
            folder.mkdir(parents=True, exist_ok=True)
            for index in range(count):
                pixels = rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
                image = Image.fromarray(pixels).convert(mode)
                image.save(folder / f"{stem}{index}{suffix}")
        return tmp_path / name

    return write
