"""The small files for timm and the Hugging Face Hub work where those packages are installed."""

import importlib
import sys

import pytest
import torch

from benchmarks.torchvision_on_cpu import import_torchvision
from nas.core.fidelity import Setting
from nas.core.space import find_space
from nas.exporting import export, load_exported

pytestmark = pytest.mark.filterwarnings("default")  # of timm and the Hub on import


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small ACC-ViT, exported, with its folder where Python looks for modules."""
    out = tmp_path_factory.mktemp("doors") / "out"
    space, small = find_space("accvit"), Setting(resolution=64, classes=5, width_scale=0.25)
    export(space, space.published["femto"], out, setting=small)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(out)
        yield out
    for name in ("model", "timm_model", "hub_model"):
        sys.modules.pop(name, None)


IMAGES = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def timm(folder):
    """With the network registered."""
    try:
        import_torchvision()  # timm does
    except ImportError:
        pytest.skip("torchvision, which timm needs, is not installed")
    timm = pytest.importorskip("timm", reason="timm is not installed")
    importlib.import_module("timm_model")
    return timm


def test_timm_makes_the_network_with_its_weights(folder, timm):
    model = timm.create_model("acc_vit", pretrained=True).eval()
    with torch.no_grad():
        torch.testing.assert_close(model(IMAGES), load_exported(folder)(IMAGES))
    assert timm.data.resolve_data_config({}, model=model)["input_size"] == (3, 64, 64)


def test_timm_gives_its_feature_maps(timm):
    model = timm.create_model("acc_vit", features_only=True).eval()
    assert model.feature_info.reduction() == [4, 8, 16, 32]
    with torch.no_grad():
        maps = model(IMAGES)
    assert [one.shape[1] for one in maps] == model.feature_info.channels()
    assert [64 // one.shape[2] for one in maps] == model.feature_info.reduction()


def test_timm_is_told_that_the_network_is_fixed(timm):
    with pytest.raises(TypeError, match="num_classes"):
        timm.create_model("acc_vit", num_classes=3)


def test_the_hub_reads_the_folder_and_writes_one_that_it_reads(folder, tmp_path):
    pytest.importorskip("huggingface_hub", reason="huggingface_hub is not installed")
    hub = importlib.import_module("hub_model").HubACCViT
    model = hub.from_pretrained(str(folder)).eval()
    model.save_pretrained(tmp_path / "saved")
    again = hub.from_pretrained(str(tmp_path / "saved")).eval()
    with torch.no_grad():
        expected = load_exported(folder)(IMAGES)
        torch.testing.assert_close(model(IMAGES), expected)
        torch.testing.assert_close(again(IMAGES), expected)
