"""Every mistake on the command line costs one line and exit code 2, and leaves nothing behind."""

from pathlib import Path

import numpy as np
import pytest
import torch

from nas.search import main

TOY = ("--space", "tests.nas.toy:SPACE", "--data", "digits", "--resolution", "8")
FLAGS = {
    "no such space": ("--space", "nothing"),
    "no such module": ("--space", "no.such.module:SPACE"),
    "no such attribute": ("--space", "tests.nas.toy:NOTHING"),
    "no space": ("--space", "tests.nas.toy:MOODS"),
    "malformed": ("--budget", "many"),
    "a negative number": ("--budget", "-30M"),
    "upside down": ("--budget", "30M-5M"),
    "nothing below": ("--budget", "0-0"),
    "empty": ("--budget", ""),
    "above the space": ("--budget", "1G-2G"),
    "below the space": ("--macs", "1-2"),
    "between two networks": ("--flops", "50.6M-50.7M"),
    "no such knob": ("--fix", "depth=3"),
    "no such choice": ("--fix", "width=5"),
    "no value": ("--choices", "width="),
    "no choice left": ("--fix", "width=4", "--choices", "width=8,12"),
    "no such objective": ("--objectives", "accuracy,beauty"),
    "no accuracy": ("--objectives", "params"),
    "twice": ("--objectives", "accuracy,params,params"),
    "no such data": ("--data", "cats"),
    "no argument": ("--data", "folder:"),
    "no such folder": ("--data", "folder:/no/such/folder"),
    "no such file": ("--data", "npz:/no/such/file.npz"),
    "no such idx": ("--data", "idx:/no/such/folder"),
    "does not pool": ("--resolution", "6"),
    "does not scale": ("--width-scale", "0.1"),
    "too wide": ("--width-scale", "2"),
    "no share": ("--data-share", "0"),
    "more than all": ("--data-share", "1.5"),
    "no epoch": ("--epochs", "0"),
    "more epochs than anyone can wait for": ("--epochs", "9" * 24),
    "too few to score": ("--val-limit", "3"),
    "no batch statistics": ("--batch-size", "1"),
    "no rate": ("--learning-rate", "0"),
    "no number": ("--mixup", "nan"),
    "no decay": ("--ema", "1"),
    "no layer left": ("--drop-path", "1"),
    "compiled on a CPU": ("--execution", "compile"),
    "graphs without a GPU": ("--execution", "cuda-graphs"),
    "no such execution": ("--execution", "jit"),
    "not known to the networks": ("--checkpointing",),
    "checkpointing compiled": ("--checkpointing", "--execution", "compile"),
    "no trial": ("--trials", "0"),
    "half a trial": ("--trials", "2.5"),
    "no time": ("--minutes", "0"),
    "endless": ("--minutes", "inf"),
    "no such sampler": ("--sampler", "luck"),
    "negative seed": ("--seed=-1",),
    "no worker": ("--workers", "0"),
    "workers inline": ("--workers", "4", "--runner", "inline"),
    "workers without end": ("--workers", "9999"),
    "a cluster inline": ("--ray-address", "auto", "--runner", "inline"),
    "no such runner": ("--runner", "dask"),
    "no such device": ("--device", "tpu"),
    "no gpu": ("--device", "cuda"),
    "no gpu for trials": ("--gpus-per-trial", "1"),
    "no gpu inline": ("--gpus-per-trial", "1", "--runner", "inline"),
    "no share of a gpu": ("--gpus-per-trial", "some"),
    "out of its folder": ("--study", "../x"),
    "nameless": ("--study", ""),
    "long": ("--study", "x" * 101),
    "no storage": ("--storage", "nonsense"),
    "empty storage": ("--storage", ""),
    "no such host's driver": ("--storage", "oracle+nodriver://me:secret@host/db"),
    "no such flag": ("--epoch", "2"),
    "no argument to a flag": ("--trials",),
}


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on a machine that has one."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def complaint(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line of a command that ends with exit code 2."""
    try:
        code: object = main(arguments)
    except SystemExit as left:
        code = left.code
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    return said.err


@pytest.mark.parametrize("mistake", FLAGS)
def test_it_is_one_line(mistake: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = FLAGS[mistake]
    told = complaint(["--out", str(tmp_path / "runs"), *TOY, *flags], capsys)
    assert "secret" not in told
    assert not (tmp_path / "runs").exists()


def test_a_space_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--space" in complaint([], capsys)


def test_a_budget_taken_for_a_flag_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--budget=-30M" in complaint([*TOY, "--budget", "-30M"], capsys)


@pytest.mark.parametrize(
    ("flags", "bound"),
    [(("--budget", "1G-2G"), "--budget"), (("--macs", "1-2"), "--macs")],
)
def test_an_unsatisfiable_window_names_its_bound_and_the_range_of_the_space(
    flags: tuple[str, str], bound: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = complaint([*TOY, *flags, "--out", str(tmp_path)], capsys)
    assert bound in told
    assert ("19.8K" if bound == "--budget" else "50.59M") in told


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_a_file_in_place_of_the_folder_is_one_line(
    out: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("kept")
    told = complaint([*TOY, "--out", str(tmp_path / out), "--runner", "inline"], capsys)
    assert "--out" in told
    assert (tmp_path / "file").read_text() == "kept"


def test_one_class_is_not_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    images, labels = np.zeros((4, 8, 8), np.uint8), np.zeros(4, np.int64)
    parts = {f"{part}_images": images for part in ("train", "val")}
    parts |= {f"{part}_labels": labels for part in ("train", "val")}
    np.savez(tmp_path / "one.npz", **parts)
    data = f"npz:{tmp_path / 'one.npz'}"
    told = complaint([*TOY, "--data", data, "--out", str(tmp_path / "runs")], capsys)
    assert "two classes" in told
    assert not (tmp_path / "runs").exists()
