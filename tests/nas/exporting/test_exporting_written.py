"""A space that writes its networks out: model.py, proofs that can fail, and one line if it errs."""

import ast
import json
from html import escape

import pytest
import torch
from markdown_it import MarkdownIt
from safetensors.torch import load_file, save, save_file
from toy_space import SPACE as PLAIN
from toy_space import Toy
from written_space import SPACE, Wrong, parts, text

from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.core.source import Part
from nas.exporting import Extras, Origin, export, load_exported
from nas.exporting.card import card
from nas.exporting.files import GOLDEN, MODEL, WEIGHTS
from nas.exporting.verify import verify
from nas.exporting.write import initialised

SETTING = Setting(resolution=8, classes=5, channels=2)
NETWORK = Toy(width=8)
IMAGES = torch.rand(3, 2, 8, 8, generator=torch.Generator().manual_seed(0))
FOUND = Origin(
    study="runs/s", trial=7, key="abcdef0123", accuracy=0.5, fidelity="1 epoch", data="digits"
)


def write(out, space=SPACE, **changed):
    export(
        space, NETWORK, out, **{"setting": SETTING, "space_name": "written_space:SPACE"} | changed
    )
    return out


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    return write(tmp_path_factory.mktemp("written") / "out", origin=FOUND)


def test_the_folder_holds_what_a_person_takes_home(exported):
    assert sorted(path.name for path in exported.iterdir()) == [
        "LICENSE",
        "MODEL_CARD.md",
        "config.json",
        "golden.safetensors",
        "hub_model.py",
        "model.py",
        "model.safetensors",
        "test_model.py",
        "timm_model.py",
    ]


def test_the_weights_bear_the_names_of_the_file(exported):
    built = initialised(SPACE, SPACE.adapt(NETWORK, SETTING), seed=0).state_dict()
    kept = load_file(exported / WEIGHTS)
    assert torch.equal(kept["second.weight"], built["1.weight"][4:])


def test_the_framework_reads_them_back_as_the_network_that_was_searched(exported, monkeypatch):
    built = initialised(SPACE, SPACE.adapt(NETWORK, SETTING), seed=0).eval()
    assert torch.equal(load_exported(exported)(IMAGES), built(IMAGES))


def test_weights_that_are_not_the_files_are_refused_in_words(tmp_path):
    out = write(tmp_path / "out")
    save_file({"first.weight": torch.zeros(1)}, out / WEIGHTS)
    with pytest.raises(InputError, match="another network's"):
        load_exported(out)


def test_the_card_says_in_plain_words_what_the_proxy_result_is_not(exported):
    card = (exported / "MODEL_CARD.md").read_text()
    assert "# Two layers: trial 7 of runs/s" in card
    assert "50.0% on held-out images of `digits`" in card
    assert "not ImageNet accuracy" in card
    assert "**The weights are untrained**" in card
    assert "abcdef0123" in card


@pytest.mark.parametrize("name", ["` <script>alert(1)</script> `", "<img src=x onerror=alert(1)>"])
def test_no_name_on_the_card_is_markup(exported, name):
    facts = json.loads((exported / "config.json").read_text())
    named = dict.fromkeys(("study", "data", "key", "command", "space", "fidelity"), name)
    for network in (facts["network"], None):
        read = MarkdownIt().render(card({**facts, **named, "network": network}, extras=()))
        assert "<script" not in read
        assert "<img" not in read
        assert escape(name) in read


def test_the_optional_files_are_python(exported):
    for name in ("timm_model.py", "hub_model.py"):
        ast.parse((exported / name).read_text())
    assert "def two_layers_abcdef01(" in (exported / "timm_model.py").read_text()


def test_the_proofs_hold_in_a_process_of_their_own(exported):
    proven, said = verify(exported)
    assert proven, said
    assert said.startswith(f"{exported}: proven: 5 proofs hold, 3 skipped (it offers no feature")
    assert "\n  holds    it has the parameters of the card\n" in said
    assert "\n  skipped  the onnx model gives the same logits: model.onnx was not asked" in said
    assert "neither who wrote it nor the accuracy on its card" in said
    assert "only with folders that you trust" in said
    assert "is its own word" not in said
    assert not (exported / "__pycache__").exists()


def _nudge(name, value):
    def change(out):
        state = load_file(out / WEIGHTS)
        state[name].view(-1)[0] += value
        (out / WEIGHTS).write_bytes(save(state))

    return change


