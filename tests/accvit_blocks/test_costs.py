"""Closed-form costs meet the published figures, the modules' parameters and fvcore's counting.

Published: arXiv:2406.08859, tables 1 and 3, at 224 x 224 pixels and 1000 classes.
"""

from dataclasses import replace

import pytest
import torch
from fvcore.nn import FlopCountAnalysis
from hypothesis import given, settings
from hypothesis import strategies as st

from accvit_blocks import (
    ABLATIONS,
    VARIANTS,
    ACCViT,
    ACCViTConfig,
    Count,
    StageConfig,
    count,
    feasible_dilations,
    layer_counts,
)
from accvit_blocks.cost import total
from accvit_blocks.plain import PlainACCViT

NETWORKS = {**VARIANTS, **{f"ablation {row}": config for row, config in ABLATIONS.items()}}

# name: (exact parameters, FLOPs in G to 5 decimals, published M parameters, published G FLOPs)
FIGURES = {
    "femto": (4_399_880, 1.04947, "4.4", "1.049"),
    "pico": (9_550_476, 2.21673, "9.55", "2.217"),
    "nano": (16_649_248, 3.81235, "16.649", "3.812"),
    "tiny": (28_367_252, 5.69408, "28.367", "5.694"),
    "small": (62_886_494, 11.58957, "62.886", "11.59"),
    "base": (103_576_028, 22.31637, "103.576", "22.316"),
    "ablation 1": (16_906_688, 4.86190, "16.907", "4.862"),
    "ablation 2": (19_330_400, 4.93940, "19.33", "4.939"),
    "ablation 3": (14_584_528, 3.47322, "14.585", "3.473"),
    "ablation 3b": (16_598_560, 3.80302, None, None),
    "ablation 4": (16_649_248, 3.81235, "16.649", "3.812"),
    "ablation 5": (17_024_944, 3.84399, "17.025", "3.844"),
}
QUICK = ("femto", "nano", "ablation 1", "ablation 3", "ablation 5")


def parameters(config: ACCViTConfig) -> int:
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in ACCViT(config).parameters())


def decimals(figure: str) -> int:
    return len(figure.partition(".")[2])


def test_every_published_network_has_its_figures() -> None:
    assert FIGURES.keys() == NETWORKS.keys()


@pytest.mark.parametrize("name", FIGURES)
def test_closed_form_meets_the_published_figures(name: str) -> None:
    exact, flops, published_params, published_flops = FIGURES[name]
    counted = count(NETWORKS[name])
    assert counted.params == exact
    assert round(counted.flops / 1e9, 5) == flops
    if published_params is not None and published_flops is not None:
        assert round(exact / 1e6, decimals(published_params)) == float(published_params)
        assert round(counted.flops / 1e9, decimals(published_flops)) == float(published_flops)


@pytest.mark.parametrize("name", FIGURES)
def test_modules_have_the_parameters_of_the_closed_form(name: str) -> None:
    assert parameters(NETWORKS[name]) == FIGURES[name][0]


def assert_fvcore_agrees(config: ACCViTConfig) -> None:
    images = torch.zeros(1, config.channels, config.image_size, config.image_size)
    analysis = FlopCountAnalysis(PlainACCViT(config).train(), images)
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    assert analysis.total() == count(config).flops


@pytest.mark.parametrize(
    "name",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in FIGURES],
)
def test_fvcore_counts_the_plain_form_as_the_closed_form_does(name: str) -> None:
    assert_fvcore_agrees(NETWORKS[name])


@pytest.mark.parametrize(
    "changes",
    [
        {"image_size": 64},
        {"se": False, "conv_dilations": (1, 3)},
        {"image_size": 128, "window": 2, "channels": 1, "classes": 7},
    ],
    ids=str,
)
def test_fvcore_agrees_away_from_the_published_networks(changes: dict[str, object]) -> None:
    assert_fvcore_agrees(replace(VARIANTS["femto"], **changes))


@pytest.mark.parametrize("name", FIGURES)
def test_layers_add_up_to_the_network(name: str) -> None:
    assert sum(layer_counts(NETWORKS[name]).values(), Count()) == count(NETWORKS[name])


@pytest.mark.parametrize("name", ["tiny", "ablation 1", "ablation 5"])
def test_layers_are_named_and_sized_like_the_modules(name: str) -> None:
    with torch.device("meta"):
        model = ACCViT(NETWORKS[name])
    for layer, counted in layer_counts(NETWORKS[name]).items():
        module = model.get_submodule(layer)
        assert counted.params == sum(value.numel() for value in module.parameters()), layer


def test_counts_scale_and_add() -> None:
    one = Count(params=1, macs=2, normalised=3, pooled=4, activations=5, saved=6, saved_once=7)
    assert 2 * one == one * 2 == one + one == total(one, one) == Count(2, 4, 6, 8, 10, 12, 14)
    assert total(one, one, one) == 3 * one
    assert one.flops == 2 + 5 * 3 + 4
    assert (one.saved_bytes, one.saved_bytes_per_image) == (4 * (7 + 6), 4 * 6)


def test_a_count_cannot_change() -> None:
    with pytest.raises(AttributeError):
        Count().params = 1  # type: ignore[misc]


@st.composite
def configurations(draw: st.DrawFn) -> ACCViTConfig:
    size = draw(st.sampled_from((32, 64, 96, 224)))
    stages = []
    for index in range(4):
        held = feasible_dilations(size, None, index)
        head_dim = draw(st.sampled_from((4, 8)))
        chosen = draw(st.sets(st.sampled_from(held), min_size=1))
        stages.append(
            StageConfig(
                width=head_dim * draw(st.integers(1, 4)),
                depth=draw(st.integers(1, 2)),
                head_dim=head_dim,
                dilations=tuple(sorted(chosen)),
                mlp=draw(st.sampled_from(("shared", "per-branch", "convnext"))),
                mlp_ratio=draw(st.integers(1, 4)),
            )
        )
    first, second, third, fourth = stages
    return ACCViTConfig(
        stem_width=draw(st.integers(1, 12)),
        stages=(first, second, third, fourth),
        fusion=draw(st.sampled_from(("gate", "mean"))),
        conv_dilations=tuple(sorted(draw(st.sets(st.integers(1, 5), min_size=1)))),
        se=draw(st.booleans()),
        image_size=size,
        classes=draw(st.integers(1, 20)),
        channels=draw(st.integers(1, 4)),
    )


@settings(max_examples=40, deadline=None)
@given(configurations())
def test_closed_form_parameters_are_those_of_the_modules(config: ACCViTConfig) -> None:
    assert count(config).params == parameters(config)
    assert sum(layer_counts(config).values(), Count()) == count(config)


@settings(max_examples=100, deadline=None)
@given(configurations())
def test_a_configuration_survives_its_dict(config: ACCViTConfig) -> None:
    assert ACCViTConfig.from_dict(config.to_dict()) == config
