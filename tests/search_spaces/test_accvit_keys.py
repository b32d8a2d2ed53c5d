"""A key stands for one network: other keys build other modules, and a dead knob changes none."""

import random
from dataclasses import replace
from functools import cache
from itertools import zip_longest

import pytest
import torch
from torch import nn

from accvit_blocks import VARIANTS
from accvit_blocks.attention import AtrousAttention
from accvit_blocks.convolution import AtrousMBConv
from nas.core.space import key_of
from search_spaces.accvit import SPACE
from tests.search_spaces.accvit_genomes import mutated, raw_genome

NANO = SPACE.encode(VARIANTS["nano"])


@pytest.fixture
def undrawn(monkeypatch):
    """Modules are made without weights to begin with: a tree tells nothing of them."""
    for layer in (nn.Conv2d, nn.Linear, nn.LayerNorm, nn.BatchNorm2d):
        monkeypatch.setattr(layer, "reset_parameters", lambda self: None)


# What a network is made of, part by part, without building the parts that two networks share.


@cache
def conv_tree(width_in, width, stride, dilations, fusion, se):
    with torch.device("meta"):
        return repr(
            AtrousMBConv(
                width_in=width_in,
                width=width,
                stride=stride,
                dilations=dilations,
                fusion_form=fusion,
                se=se,
            )
        )


@cache
def attention_tree(width, head_dim, dilations, fusion, mlp, mlp_ratio):
    with torch.device("meta"):
        return repr(
            AtrousAttention(
                width=width,
                head_dim=head_dim,
                window=7,
                dilations=dilations,
                fusion_form=fusion,
                mlp=mlp,
                mlp_ratio=mlp_ratio,
            )
        )


def parts(config):
    """Each block's function and arguments, and the stage that it belongs to, in order."""
    width_in = config.stem_width
    for index, stage in enumerate(config.stages):
        for block in range(stage.depth):
            stride = 1 if block else 2
            branches = (config.conv_dilations, config.fusion, config.se)
            yield index, conv_tree, (width_in, stage.width, stride, *branches)
            attention = (stage.width, stage.head_dim, stage.dilations, config.fusion)
            yield index, attention_tree, (*attention, stage.mlp, stage.mlp_ratio)
            width_in = stage.width


def same_tree(one, other):
    """Whether two configurations build the same modules; equal arguments build equal parts."""
    if one.stem_width != other.stem_width:
        return False
    for left, right in zip_longest(parts(one), parts(other)):
        if left == right:
            continue
        if left is None or right is None or left[:2] != right[:2]:
            return False
        if left[1](*left[2]) != right[1](*right[2]):
            return False
    return True


def whole_tree(config):
    with torch.device("meta"):
        model = SPACE.build(config)
    return [repr(module) for module in (model.stem, model.stages, model.head)]


@pytest.mark.parametrize("seed", range(3))
def test_the_parts_are_those_of_the_network_that_is_built(seed):
    config = SPACE.decode(raw_genome(random.Random(seed)))
    with torch.device("meta"):
        model = SPACE.build(config)
    built = [
        repr(part) for stage in model.stages for block in stage.blocks for part in block.children()
    ]
    assert [tree(*arguments) for _, tree, arguments in parts(config)] == built


def test_whole_trees_and_parts_agree_on_what_is_the_same():
    rng = random.Random(3)
    for _ in range(6):
        one = SPACE.canonical({**raw_genome(rng), **{f"stages.{i}.depth": 1 for i in range(4)}})
        other = SPACE.canonical(mutated(one, rng))
        one, other = SPACE.decode(one), SPACE.decode(other)
        assert same_tree(one, other) == (whole_tree(one) == whole_tree(other))


@pytest.mark.usefixtures("undrawn")
def test_of_10000_pairs_with_different_keys_none_builds_the_same_module_tree():
    """Neighbours, for only those could meet: half of them around networks with few branches."""
    rng = random.Random(4)
    pairs = 0
    while pairs < 10_000:
        raw = raw_genome(rng)
        if pairs % 2:
            raw |= {"conv_dilations": rng.choice("123")}
            raw |= {f"stages.{index}.dilations": rng.choice("12") for index in range(3)}
        one = SPACE.canonical(raw)
        key, config = key_of(one), SPACE.decode(one)
        for _ in range(25):
            other = SPACE.canonical(mutated(one, rng))
            if key == key_of(other):
                continue
            assert not same_tree(config, SPACE.decode(other)), (one, other)
            pairs += 1


@pytest.mark.usefixtures("undrawn")
def test_random_pairs_with_different_keys_build_different_module_trees():
    rng = random.Random(5)
    for _ in range(1_000):
        one, other = SPACE.canonical(raw_genome(rng)), SPACE.canonical(raw_genome(rng))
        assert key_of(one) != key_of(other)
        assert not same_tree(SPACE.decode(one), SPACE.decode(other))


def test_gate_and_mean_over_lone_branches_build_the_same_module_tree():
    alone = {f"stages.{index}.dilations": "1" for index in range(4)}
    genome = SPACE.canonical({**NANO, **alone, "conv_dilations": "2", "fusion": "gate"})
    assert genome["fusion"] == "mean"
    config = SPACE.decode(genome)
    assert whole_tree(config) == whole_tree(replace(config, fusion="gate"))


@pytest.mark.parametrize("branched", ["conv_dilations", "stages.0.dilations", "stages.2.dilations"])
def test_gate_and_mean_differ_as_soon_as_one_block_has_branches(branched):
    genome = {**NANO, "conv_dilations": "1"} | {f"stages.{i}.dilations": "1" for i in range(4)}
    gate, mean = (
        SPACE.canonical({**genome, branched: "1+2", "fusion": fusion})
        for fusion in ("gate", "mean")
    )
    assert key_of(gate) != key_of(mean)
    assert not same_tree(SPACE.decode(gate), SPACE.decode(mean))


def test_a_lone_branchs_own_mlp_computes_what_the_shared_one_does():
    """The same weights under other names: `branch_mlps.0` and `mlp`."""
    femto = VARIANTS["femto"]
    shapes = {"window": None, "image_size": 32, "classes": 5}
    shared = replace(
        femto,
        stages=tuple(replace(stage, dilations=(1,), depth=1) for stage in femto.stages),
        **shapes,
    )
    own = replace(shared, stages=tuple(replace(stage, mlp="per-branch") for stage in shared.stages))
    assert SPACE.cost(own) == SPACE.cost(shared)
    torch.manual_seed(0)
    plain, branch = SPACE.build(shared).eval(), SPACE.build(own).eval()
    names = {name.replace(".branch_mlps.0.", ".mlp."): name for name in branch.state_dict()}
    branch.load_state_dict({names[name]: value for name, value in plain.state_dict().items()})
    images = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(branch(images), plain(images))
