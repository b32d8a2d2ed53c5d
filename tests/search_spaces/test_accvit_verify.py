"""The cost model of ACC-ViT three ways, and against a walk over its layers' shapes."""

import random
from dataclasses import replace
from functools import cache

import pytest
import torch
from torch.nn import functional

from accvit_blocks import ABLATIONS, VARIANTS, count, layer_counts
from accvit_blocks.config import STAGE_STRIDES
from nas.core.fidelity import Setting
from nas.costs import UncountedError, stratified, verify, verify_quick
from search_spaces.accvit import SPACE
from tests.search_spaces.accvit_genomes import raw_genome

SETTINGS = (
    Setting(),
    Setting(resolution=64, classes=10),
    Setting(resolution=32, classes=3, channels=1),
    Setting(resolution=96, classes=7),
)
SHALLOW = {f"stages.{index}.depth": 1 for index in range(4)}
THREE_WAYS = 32
QUICKLY = 6  # of them in every run, the others in the slow one


@cache
def three_way_members():
    """Every value of every knob among networks that are, most of them, shallow."""
    return tuple(stratified(SPACE, THREE_WAYS, seed=0, then=SHALLOW))


def random_configurations(number, seed):
    rng = random.Random(seed)
    for _ in range(number):
        yield SPACE.adapt(SPACE.decode(raw_genome(rng)), rng.choice(SETTINGS))


