"""The space of ACC-ViT: its members, its canonical form, and that a key stands for one network."""

import json
import random
from dataclasses import replace
from functools import cache
from itertools import product, zip_longest

import pytest
import torch

from accvit_blocks import ABLATIONS, VARIANTS
from accvit_blocks.attention import AtrousAttention
from accvit_blocks.convolution import AtrousMBConv
from nas.core.errors import InputError
from nas.core.knob import Knob
from nas.core.space import SearchSpace, key_of
from search_spaces.accvit import SPACE, ACCViTSpace

PUBLISHED = {**VARIANTS, **{f"row {row}": config for row, config in ABLATIONS.items()}}
NANO = SPACE.encode(VARIANTS["nano"])


def raw_genome(rng):
    while True:
        genome = {knob.name: rng.choice(knob.choices) for knob in SPACE.knobs}
        if SPACE.violation(genome) is None:
            return genome


def mutated(genome, rng):
    """One or two knobs changed, still valid."""
    while True:
        changed = {
            knob.name: rng.choice(knob.choices)
            for knob in rng.sample(SPACE.knobs, rng.randint(1, 2))
        }
        if SPACE.violation({**genome, **changed}) is None:
            return {**genome, **changed}


def without_lone_mlps(config):
    """The same network, a lone branch's own MLP written as the shared one that it is."""
    stages = (
        replace(stage, mlp="shared")
        if len(stage.dilations) == 1 and stage.mlp == "per-branch"
        else stage
        for stage in config.stages
    )
    return replace(config, stages=tuple(stages))


def test_it_is_a_search_space():
    assert isinstance(SPACE, SearchSpace)
    assert SPACE.published == VARIANTS


def test_every_choice_is_a_string_a_number_or_a_boolean_and_survives_json():
    for knob in SPACE.knobs:
        assert all(type(choice) in (str, int, float, bool) for choice in knob.choices)
        assert json.loads(json.dumps(knob.choices)) == list(knob.choices)
        assert len(set(knob.choices)) == len(knob.choices)


def test_the_names_of_the_knobs_are_unique():
    assert len({knob.name for knob in SPACE.knobs}) == len(SPACE.knobs)


def test_ordered_knobs_list_their_choices_in_order():
    for knob in SPACE.knobs:
        if knob.ordered:
            assert list(knob.choices) == sorted(knob.choices)


def test_the_knobs_cover_what_was_promised():
    choices = {knob.name: knob.choices for knob in SPACE.knobs}
    widths = [choices[f"stages.{index}.width"] for index in range(4)]
    assert all(len(stage) >= 8 for stage in widths)
    assert (min(min(stage) for stage in widths), max(max(stage) for stage in widths)) == (32, 768)
    assert choices["stages.2.depth"] == tuple(range(1, 15))
    assert [len(choices[f"stages.{index}.dilations"]) for index in range(4)] == [15, 7, 3, 1]
    assert len(choices["conv_dilations"]) == 7
    assert choices["stem_width"] == (32, 48, 64)


def test_there_are_at_least_1e15_configurations():
    assert SPACE.size >= 10**15


def shrunk(**kept):
    """The space with these choices of the named knobs, and a single one of every other."""
    few = {name.replace("__", "."): choices for name, choices in kept.items()}
    return ACCViTSpace(
        knobs=tuple(
            Knob(name=knob.name, choices=few.get(knob.name, knob.choices[:1]), ordered=knob.ordered)
            for knob in SPACE.knobs
        )
    )


FUSIONS = ("gate", "mean")
MLPS = ("shared", "per-branch", "convnext")


@pytest.mark.parametrize(
    "space",
    [
        shrunk(fusion=FUSIONS, conv_dilations=("1", "2", "1+2"), se=(True, False)),
        shrunk(
            fusion=FUSIONS,
            conv_dilations=("3", "1+2+3"),
            stages__0__width=(32, 48, 64),
            stages__0__head_dim=(16, 32),
            stages__0__dilations=("1", "8", "1+2", "1+2+4+8"),
            stages__0__mlp=MLPS,
            stages__1__dilations=("1", "2", "1+4"),
            stages__1__mlp=MLPS,
            stages__2__mlp=("shared", "convnext"),
            stages__3__mlp_ratio=(2, 4),
        ),
        shrunk(
            stem_width=(32, 64),
            fusion=FUSIONS,
            conv_dilations=("1+2",),
            stages__2__depth=(1, 2, 3),
            stages__2__dilations=("1", "2", "1+2"),
            stages__2__mlp=MLPS,
            stages__3__width=(256, 512),
        ),
    ],
)
def test_the_size_of_a_shrunk_space_is_the_number_of_canonical_genomes_in_it(space):
    names = [knob.name for knob in space.knobs]
    genomes = (
        dict(zip(names, values, strict=True))
        for values in product(*(knob.choices for knob in space.knobs))
    )
    keys = {
        key_of(space.canonical(genome)) for genome in genomes if space.violation(genome) is None
    }
    assert space.size == len(keys) >= 8


