"""python -m nas.export: one trial becomes a folder, and every mistake costs one line."""

import json
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint

import pytest
import torch
from safetensors.torch import save_file

from nas import export
from nas.commandline import run
from nas.core.fidelity import Setting
from nas.core.space import find_space, key_of
from nas.exporting import load_exported
from nas.exporting.choice import parse_choice
from nas.exporting.trial import target_setting, trained_setting
from nas.exporting.write import initialised
from nas.study.record import Record

SPACE = find_space("accvit")
FEMTO = SPACE.encode(SPACE.published["femto"])
SETTINGS = {
    "space": "accvit",
    "target": {"resolution": 32, "classes": 7, "channels": 3},
    "fidelity": {"epochs": 1, "resolution": 64, "data_share": 0.5, "width_scale": 0.25},
    "data": {"source": "digits", "distortion": "clutter"},
    "objectives": ["accuracy", "params"],
    "classes": 4,
    "channels": 1,
}


def record(number, state="COMPLETE", role="search", key=None, **changed):
    return Record(
        number=number,
        key=key or key_of(FEMTO),
        role=role,
        label=None,
        state=state,
        replicate=0,
        seed=0,
        **{
            "genome": FEMTO,
            "params": 1,
            "macs": 1,
            "flops": 1,
            "accuracy": 0.5 if state == "COMPLETE" else None,
            "failure": "diverged: loss is nan" if state == "FAIL" else None,
            **changed,
        },
    )


@dataclass
class Study:
    """A study as `read_run` would give it back."""

    records: tuple = (
        record(0),
        record(1, "FAIL"),
        record(2, "RUNNING"),
        record(9, role="published"),
    )
    settings: dict = field(default_factory=lambda: SETTINGS)
    kept: object = None

    def weights(self, record):
        return self.kept


@pytest.fixture
def command(tmp_path, capsys):
    """Run the command on a study; gives (exit code, stdout, stderr)."""
    (tmp_path / "run").mkdir()

    def call(*arguments, study=None, folder="run"):
        out = [] if "--verify" in arguments else ["--out", str(tmp_path / "out")]
        study_free = {"--variant", "--verify"} & set(arguments)
        fixed = out if study_free else ["--study", str(tmp_path / folder), *out]
        found = study or Study()
        try:
            code = run(
                lambda: export.main([*fixed, *arguments], read=lambda folder, storage: found)
            )
        except SystemExit as stop:
            code = stop.code
        return code, *capsys.readouterr()

    return call


def test_a_trial_is_exported_at_the_studys_target(command, tmp_path):
    code, said, _ = command("--trial", "0")
    facts = json.loads((tmp_path / "out" / "config.json").read_text())
    assert code == 0
    assert "trial 0 at 32 px, 7 classes, untrained" in said
    assert (facts["trial"], facts["key"]) == (0, key_of(FEMTO))
    params = sum(parameter.numel() for parameter in load_exported(tmp_path / "out").parameters())
    assert params == facts["cost"]["params"]


FRONT = (
    record(0, key="a", accuracy=0.5, params=5_000_000, macs=3),
    record(1, key="b", accuracy=0.7, params=7_000_000, macs=9),
    record(2, key="c", accuracy=0.74, params=20_000_000, macs=4),
    record(3, "FAIL", key="d", params=1),
    record(4, key="e", role="published", accuracy=0.9, params=6_000_000),
)


@pytest.mark.parametrize(
    ("which", "number"),
    [
        ("best-under:10M", 1),
        ("best-under:20M", 2),
        ("best-under:8-macs", 2),
        ("knee", 1),
        ("2", 2),
    ],
)
def test_a_trial_may_be_named_by_what_it_is_best_at(which, number):
    assert export.chosen(FRONT, parse_choice(which), SETTINGS).number == number


def test_the_card_says_what_was_trained_and_how_to_export_it_again(command, tmp_path):
    assert command("--trial", "best-under:1M")[0] == 0
    card = (tmp_path / "out" / "MODEL_CARD.md").read_text()
    assert "50.0% on held-out images of `digits, distorted by clutter`" in card
    assert "1 epoch at 64 px, 50% of the training images, widths x 0.25" in card
    assert f"python -m nas.export --study {tmp_path / 'run'} --trial 0 --out DIR" in card


def test_a_published_network_needs_no_study_and_the_only_space_no_name(command, tmp_path):
    code, said, _ = command("--variant", "femto", "--resolution", "32", "--classes", "7")
    assert code == 0
    assert "femto at 32 px, 7 classes, untrained" in said
    assert said.endswith("; model.py is proven\n")
    assert "# ACC-ViT femto\n" in (tmp_path / "out" / "MODEL_CARD.md").read_text()
    code, said, _ = command("--verify", str(tmp_path / "out"))
    assert (code, "proven: 6 proofs hold" in said) == (0, True)
    (tmp_path / "out" / "golden.safetensors").unlink()
    code, said, _ = command("--verify", str(tmp_path / "out"))
    assert code == 1
    assert "not proven" in said


