"""ONNX and torch.export: any number of images, the same bytes again, proven with the rest."""

import importlib.util

import pytest
from toy_space import Toy
from written_space import SPACE

from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.exporting import Extras, export
from nas.exporting.verify import verify

SETTING = Setting(resolution=8, classes=5, channels=2)
HAVE_ONNX = all(importlib.util.find_spec(name) for name in ("onnx", "onnxscript", "onnxruntime"))


def write(out, extras):
    export(SPACE, Toy(width=8), out, setting=SETTING, extras=extras)
    return out


def test_an_archive_of_torch_export_is_proven_and_comes_out_alike(tmp_path):
    first, second = (write(tmp_path / name, Extras(archive=True)) for name in "ab")
    proven, said = verify(first)
    assert proven, said
    assert "6 proofs hold, 2 skipped" in said
    assert (first / "model.pt2").read_bytes() == (second / "model.pt2").read_bytes()
    assert str(tmp_path).encode() not in (first / "model.pt2").read_bytes()


@pytest.mark.skipif(not HAVE_ONNX, reason="onnx, onnxscript or onnxruntime is not installed")
@pytest.mark.filterwarnings("default")  # of onnxruntime and onnxscript on import
def test_a_model_for_onnx_is_proven_and_comes_out_alike(tmp_path):
    first, second = (write(tmp_path / name, Extras(onnx=True)) for name in "ab")
    proven, said = verify(first)
    assert proven, said
    assert "6 proofs hold, 2 skipped" in said
    assert (first / "model.onnx").read_bytes() == (second / "model.onnx").read_bytes()


def test_without_the_packages_for_onnx_one_line_names_them(tmp_path, monkeypatch):
    monkeypatch.setattr("nas.exporting.programs.find_spec", lambda name: None)
    with pytest.raises(InputError, match="--onnx: needs onnx and onnxscript; pip install"):
        write(tmp_path / "out", Extras(onnx=True))
    assert not list(tmp_path.iterdir())
