"""An exported folder gives the same logits again, and is either complete or not there."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file
from toy_space import SPACE, Toy

from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.core.space import find_space
from nas.exporting import Origin, export, load_exported
from nas.exporting.write import initialised

SETTING = Setting(resolution=8, classes=5, channels=1)
NETWORK = Toy(width=8)
IMAGES = torch.rand(3, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def write(out, **changed):
    export(SPACE, NETWORK, out, **{"setting": SETTING, "space_name": "toy_space:SPACE", **changed})
    return out


def trained(path):
    """A state dict as a proxy training keeps it, batch statistics included."""
    model = initialised(SPACE, SPACE.adapt(NETWORK, SETTING), seed=3).train()
    model(IMAGES)
    save_file(model.state_dict(), path)
    return model.eval()


def test_the_loaded_network_gives_the_logits_of_the_one_that_was_trained(tmp_path):
    model = trained(tmp_path / "kept.safetensors")
    loaded = load_exported(write(tmp_path / "out", weights=tmp_path / "kept.safetensors"))
    assert torch.equal(loaded(IMAGES), model(IMAGES))
    assert loaded(IMAGES).shape == (3, 5)


def test_untrained_weights_are_those_of_the_seed(tmp_path):
    first, same, other = (
        load_file(write(tmp_path / str(index), seed=seed) / "model.safetensors")
        for index, seed in enumerate((1, 1, 2))
    )
    assert torch.equal(first["1.weight"], same["1.weight"])
    assert not torch.equal(first["1.weight"], other["1.weight"])


def test_the_global_random_numbers_are_left_alone(tmp_path):
    before = torch.random.get_rng_state()
    load_exported(write(tmp_path / "out"))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_the_folder_says_which_network_it_is(tmp_path):
    origin = Origin(study="runs/first", trial=7, key="abc")
    out = write(tmp_path / "out", origin=origin, seed=4)
    facts = json.loads((out / "config.json").read_text())
    assert facts["space"] == "toy_space:SPACE"
    assert facts["configuration"] == {"width": 8, "resolution": 8, "classes": 5, "channels": 1}
    assert facts["setting"]["resolution"] == 8
    assert (facts["weights"], facts["seed"]) == ("untrained", 4)
    assert (facts["study"], facts["trial"], facts["key"]) == ("runs/first", 7, "abc")
    assert facts["versions"]["torch"]
    note = (out / "MODEL_CARD.md").read_text()
    assert "trial 7 of runs/first" in note
    assert "untrained" in note


def test_a_registered_space_is_found_and_its_package_noted(tmp_path):
    space, small = find_space("accvit"), Setting(resolution=32, classes=10, width_scale=0.25)
    export(space, space.published["femto"], tmp_path / "out", setting=small)
    facts = json.loads((tmp_path / "out" / "config.json").read_text())
    assert "accvit-nas" in facts["versions"]
    assert "x 0.25" in (tmp_path / "out" / "MODEL_CARD.md").read_text()
    params = sum(parameter.numel() for parameter in load_exported(tmp_path / "out").parameters())
    assert params == facts["cost"]["params"]


def test_an_empty_folder_may_be_filled(tmp_path):
    (tmp_path / "out").mkdir()
    assert load_exported(write(tmp_path / "out"))


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_is_already_there_is_never_touched(tmp_path, kind):
    taken = tmp_path / "out"
    (taken / "mine").mkdir(parents=True) if kind == "folder" else taken.write_text("mine")
    with pytest.raises(InputError, match="expected a new or empty folder"):
        write(taken)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("wrong", ["missing", "garbage", "another network", "too few"])
def test_wrong_weights_leave_no_folder_behind(tmp_path, wrong):
    path = tmp_path / "weights"
    trained(path)
    if wrong == "missing":
        path.unlink()
    elif wrong == "garbage":
        path.write_bytes(b"pickle?")
    elif wrong == "another network":
        save_file({"other": torch.zeros(1)}, path)
    else:
        save_file({"1.weight": load_file(path)["1.weight"]}, path)
    with pytest.raises(InputError, match="weights"):
        write(tmp_path / "out", weights=path)
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out*"))


def test_a_setting_that_the_space_cannot_take_is_its_own_error(tmp_path):
    with pytest.raises(InputError, match="expected an even number"):
        write(tmp_path / "out", setting=Setting(resolution=7))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "expected JSON"),
        ("[]", '"space"'),
        ('{"space": "toy_space:SPACE"}', '"configuration"'),
        ('{"space": "toy_space:SPACE", "configuration": {"wide": 1}}', "no network of toy"),
        ('{"space": "nowhere", "configuration": {}}', "unknown"),
    ],
)
def test_a_folder_that_is_no_export_is_refused_in_words(tmp_path, text, said):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(InputError, match=said):
        load_exported(tmp_path)


def test_a_folder_that_does_not_exist_is_refused_in_words(tmp_path):
    with pytest.raises(InputError, match="expected an exported folder"):
        load_exported(tmp_path / "none")