def test_where_several_spaces_are_installed_one_must_be_named(command, monkeypatch):
    two = [EntryPoint(name, "nowhere:SPACE", "nas.search_spaces") for name in ("mine", "yours")]
    monkeypatch.setattr(export, "entry_points", lambda group: two)
    complaint = command("--variant", "femto")[2]
    assert "expected --space as well, one of mine, yours" in complaint


def test_a_space_without_source_is_exported_and_what_is_missing_said(command, tmp_path):
    settings = {**SETTINGS, "space": "tests.nas.toy:SPACE"}
    toy = find_space("tests.nas.toy:SPACE")
    found = record(0, key="t", genome=toy.encode(toy.published["small"]))
    code, said, _ = command("--trial", "0", study=Study(records=(found,), settings=settings))
    assert code == 0
    assert said.endswith(
        "no model.py: the space has no source(configuration), see nas.core.source\n"
    )
    assert load_exported(tmp_path / "out")


def test_a_trial_of_another_space_is_told_by_its_knobs(command, tmp_path):
    foreign = record(0, key="f", genome={"width": 4, "kernel": 3})
    code, _, complaint = command("--trial", "0", study=Study(records=(foreign,)))
    assert code == 2
    assert complaint.count("\n") == 1
    assert "is no network of accvit" in complaint
    assert not (tmp_path / "out").exists()


def test_classes_and_resolution_may_be_others_than_the_studys():
    assert target_setting(Study(), resolution=64, classes=3) == Setting(
        resolution=64, classes=3, channels=3
    )


def test_proxy_weights_come_with_the_network_they_were_trained_in(command, tmp_path):
    setting = trained_setting(Study())
    model = initialised(SPACE, SPACE.adapt(SPACE.decode(FEMTO), setting), seed=5).eval()
    save_file(model.state_dict(), tmp_path / "kept.safetensors")
    study = Study(kept=tmp_path / "kept.safetensors")
    code, _, complaint = command("--trial", "0", "--weights", "proxy", study=study)
    assert (code, complaint) == (0, "")
    images = torch.rand(1, 1, 64, 64)
    with torch.no_grad():
        assert torch.equal(load_exported(tmp_path / "out")(images), model(images))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--trial", "12"), "--trial 12: no such trial; this study has 0 to 2"),
        (("--trial", "9"), "--trial 9: no such trial"),
        (("--trial", "1"), "--trial 1: it failed (diverged: loss is nan)"),
        (("--trial", "2"), "--trial 2: it is RUNNING"),
        (("--trial", "0", "--weights", "proxy", "--classes", "3"), "leave out --classes"),
        (("--trial", "0", "--weights", "best"), "argument --weights: invalid choice"),
        (("--trial", "0", "--resolution", "33"), "expected a multiple of 32"),
        (("--trial", "0", "--classes", "0"), "expected a whole number above 0"),
        (("--trial", "x"), "--trial x: expected a number, best-under:10M"),
        (("--trial", "best-under:1K-watts"), "expected a number, best-under:10M"),
        (("--trial", "best-under:0.5M-macs", "--weights", "all"), "argument --weights"),
        (("--trial", "knee"), "the front has 1 members; a knee needs three"),
        (("--trial", "0", "--space", "accvit"), "--space: belongs to --variant"),
        ((), "--study: expected --trial as well"),
        (("--variant", "huge"), "--variant huge: unknown; expected one of femto, pico"),
        (("--variant", "femto", "--trial", "0"), "--trial: belongs to --study"),
        (("--variant", "femto", "--weights", "proxy"), "a published network has none"),
        (("--variant", "femto", "--space", "none"), "--space none: unknown"),
        (("--verify", "nowhere"), "expected an exported folder with test_model.py"),
        (("--verify", "nowhere", "--onnx"), "leave out --onnx; it takes a folder alone"),
        (("--verify", "nowhere", "--trial", "3"), "leave out --trial"),
        (("--variant", "femto", "--classes", "9999999"), "GB of memory or more, and"),
        (("--variant", "femto", "--resolution", "9999968"), "GB of memory or more, and"),
    ],
)
def test_a_mistake_costs_one_line_and_exit_code_two(command, tmp_path, arguments, said):
    code, _, complaint = command(*arguments)
    assert code == 2
    assert said in complaint
    assert complaint.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_study_that_does_not_exist_is_one(command):
    code, _, complaint = command("--trial", "0", folder="nowhere")
    assert code == 2
    assert "expected runs/<study>" in complaint


def test_a_folder_that_is_no_study_is_one(tmp_path, capsys):
    arguments = ["--study", str(tmp_path), "--trial", "0", "--out", str(tmp_path / "out")]
    assert run(lambda: export.main(arguments)) == 2
    assert "run.json" in capsys.readouterr().err


def test_a_study_without_trials_says_so(command):
    assert "no trials yet" in command("--trial", "0", study=Study(records=()))[2]


def test_a_folder_that_is_not_empty_is_one(command, tmp_path):
    (tmp_path / "out" / "mine").mkdir(parents=True)
    code, _, complaint = command("--trial", "0")
    assert code == 2
    assert "this one is not empty" in complaint
