"""python -m nas.export: one trial becomes a folder, and every mistake costs one line."""

import json
from dataclasses import dataclass, field

import pytest
import torch
from safetensors.torch import save_file

from nas import export
from nas.commandline import run
from nas.core.fidelity import Setting
from nas.core.space import find_space, key_of
from nas.exporting import load_exported
from nas.exporting.write import initialised
from nas.study.record import Record

SPACE = find_space("accvit")
FEMTO = SPACE.encode(SPACE.published["femto"])
SETTINGS = {
    "space": "accvit",
    "target": {"resolution": 32, "classes": 7, "channels": 3},
    "fidelity": {"epochs": 1, "resolution": 64, "data_share": 0.5, "width_scale": 0.25},
    "classes": 4,
    "channels": 1,
}


def record(number, state="COMPLETE", role="search"):
    return Record(
        number=number,
        key=key_of(FEMTO),
        role=role,
        label=None,
        state=state,
        replicate=0,
        seed=0,
        genome=FEMTO,
        params=1,
        macs=1,
        flops=1,
        accuracy=0.5 if state == "COMPLETE" else None,
        failure="diverged: loss is nan" if state == "FAIL" else None,
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
        fixed = ["--study", str(tmp_path / folder), "--out", str(tmp_path / "out")]
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


def test_classes_and_resolution_may_be_others_than_the_studys():
    assert export.target_setting(Study(), resolution=64, classes=3) == Setting(
        resolution=64, classes=3, channels=3
    )


def test_proxy_weights_come_with_the_network_they_were_trained_in(command, tmp_path):
    setting = export.trained_setting(Study())
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
        (("--trial", "x"), "argument --trial"),
        ((), "required: --trial"),
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
