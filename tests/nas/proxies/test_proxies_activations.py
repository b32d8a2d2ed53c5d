"""The watch sees every rectifier of a network, with what goes into it, and nothing else."""

import pytest
import torch
from torch import nn

from accvit_blocks import ABLATIONS, VARIANTS, ACCViT, native
from nas.core.fidelity import Setting
from nas.proxies.watch import Watch
from search_spaces.accvit_setting import adapted
from tests.nas.proxies.candidates import CLASSES, NARROW, PIXELS

RECTIFIERS = (
    *(nn.ReLU(), nn.ReLU(inplace=True), nn.ReLU6(), nn.LeakyReLU(), nn.PReLU(), nn.RReLU()),
    *(nn.GELU(), nn.GELU("tanh"), nn.SiLU(), nn.SiLU(inplace=True), nn.Mish(), nn.Hardswish()),
    *(nn.ELU(), nn.CELU(), nn.SELU(), nn.Softplus(), nn.Threshold(0.0, 0.0)),
)
OTHERS = (
    *(nn.Tanh(), nn.Sigmoid(), nn.Softmax(1), nn.LayerNorm(3), nn.Linear(3, 3)),
    nn.MultiheadAttention(4, 2),
)
IMAGES = 2


def seen_in(model, images):
    """Inputs of rectifiers, copied: an operation in place overwrites them."""
    inputs = []
    with torch.no_grad(), Watch(lambda x: inputs.append(x.clone())):
        model(images)
    return inputs


@pytest.mark.parametrize("module", RECTIFIERS, ids=repr)
def test_a_rectifier_is_seen_once_with_its_input(module):
    x = torch.randn(2, 3, generator=torch.Generator().manual_seed(0))
    (seen,) = seen_in(module.eval(), x.clone())
    torch.testing.assert_close(seen, x, rtol=0, atol=0)


@pytest.mark.parametrize("module", OTHERS, ids=lambda module: type(module).__name__)
def test_what_switches_nothing_off_is_not_seen(module):
    x = torch.randn(3, 4 if isinstance(module, nn.MultiheadAttention) else 3)
    arguments = (x, x, x) if isinstance(module, nn.MultiheadAttention) else (x,)
    inputs = []
    with torch.no_grad(), Watch(inputs.append):
        module(*arguments)
    assert inputs == []


def units(config):
    """How many each rectifier of an ACC-ViT has for one image, in order, by the architecture."""
    side = config.image_size // 2
    yield config.stem_width * side**2
    for stage in config.stages:
        for block in range(stage.depth):
            yield 4 * stage.width * side**2
            side = side // 2 if block == 0 else side
            for _ in config.conv_dilations:
                yield 4 * stage.width * side**2
                yield stage.width // 4
            for _ in stage.dilations if stage.mlp == "per-branch" else (1,):
                yield stage.mlp_ratio * stage.width * side**2
            if stage.mlp == "convnext":
                yield stage.width // 4


SETTING = Setting(resolution=PIXELS, classes=CLASSES, width_scale=NARROW)
PUBLISHED = {**VARIANTS, **{f"row {row}": config for row, config in ABLATIONS.items()}}


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize("name", PUBLISHED)
def test_every_rectifier_of_an_accvit_is_seen(name, training):
    config = adapted(PUBLISHED[name], SETTING)
    inputs = seen_in(ACCViT(config).train(training), torch.randn(IMAGES, 3, PIXELS, PIXELS))
    assert [x.numel() // IMAGES for x in inputs] == list(units(config))
    assert {x.shape[0] for x in inputs} == {IMAGES}


def test_kernels_of_the_blocks_own_step_aside_while_somebody_watches():
    if reason := native.missing():
        pytest.skip(f"no kernels here: {reason}")
    x = torch.zeros(1)
    assert native.usable(x)
    with Watch():
        assert not native.usable(x)
    assert native.usable(x)