class Walk:
    """Parameters, MACs and other FLOPs of one layer after another, from the shapes alone.

    Written from the description of the architecture, and not from the closed forms: each layer is
    a call, with the shapes of its weights and of what it works on.
    """

    def __init__(self):
        self.params = self.macs = self.other = 0

    def conv(self, inputs, outputs, kernel, side, *, groups=1, bias):
        weights = outputs * (inputs // groups) * kernel * kernel
        self.params += weights + (outputs if bias else 0)
        self.macs += weights * side * side

    def linear(self, inputs, outputs, rows, *, bias=True):
        self.params += inputs * outputs + (outputs if bias else 0)
        self.macs += inputs * outputs * rows

    def product(self, rows, inner, columns, times):
        self.macs += rows * inner * columns * times

    def norm(self, channels, rows):
        self.params += 2 * channels
        self.other += 5 * channels * rows

    def pool(self, channels, side):
        self.other += channels * side * side

    def squeeze_excitation(self, channels, squeezed, side):
        self.pool(channels, side)
        self.conv(channels, squeezed, 1, 1, bias=True)
        self.conv(squeezed, channels, 1, 1, bias=True)

    def gate(self, form, branches, channels, side):
        if form == "gate" and branches > 1:
            self.conv(channels, branches * channels, 1, side, groups=channels, bias=True)

    def mlp(self, width, ratio, rows):
        self.norm(width, rows)
        self.linear(width, ratio * width, rows)
        self.linear(ratio * width, width, rows)


def walk_conv(config, width_in, width, side, *, first):
    """BN, expand at the input's resolution, BN; branches; gate; project; BN; shortcut."""
    walk = Walk()
    hidden = 4 * width
    side_in = 2 * side if first else side
    walk.norm(width_in, side_in**2)
    walk.conv(width_in, hidden, 1, side_in, bias=False)
    walk.norm(hidden, side_in**2)
    for _ in config.conv_dilations:
        walk.conv(hidden, hidden, 3, side, groups=hidden, bias=False)
        walk.norm(hidden, side**2)
        if config.se:
            walk.squeeze_excitation(hidden, width // 4, side)
    walk.gate(config.fusion, len(config.conv_dilations), hidden, side)
    walk.conv(hidden, width, 1, side, bias=True)
    walk.norm(width, side**2)
    if first:
        walk.conv(width_in, width, 1, side, bias=True)
    return walk


def walk_attention(config, stage, side):
    """A branch a dilation, each with weights of its own; gate; what follows the attention."""
    walk = Walk()
    window = config.image_size // 32
    heads = stage.width // stage.head_dim
    tokens = window * window
    for dilation in stage.dilations:
        maps = dilation**2
        windows = maps * (side // dilation // window) ** 2
        assert windows * tokens == side**2
        walk.norm(stage.width, windows * tokens)
        walk.linear(stage.width, 3 * stage.width, windows * tokens)
        walk.product(tokens, stage.head_dim, tokens, windows * heads)
        walk.params += heads * (2 * window - 1) ** 2
        walk.product(tokens, tokens, stage.head_dim, windows * heads)
        walk.linear(stage.width, stage.width, windows * tokens)
        if stage.mlp == "per-branch":
            walk.mlp(stage.width, stage.mlp_ratio, side**2)
    walk.gate(config.fusion, len(stage.dilations), stage.width, side)
    if stage.mlp == "convnext":
        walk.conv(stage.width, stage.width, 7, side, groups=stage.width, bias=True)
        walk.squeeze_excitation(stage.width, stage.width // 4, side)
    if stage.mlp != "per-branch":
        walk.mlp(stage.width, stage.mlp_ratio, side**2)
    return walk


def walk_layers(config):
    stem = Walk()
    half = config.image_size // 2
    stem.conv(config.channels, config.stem_width, 3, half, bias=False)
    stem.norm(config.stem_width, half**2)
    stem.conv(config.stem_width, config.stem_width, 3, half, bias=True)
    yield "stem", stem
    width_in = config.stem_width
    for index, (stage, stride) in enumerate(zip(config.stages, STAGE_STRIDES, strict=True)):
        side = config.image_size // stride
        for block in range(stage.depth):
            name = f"stages.{index}.blocks.{block}"
            conv = walk_conv(config, width_in, stage.width, side, first=block == 0)
            yield f"{name}.conv", conv
            yield f"{name}.attention", walk_attention(config, stage, side)
            width_in = stage.width
    head = Walk()
    head.pool(width_in, config.image_size // 32)
    head.norm(width_in, 1)
    head.linear(width_in, width_in, 1)
    head.linear(width_in, config.classes, 1, bias=False)
    yield "head", head


def assert_walked(config):
    layers = layer_counts(config)
    walked = {name: (w.params, w.macs, w.macs + w.other) for name, w in walk_layers(config)}
    assert walked == {name: (c.params, c.macs, c.flops) for name, c in layers.items()}
    total = count(config)
    sums = [sum(costs) for costs in zip(*walked.values(), strict=True)]
    assert sums == [total.params, total.macs, total.flops]


@pytest.mark.parametrize("name", [*VARIANTS, *(f"ablation {row}" for row in ABLATIONS)])
def test_the_walk_meets_the_closed_form_of_the_published_networks(name):
    assert_walked(VARIANTS[name] if name in VARIANTS else ABLATIONS[name.split()[1]])


def test_two_thousand_random_members_cost_what_a_walk_over_their_layers_counts():
    for config in random_configurations(2000, seed=1):
        assert_walked(config)


@pytest.mark.parametrize("number", [8, pytest.param(200, marks=pytest.mark.slow)])
def test_random_members_of_any_depth_have_the_parameters_and_macs_of_their_networks(number):
    for config in random_configurations(number, seed=2):
        assert verify_quick(SPACE, config) is None


def test_the_members_counted_three_ways_hold_every_value_of_every_knob():
    members = three_way_members()
    assert len(members) >= 30
    for knob in SPACE.knobs:
        assert {member[knob.name] for member in members} == set(knob.choices), knob.name


@pytest.mark.parametrize(
    "index",
    [
        pytest.param(index, marks=() if index < QUICKLY else pytest.mark.slow)
        for index in range(THREE_WAYS)
    ],
)
def test_a_member_costs_the_same_three_ways(index):
    setting = SETTINGS[index % len(SETTINGS)]
    config = SPACE.adapt(SPACE.decode(three_way_members()[index]), setting)
    comparison = verify(SPACE, config)
    assert comparison.disagreements == ()
    assert len(comparison.layers) == 2 + 2 * sum(stage.depth for stage in config.stages)
    assert comparison.total.fvcore.flops == count(config).flops
    assert comparison.total.torch == count(config).macs


FEMTO = SPACE.adapt(VARIANTS["femto"], Setting(resolution=64, classes=10))


def wrong(name, **changes):
    """The space's offer with closed forms that are wrong in one layer."""

    class Wrong:
        def __init__(self):
            offer = SPACE.verification

            def layer_costs(config):
                costs = dict(offer.layer_costs(config))
                costs[name] = replace(
                    costs[name],
                    **{part: getattr(costs[name], part) + by for part, by in changes.items()},
                )
                return costs

            self.verification = replace(offer, layer_costs=layer_costs)

        def __getattr__(self, attribute):
            return getattr(SPACE, attribute)

    return Wrong()


def test_a_closed_form_that_is_wrong_in_one_layer_is_named_with_the_difference():
    comparison = verify(wrong("stages.1.blocks.0.conv", macs=9, params=-2), FEMTO)
    assert comparison.disagreements == (
        "stages.1.blocks.0.conv: parameters +2, fvcore MACs -9, torch MACs -9",
        "sum of the layers: parameters -2",
        "sum of the layers: MACs +9",
    )


def test_an_operation_that_nobody_counts_is_an_error_that_names_it(monkeypatch):
    gelu = functional.gelu
    monkeypatch.setattr("accvit_blocks.stem.F.gelu", lambda x: gelu(x).cumsum(dim=1))
    with pytest.raises(UncountedError, match=r"^aten::cumsum in \S+: neither counted nor known"):
        verify(SPACE, FEMTO)


def test_a_fused_multiply_add_outside_of_a_gate_is_an_error(monkeypatch):
    gelu = functional.gelu
    monkeypatch.setattr("accvit_blocks.stem.F.gelu", lambda x: torch.addcmul(x, gelu(x), x))
    with pytest.raises(UncountedError, match=r"^aten::addcmul in stem \(Stem\): neither counted"):
        verify(SPACE, FEMTO)


def test_a_gate_counts_one_mac_for_each_branch_channel_and_pixel():
    gated, mean = (verify(SPACE, replace(FEMTO, fusion=form)).total for form in ("gate", "mean"))
    logits = gated.fvcore.macs - mean.fvcore.macs
    assert logits == gated.torch - mean.torch == gated.closed.macs - mean.closed.macs > 0