def _edit(file, old, new):
    def change(out):
        said = (out / file).read_text()
        assert old in said
        (out / file).write_text(said.replace(old, new))

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_nudge("last.bias", 1e-3), "the logits differ by 0.001"),
        (
            _edit(MODEL, "[self.first(x), self.second(x)]", "[self.second(x), self.first(x)]"),
            "logits",
        ),
        (_edit("config.json", '"macs": ', '"macs": 1'), "MACs: "),
        (_edit("config.json", '"params": ', '"params": 1'), "parameters: "),
        (lambda out: (out / GOLDEN).unlink(), GOLDEN),
        (lambda out: (out / "test_model.py").write_text(""), "no proof ran"),
        (lambda out: (out / "test_model.py").write_text("1 / 0"), "ZeroDivisionError"),
    ],
)
def test_each_proof_can_fail(tmp_path, change, said):
    out = write(tmp_path / "out")
    change(out)
    proven, told = verify(out)
    assert not proven
    assert said in told.partition("\n")[0]
    assert "only with folders that you trust" in told


def test_proofs_of_somebody_else_s_are_called_so(tmp_path):
    (tmp_path / "test_model.py").write_text("print('holds    whatever you like')")
    proven, told = verify(tmp_path)
    assert proven
    assert told.endswith(
        "is not the one that this version writes, so that what it says is its own word."
    )


def test_exporting_twice_gives_the_same_bytes(exported, tmp_path):
    again = write(tmp_path / "again", origin=FOUND)
    for path in exported.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def _raises(source):
    raise KeyError("width")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_raises, "KeyError: 'width'"),
        (lambda source: source.text, "gave a str; expected a nas.core.source.Source"),
        (text("import torch\n", "import torch\nimport toorch\n"), "No module named 'toorch'"),
        (text("class Net", "class net"), "no attribute 'Net'"),
        (text("def forward(", "def forward"), "SyntaxError"),
        (text("(nn.Module)", ""), "Net of its source is no nn.Module"),
        (text("images.flatten(1)", "images.flatten(1) * 1.001"), "the logits differ by"),
        (text("images.flatten(1)", "images.flatten(1).abs()"), "the logits differ by"),
        (text("self.norm(torch.cat", "(torch.cat"), "the logits differ by"),
        (text("images.flatten(1)", "images.flatten(1)[:, :3]"), "RuntimeError: mat1 and mat2"),
        (
            text("= images.flatten(1)", "= images.flatten(1); self.last(self.norm.bias[None])"),
            "MACs: ",
        ),
        (parts(first__bias=None), "its parts differ in first.bias"),
        (parts(more=Part(tensor="1.bias")), "its parts differ in more"),
        (parts(first__bias=Part(tensor="9.bias")), "takes first.bias from 9.bias"),
        (parts(first__bias=Part(tensor="1.bias", rows=(0, 3))), "has another first.bias"),
        (parts(first__bias=Part(tensor="1.bias", rows=(4, 8))), "each row of 1.bias exactly once"),
        (parts(norm__bias=Part(tensor="2.weight")), "each row of 2.weight exactly once"),
    ],
)
def test_a_defective_source_costs_one_line_and_leaves_nothing(tmp_path, change, said):
    with pytest.raises(InputError) as error:
        write(tmp_path / "out", Wrong(change))
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.iterdir())


def test_a_network_that_cannot_run_costs_one_line_as_well(tmp_path):
    class Moody(type(SPACE)):
        def build(self, configuration, *, drop_path=0.0):
            built = super().build(configuration)
            built.register_forward_pre_hook(lambda *_: 1 / 0)
            return built

    with pytest.raises(InputError, match="cannot be run in double precision: ZeroDivisionError"):
        write(tmp_path / "out", Moody())
    assert not list(tmp_path.iterdir())


def test_a_space_without_source_still_leaves_its_network_and_says_what_is_missing(tmp_path):
    proven = export(PLAIN, NETWORK, tmp_path / "out", setting=SETTING)
    assert proven is False
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["MODEL_CARD.md", "config.json", "model.safetensors"]
    assert "offers no `source(configuration)`" in (tmp_path / "out" / "MODEL_CARD.md").read_text()
    with pytest.raises(InputError, match=r"expected an exported folder with test_model\.py"):
        verify(tmp_path / "out")


def test_programs_and_latencies_need_the_written_form(tmp_path):
    with pytest.raises(InputError, match="offers no source"):
        export(PLAIN, NETWORK, tmp_path / "out", setting=SETTING, extras=Extras(latency=True))
    assert not list(tmp_path.iterdir())


def test_a_latency_says_where_and_how_often_it_was_measured(tmp_path):
    out = write(tmp_path / "out", extras=Extras(latency=True))
    latency = json.loads((out / "latency.json").read_text())
    first, third = latency["milliseconds"]["quartiles"]
    assert 0 < first <= latency["milliseconds"]["median"] <= third
    assert (latency["n"], latency["batch"], latency["threads"]) == (30, 1, torch.get_num_threads())
    assert latency["device"]
