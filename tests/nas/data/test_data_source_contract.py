"""What every source must hold, whatever it reads."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from nas.data import SOURCES, Dataset, load, prepare
from nas.data.fashion_mnist import DEBIAN

Writer = Callable[..., Path]


def _mnist5k(request: pytest.FixtureRequest) -> str:
    return "mnist5k"


def _digits(request: pytest.FixtureRequest) -> str:
    return "digits"


def _fashion(request: pytest.FixtureRequest) -> str:
    if not DEBIAN.is_dir():
        pytest.skip("Debian's package dataset-fashion-mnist is not installed")
    return "fashion-mnist"


def _idx(request: pytest.FixtureRequest) -> str:
    return f"idx:{request.getfixturevalue('idx_dir')()}"


def _folder(request: pytest.FixtureRequest) -> str:
    return f"folder:{request.getfixturevalue('picture_folder')()}"


def _npz(request: pytest.FixtureRequest) -> str:
    return f"npz:{request.getfixturevalue('npz_file')()}"


EXAMPLES: dict[str, Callable[[pytest.FixtureRequest], str]] = {
    "mnist5k": _mnist5k,
    "digits": _digits,
    "fashion-mnist": _fashion,
    "idx:DIR": _idx,
    "folder:PATH[@SIZE]": _folder,
    "npz:PATH": _npz,
}


@pytest.fixture(params=list(EXAMPLES))
def source(request: pytest.FixtureRequest) -> str:
    return EXAMPLES[request.param](request)


def test_every_source_stands_in_this_contract() -> None:
    assert list(EXAMPLES) == list(SOURCES)


def test_a_source_keeps_the_contract(source: str) -> None:
    dataset = load(source, seed=0)
    assert dataset.name == source
    _check_parts(dataset)
    assert sorted(set(dataset.train_labels.tolist())) == list(range(dataset.classes))
    assert set(dataset.val_labels.tolist()) <= set(range(dataset.classes))
    assert dataset.channels in (1, 3)
    assert dataset.train_images.shape[2:] == dataset.size
    assert len(dataset.digest) == 64
    again = load(source, seed=0)
    assert again.digest == dataset.digest
    assert torch.equal(again.train_images, dataset.train_images)
    prepared = prepare(dataset, resolution=12, share=0.5, seed=0, val_limit=None, distortion=None)
    assert prepared.train_images.shape[1:] == (dataset.channels, 12, 12)
    assert prepared.train_images.isfinite().all()


def _check_parts(dataset: Dataset) -> None:
    for images, labels in (
        (dataset.train_images, dataset.train_labels),
        (dataset.val_images, dataset.val_labels),
    ):
        assert images.dtype == torch.uint8
        assert labels.dtype == torch.int64
        assert images.ndim == 4
        assert labels.shape == (len(images),)
        assert len(images) > 0
        assert images.is_contiguous()
        assert images.max() > 200  # the whole range of a byte is in use
