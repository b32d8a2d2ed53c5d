"""What a user of ACCViT relies on: shapes, errors, names, stochastic depth, initial state."""

import itertools
from dataclasses import replace

import pytest
import torch

import accvit_blocks
from accvit_blocks import ABLATIONS, VARIANTS, ACCViT, ACCViTConfig
from accvit_blocks.drop_path import DropPath
from tests.accvit_blocks.test_numerics import NANO, dilated, small


@pytest.mark.parametrize(
    "config",
    [
        NANO,
        replace(NANO, image_size=96, channels=1),
        replace(NANO, image_size=32),
        replace(NANO, image_size=448, window=7),
    ],
    ids=["64", "96, one channel", "32", "448, window 7"],
)
def test_logits_and_stage_maps_have_their_shapes(config: ACCViTConfig) -> None:
    side = config.image_size
    images = torch.zeros(1, config.channels, side, side)
    model = ACCViT(config).eval()
    assert model(images).shape == (1, config.classes)
    expected = [
        (1, stage.width, side // stride, side // stride)
        for stage, stride in zip(config.stages, (4, 8, 16, 32), strict=True)
    ]
    assert [tuple(feature.shape) for feature in model.forward_features(images)] == expected


@pytest.mark.parametrize("shape", [(1, 3, 96, 96), (1, 1, 64, 64), (1, 3, 64, 32), (3, 64, 64)])
def test_images_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"images must be b 3 64 64, got .*; resize them"):
        ACCViT(NANO)(torch.zeros(shape))


@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_a_drop_path_that_is_no_probability_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="drop_path must be at least 0 and below 1"):
        ACCViT(NANO, drop_path=rate)


def test_stochastic_depth_rises_from_block_to_block() -> None:
    model = ACCViT(small(VARIANTS["nano"], depth=2), drop_path=0.7)
    rates = [module.rate for module in model.modules() if isinstance(module, DropPath)]
    assert rates == pytest.approx([0.1 * block for block in range(8) for _ in range(2)])


def test_stochastic_depth_acts_in_training_only() -> None:
    torch.manual_seed(0)
    model = ACCViT(NANO, drop_path=0.9)
    still = ACCViT(NANO)
    still.load_state_dict(model.state_dict())
    images = torch.randn(2, 3, 64, 64)
    assert torch.equal(model.eval()(images), still.eval()(images))
    assert not torch.equal(model.train()(images), still.train()(images))


def test_drop_path_drops_whole_images_and_keeps_the_mean() -> None:
    torch.manual_seed(0)
    dropped = DropPath(0.25)(torch.ones(4000, 3, 2))
    assert dropped.unique().tolist() == pytest.approx([0.0, 1 / 0.75])
    assert torch.equal(dropped[:, 0, 0], dropped[:, 2, 1])
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.05)


def test_a_new_gate_takes_the_mean() -> None:
    gated, averaged = ACCViT(NANO).eval(), ACCViT(replace(NANO, fusion="mean")).eval()
    averaged.load_state_dict(
        {name: value for name, value in gated.state_dict().items() if ".fusion." not in name}
    )
    images = torch.randn(2, 3, 64, 64)
    torch.testing.assert_close(gated(images), averaged(images))


def test_one_branch_needs_no_gate() -> None:
    single = replace(dilated(NANO, (1,), (1,), (1,), (1,)), conv_dilations=(1,))
    assert not [name for name in ACCViT(single).state_dict() if ".fusion." in name]


def test_weights_follow_the_seed() -> None:
    states = []
    for _ in range(2):
        torch.manual_seed(3)
        states.append(ACCViT(NANO).state_dict())
    torch.testing.assert_close(states[0], states[1], rtol=0, atol=0)


def test_different_networks_read_differently() -> None:
    networks = [
        *(small(config) for config in VARIANTS.values() if config.stem_width != 48),
        *(small(config) for config in ABLATIONS.values()),
        small(VARIANTS["nano"], depth=2),
        small(VARIANTS["nano"], mlp_ratio=2),
        small(VARIANTS["nano"], head_dim=8),
        replace(NANO, conv_dilations=(1, 2)),
        replace(NANO, conv_dilations=(1, 3)),
        replace(NANO, se=False),
        replace(NANO, image_size=128),
        replace(NANO, image_size=128, window=2),
        replace(NANO, classes=11),
        replace(NANO, channels=1),
        dilated(NANO, (1, 2, 4, 8), (1, 2, 4), (2,), (1,)),
        dilated(NANO, (1, 2, 4, 8), (1, 2, 4), (1,), (1,)),
    ]
    with torch.device("meta"):
        texts = {config: repr(ACCViT(config)) for config in networks}
    for one, other in itertools.combinations(texts, 2):
        assert texts[one] != texts[other]


def test_what_is_exported_exists_and_is_sorted() -> None:
    exported = accvit_blocks.__all__
    assert sorted(exported) == sorted(set(exported))
    assert all(hasattr(accvit_blocks, name) for name in exported)