def test_the_size_of_the_whole_space_is_its_stages_multiplied():
    """Counted stage by stage from the definition, with fusion dead where nothing branches."""
    choices = {knob.name: knob.choices for knob in SPACE.knobs}
    every = lone = 1
    for index in range(4):
        of = {
            part: choices[f"stages.{index}.{part}"]
            for part in ("width", "head_dim", "depth", "dilations", "mlp", "mlp_ratio")
        }
        stages = {
            (width, head_dim, depth, dilations, ratio, mlp)
            for width, head_dim, depth, dilations, mlp, ratio in product(*of.values())
            if width % head_dim == 0 and ("+" in dilations or mlp != "per-branch")
        }
        every *= len(stages)
        lone *= sum("+" not in stage[3] for stage in stages)
    assert SPACE.size == 3 * 2 * (7 * 2 * every - 3 * lone)


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_published_network_is_a_member_and_comes_back_the_same(name):
    config = without_lone_mlps(PUBLISHED[name])
    assert SPACE.decode(SPACE.encode(PUBLISHED[name])) == config
    assert SPACE.decode(SPACE.encode(config)) == config
    assert SPACE.cost(config) == SPACE.cost(PUBLISHED[name])


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_comes_back_to_the_letter(name):
    assert SPACE.decode(SPACE.encode(VARIANTS[name])) == VARIANTS[name]


def test_genomes_come_back_from_their_configurations_in_canonical_form():
    rng = random.Random(0)
    for _ in range(200):
        genome = raw_genome(rng)
        assert SPACE.encode(SPACE.decode(genome)) == SPACE.canonical(genome)


def test_configurations_come_back_from_json():
    rng = random.Random(1)
    for _ in range(20):
        config = SPACE.decode(raw_genome(rng))
        assert SPACE.from_dict(json.loads(json.dumps(SPACE.to_dict(config)))) == config


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (replace(VARIANTS["nano"], stem_width=40), "stem_width = 40 is not among"),
        (
            replace(
                VARIANTS["nano"],
                stages=(
                    replace(VARIANTS["nano"].stages[0], width=68, head_dim=17),
                    *VARIANTS["nano"].stages[1:],
                ),
            ),
            r"stages\.0\.width = 68 is not among",
        ),
        (replace(VARIANTS["nano"], conv_dilations=(1, 4)), r"conv_dilations = '1\+4' is not among"),
        (
            replace(VARIANTS["nano"], image_size=64),
            "expected 224 pixels, 1000 classes and 3 channels",
        ),
        (replace(VARIANTS["nano"], classes=10), "adapt the configuration to them first"),
    ],
)
def test_what_is_no_member_is_told_why(config, said):
    with pytest.raises(InputError, match=f"^no member of the space accvit: .*{said}"):
        SPACE.encode(config)


def test_heads_must_divide_their_width():
    broken = SPACE.violation({**NANO, "stages.0.width": 48})
    assert broken == "stages.0.width = 48 is no multiple of head_dim = 32"
    assert SPACE.violation({**NANO, "stages.0.width": 48, "stages.0.head_dim": 16}) is None


@pytest.mark.parametrize(
    "change", [{"fusion": "sum"}, {"stages.0.dilations": "2+1"}, {"se": "yes"}]
)
def test_a_value_that_is_no_choice_is_a_violation_by_name(change):
    [name] = change
    assert SPACE.violation({**NANO, **change}).startswith(f"{name} = ")


def test_a_knob_that_is_missing_is_a_violation():
    genome = dict(NANO)
    del genome["fusion"]
    assert SPACE.violation(genome).startswith("fusion = None")


def test_the_canonical_form_is_a_member_and_its_own_canonical_form():
    rng = random.Random(2)
    for _ in range(500):
        canonical = SPACE.canonical(raw_genome(rng))
        assert SPACE.violation(canonical) is None
        assert SPACE.canonical(canonical) == canonical
        assert list(canonical) == [knob.name for knob in SPACE.knobs]


def test_a_value_that_equals_a_choice_becomes_the_choice():
    loose = {**NANO, "se": 1, "stages.0.width": 64.0, "stages.0.mlp_ratio": 4.0}
    assert key_of(SPACE.canonical(loose)) == key_of(NANO)


def test_the_key_of_nano_has_not_changed():
    """Keys name files and cached evaluations: with another hash, old studies would be lost."""
    assert key_of(NANO) == "e10d73b6b2442b27"


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
        for _ in range(25):
            other = SPACE.canonical(mutated(one, rng))
            if key_of(one) == key_of(other):
                continue
            assert not same_tree(SPACE.decode(one), SPACE.decode(other)), (one, other)
            pairs += 1


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
