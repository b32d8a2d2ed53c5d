"""Closed-form activations are those of the plain form; saved bytes are what autograd keeps."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from accvit_blocks import (
    ABLATIONS,
    VARIANTS,
    ACCViT,
    ACCViTConfig,
    Count,
    count,
    layer_counts,
    native,
)
from accvit_blocks.attention import AtrousAttention
from accvit_blocks.config import STAGE_STRIDES
from accvit_blocks.convolution import AtrousMBConv
from accvit_blocks.plain import PlainACCViT
from tests.accvit_blocks.counted import bytes_kept, bytes_kept_per_image, elements_put_out
from tests.accvit_blocks.test_costs import configurations

FEMTO = VARIANTS["femto"]
SMALL = {
    "femto": FEMTO,
    "channels, classes, window": replace(FEMTO, channels=1, classes=7, image_size=128, window=2),
    "one branch of odd dilation": replace(FEMTO, conv_dilations=(3,)),
    "one branch of even dilation": replace(FEMTO, conv_dilations=(2,)),
    "odd branches and a mean": replace(FEMTO, conv_dilations=(1, 3), fusion="mean"),
    "even branches and a gate": replace(FEMTO, conv_dilations=(2, 4)),
    "no squeeze-and-excitation": replace(FEMTO, se=False),
    "per branch": ABLATIONS["1"],
    "convnext": ABLATIONS["5"],
}
SMALL = {
    name: config if config.window else replace(config, image_size=64, classes=10)
    for name, config in SMALL.items()
}


@pytest.fixture(autouse=True, scope="module")
def torchs_operations() -> Iterator[None]:
    """What is counted; native kernels keep less."""
    with native.disabled():
        yield


def images(config: ACCViTConfig, number: int) -> torch.Tensor:
    return torch.zeros(number, config.channels, config.image_size, config.image_size)


def lone_windows(config: ACCViTConfig) -> set[str]:
    """Attention in whose map a single window lies: there q, k and v need no copy side by side."""
    return {
        f"stages.{index}.blocks.{block}.attention"
        for index, stage in enumerate(config.stages)
        if config.image_size // STAGE_STRIDES[index] == config.window_size
        for block in range(stage.depth)
    }


@pytest.mark.parametrize("name", SMALL)
def test_activations_of_each_layer_are_what_the_plain_form_puts_out(name: str) -> None:
    config, counts = SMALL[name], layer_counts(SMALL[name])
    put_out = elements_put_out(PlainACCViT(config), counts, images(config, 1))
    assert put_out == {layer: counted.activations for layer, counted in counts.items()}
    assert put_out.total() == count(config).activations


@settings(max_examples=20, deadline=None)
@given(configurations())
def test_activations_of_any_network_are_what_the_plain_form_puts_out(config: ACCViTConfig) -> None:
    with torch.device("meta"):
        put_out = elements_put_out(
            PlainACCViT(config).eval(), layer_counts(config), images(config, 1)
        )
    assert put_out.total() == count(config).activations


@pytest.mark.parametrize("name", SMALL)
def test_saved_bytes_of_each_layer_are_what_autograd_keeps_of_one_image(name: str) -> None:
    config, counts = SMALL[name], layer_counts(SMALL[name])
    kept = bytes_kept(ACCViT(config).train(), counts, images(config, 1))
    assert kept == {layer: counted.saved_bytes for layer, counted in counts.items()}
    assert kept.total() == count(config).saved_bytes


@pytest.mark.parametrize("name", SMALL)
def test_every_further_image_adds_what_is_saved_of_it(name: str) -> None:
    config, counts = SMALL[name], layer_counts(SMALL[name])
    kept = bytes_kept_per_image(ACCViT(config).train(), counts, images(config, 3))
    for layer, counted in counts.items():
        expected = pytest.approx(kept[layer], rel=0.1 if layer in lone_windows(config) else 0)
        assert counted.saved_bytes_per_image == expected, layer


@settings(max_examples=12, deadline=None)
@given(configurations())
def test_saved_bytes_of_any_network_are_what_autograd_keeps(config: ACCViTConfig) -> None:
    # At 32 pixels no batch norm trains with one image, and windows of one pixel need fewer copies.
    number, tolerance = (1, 0) if config.image_size > 32 else (2, 0.1)
    kept = bytes_kept(ACCViT(config), layer_counts(config), images(config, number)).total()
    counted = count(config)
    saved = counted.saved_bytes + (number - 1) * counted.saved_bytes_per_image
    assert saved == pytest.approx(kept, rel=tolerance)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("fusion", ["gate", "mean"])
@pytest.mark.parametrize("se", [True, False])
def test_a_convolution_is_counted_for_arrays_of_widths(stride: int, fusion: str, se: bool) -> None:
    form = {"side": 56, "stride": stride, "dilations": (1, 2, 3), "fusion_form": fusion, "se": se}
    before, after = (32, 48, 64), (32, 96, 160, 768)
    assert_same(
        AtrousMBConv.count(width_in=np.array(before)[:, None], width=np.array(after), **form),
        [
            [AtrousMBConv.count(width_in=width_in, width=width, **form) for width in after]
            for width_in in before
        ],
    )


@pytest.mark.parametrize("mlp", ["shared", "per-branch", "convnext"])
@pytest.mark.parametrize("fusion", ["gate", "mean"])
@pytest.mark.parametrize("branches", [1, 3])
def test_an_attention_is_counted_for_arrays_of_widths_and_ratios(
    mlp: str, fusion: str, branches: int
) -> None:
    form = {"window": 7, "branches": branches, "side": 28, "fusion_form": fusion, "mlp": mlp}
    widths, head_dims, ratios = (32, 96, 768), (16, 32, 16), (2, 3, 4)
    assert_same(
        AtrousAttention.count(
            width=np.array(widths)[:, None],
            head_dim=np.array(head_dims)[:, None],
            mlp_ratio=np.array(ratios),
            **form,
        ),
        [
            [
                AtrousAttention.count(width=width, head_dim=head_dim, mlp_ratio=ratio, **form)
                for ratio in ratios
            ]
            for width, head_dim in zip(widths, head_dims, strict=True)
        ],
    )


def assert_same(table: Count, rows: list[list[Count]]) -> None:
    for name in (*Count._fields, "flops", "saved_bytes"):
        alone = np.array([[getattr(count, name) for count in row] for row in rows])
        assert np.array_equal(np.broadcast_to(getattr(table, name), alone.shape), alone), name


@pytest.mark.parametrize("times", [np.array([1, 2]), np.arange(6), np.int64(3)], ids=str)
def test_a_count_times_an_array_is_a_count_of_arrays(times: np.ndarray) -> None:
    product = Count(params=1, macs=2, normalised=3, pooled=4, activations=5, saved=6) * times
    assert isinstance(product, Count)
    assert np.array_equal(product.saved, 6 * times)
    assert np.array_equal(product.flops, (2 + 5 * 3 + 4) * times)
