"""Trained weights taken home: with what they must be given, they are as good as in the search."""

import json

import pytest
import torch

from nas import export
from nas.commandline import run
from nas.core.cost import Cost
from nas.core.errors import InputError
from nas.data import load
from nas.exporting import load_exported, room, trial
from nas.exporting.card import _names
from nas.study.run import read_run
from tests.nas import ran


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    longer = ("--epochs", "3", "--data-share", "0.5", "--no-published", "--trials", "2")
    return ran.networks(tmp_path_factory.mktemp("runs"), "toys", "--val-limit", "359", *longer)


def taken_home(folder, out, **wanted):
    """The best of the run, and what config.json says of it."""
    complete = [one for one in read_run(folder).records if one.complete and one.role == "search"]
    best = max(complete, key=lambda one: one.accuracy)
    told = ["--study", str(folder), "--trial", str(best.number), "--weights", "proxy"]
    assert run(lambda: export.main([*told, "--out", str(out)])) == 0
    return best, json.loads((out / "config.json").read_text())


def test_with_images_prepared_as_the_card_says_the_accuracy_is_that_of_the_search(folder, tmp_path):
    best, facts = taken_home(folder, tmp_path / "out")
    data = load("digits", seed=0)
    mean, std = (torch.tensor(facts["inputs"][name]).view(-1, 1, 1) for name in ("mean", "std"))
    pixels, model = data.val_images / 255, load_exported(tmp_path / "out")

    def accuracy(images):
        with torch.no_grad():
            return float((model(images).argmax(1) == data.val_labels).double().mean())

    assert best.accuracy > 0.3
    assert accuracy((pixels - mean) / std) == pytest.approx(best.accuracy)
    assert accuracy(pixels) < best.accuracy
    assert facts["inputs"]["class_names"] == list(data.class_names)
    card = (tmp_path / "out" / "MODEL_CARD.md").read_text()
    assert f"less {facts['inputs']['mean'][0]:g} and divided by" in card
    assert "These weights reached an accuracy of" in card


def test_where_the_images_are_gone_the_card_says_what_is_not_known(
    folder, tmp_path, monkeypatch, capsys
):
    def gone(*_):
        raise InputError("digits: no longer there")

    monkeypatch.setattr(trial, "prepared", gone)
    _, facts = taken_home(folder, tmp_path / "out")
    assert facts["inputs"] is None
    assert "normalised is not known" in (tmp_path / "out" / "MODEL_CARD.md").read_text()
    assert "no longer there" in capsys.readouterr().err


def test_many_classes_are_counted_and_none_is_markup():
    told = _names([f"<b>`{number}\n" for number in range(25)])
    assert told.startswith(r"\<b\>\`0, \<b\>\`1, ")
    assert "\n" not in told
    assert told.endswith(" and 5 more in `config.json`")


def test_memory_that_is_not_there_costs_a_line_before_it_is_asked_for(tmp_path, monkeypatch):
    cost = Cost(params=10_000_000, macs=1, flops=1, activations=100_000_000)
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:     500000 kB\n")
    monkeypatch.setattr(room, "MEMINFO", tmp_path / "meminfo")
    with pytest.raises(InputError, match=r"takes 0\.6 GB of memory or more, and 0\.512 GB are"):
        room.check_room(cost)
    (tmp_path / "meminfo").write_text("MemAvailable:     600000 kB\n")
    room.check_room(cost)
    monkeypatch.setattr(room, "MEMINFO", tmp_path / "nowhere")
    room.check_room(cost)
