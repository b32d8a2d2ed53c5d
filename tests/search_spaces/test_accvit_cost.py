"""Costs of the space's members: parts sum to the whole, and the range is what can be reached."""

import random
from itertools import product
from timeit import repeat

import pytest
import torch

from accvit_blocks import VARIANTS, count, native
from nas.core.cost import METRICS
from nas.core.errors import InputError
from nas.core.fidelity import Setting, UnrepresentableError
from search_spaces.accvit import SPACE
from tests.accvit_blocks.counted import bytes_kept
from tests.search_spaces.accvit_genomes import raw_genome

FEMTO = SPACE.encode(VARIANTS["femto"])
NANO = SPACE.encode(VARIANTS["nano"])
EVERYTHING = {knob.name: knob.choices for knob in SPACE.knobs}
TARGETS = (Setting(), Setting(resolution=96, classes=10, channels=1))


def random_configs(number, seed=0):
    rng = random.Random(seed)
    for _ in range(number):
        yield SPACE.decode(raw_genome(rng))


def brute_range(choices, target):
    names = list(choices)
    genomes = (dict(zip(names, values, strict=True)) for values in product(*choices.values()))
    costs = [
        SPACE.cost(SPACE.adapt(SPACE.decode(genome), target))
        for genome in genomes
        if SPACE.violation(genome) is None
    ]
    return {
        metric: (min(c.of(metric) for c in costs), max(c.of(metric) for c in costs))
        for metric in METRICS
    }


@pytest.mark.parametrize("target", TARGETS)
def test_a_cost_is_the_closed_form_and_its_stages_sum_to_it(target):
    for config in random_configs(40):
        adapted = SPACE.adapt(config, target)
        cost, stages = SPACE.cost(adapted), SPACE.stage_costs(adapted)
        closed = count(adapted)
        assert (cost.params, cost.macs, cost.flops) == (closed.params, closed.macs, closed.flops)
        for name in ("activations", "saved_bytes", "saved_bytes_per_image"):
            assert getattr(cost, name) == getattr(closed, name)
        assert list(stages) == ["stem", "stages.0", "stages.1", "stages.2", "stages.3", "head"]
        for metric in METRICS:
            assert sum(part.of(metric) for part in stages.values()) == cost.of(metric)
        for name in ("activations", "saved_bytes", "saved_bytes_per_image"):
            assert sum(getattr(part, name) for part in stages.values()) == getattr(cost, name)


def stratified_genomes(seed=2):
    """Twenty, more than any knob has choices; these take every choice, dead knobs left out."""
    rng = random.Random(seed)
    orders = {knob.name: rng.sample(knob.choices, len(knob.choices)) for knob in SPACE.knobs}
    for turn in range(20):
        genome = {name: order[turn % len(order)] for name, order in orders.items()}
        for index in range(4):
            if genome[f"stages.{index}.width"] % genome[f"stages.{index}.head_dim"]:
                genome[f"stages.{index}.head_dim"] = 16
        yield SPACE.canonical(genome)


STRATIFIED = list(stratified_genomes())
QUARTER = {"classes": 10, "width_scale": 0.25, "proxy": True}


def test_the_stratified_members_take_every_choice_of_every_knob():
    for knob in SPACE.knobs:
        assert {genome[knob.name] for genome in STRATIFIED} == set(knob.choices), knob.name


@pytest.mark.parametrize(
    ("setting", "genomes"),
    [
        pytest.param(Setting(resolution=64, **QUARTER), STRATIFIED[:6], id="six at 64"),
        pytest.param(Setting(resolution=224, **QUARTER), STRATIFIED[:3], id="three at 224"),
        *(
            pytest.param(setting, STRATIFIED, id=name, marks=pytest.mark.slow)
            for name, setting in (
                ("64 pixels", Setting(resolution=64, **QUARTER)),
                ("224 pixels", Setting(resolution=224, **QUARTER)),
                ("64 pixels at full width", Setting(resolution=64)),
                ("128 pixels at full width", Setting(resolution=128)),
            )
        ),
    ],
)
def test_the_saved_bytes_are_what_autograd_keeps_of_a_batch(setting, genomes):
    for genome in genomes:
        config = SPACE.adapt(SPACE.decode(genome), setting)
        model, cost = SPACE.build(config).train(), SPACE.cost(config)
        with native.disabled():
            one, two = (
                bytes_kept(
                    model, (), torch.zeros(number, 3, setting.resolution, setting.resolution)
                )
                for number in (1, 2)
            )
        assert cost.saved_bytes == one.total(), genome
        more = two.total() - one.total()  # a single window takes more copies in a batch of one
        assert cost.saved_bytes_per_image == pytest.approx(more, rel=0.01), genome


@pytest.mark.slow  # not for its length: a busy machine fails it
def test_a_cost_takes_less_than_a_hundred_microseconds():
    for config in random_configs(20, seed=3):
        assert (
            min(repeat(lambda config=config: SPACE.cost(config), number=20, repeat=50)) / 20 < 1e-4
        )


def test_the_parameters_are_those_of_the_network_that_is_built():
    config = SPACE.adapt(VARIANTS["femto"], Setting(resolution=64, classes=10, width_scale=0.25))
    model = SPACE.build(config)
    assert SPACE.cost(config).params == sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("base", [FEMTO, NANO])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "free",
    [
        {},
        {"fusion": "all", "conv_dilations": "all", "se": "all", "stem_width": "all"},
        {"stages.0.width": (32, 48, 64), "stages.0.head_dim": "all", "stages.0.mlp": "all"},
        {"stages.2.dilations": "all", "stages.2.mlp": "all", "stages.2.mlp_ratio": "all"},
        {"stages.1.dilations": "all", "stages.1.mlp": ("per-branch", "convnext"), "fusion": "all"},
        {"stages.3.width": (256, 768), "stages.3.depth": "all", "stages.3.head_dim": "all"},
        {
            "conv_dilations": ("1", "2"),
            "fusion": ("gate",),
            "stages.0.dilations": ("1", "8"),
            "stages.0.mlp": ("per-branch",),
            "stages.1.head_dim": "all",
        },
        {f"stages.{index}.head_dim": "all" for index in range(4)}
        | {f"stages.{index}.mlp": ("shared", "convnext") for index in range(4)},
    ],
)
def test_the_range_is_what_brute_force_finds(base, target, free):
    choices = {name: (value,) for name, value in base.items()} | {
        name: EVERYTHING[name] if values == "all" else values for name, values in free.items()
    }
    assert SPACE.cost_range(choices, target) == brute_range(choices, target)


def test_no_member_lies_outside_the_range_of_the_whole_space():
    ranges = SPACE.cost_range(EVERYTHING, Setting())
    for config in (*VARIANTS.values(), *random_configs(200, seed=1)):
        for metric, (least, most) in ranges.items():
            assert least < SPACE.cost(config).of(metric) < most


def test_choices_without_a_width_for_any_head_have_no_range():
    choices = EVERYTHING | {"stages.1.width": (96 + 16,), "stages.1.head_dim": (32,)}
    with pytest.raises(InputError, match="exclude each other"):
        SPACE.cost_range(choices, Setting())


@pytest.mark.parametrize("name", VARIANTS)
def test_a_quarter_of_the_width_keeps_the_number_of_heads_and_the_shape(name):
    config = VARIANTS[name]
    small = SPACE.adapt(config, Setting(resolution=64, classes=10, width_scale=0.25, proxy=True))
    for before, after in zip(config.stages, small.stages, strict=True):
        assert after.width * 4 == before.width
        assert after.heads == before.heads
        assert (after.depth, after.dilations, after.mlp) == (
            before.depth,
            before.dilations,
            before.mlp,
        )
    assert (small.image_size, small.window_size, small.classes) == (64, 2, 10)
    assert small.stem_width * 4 == config.stem_width


def test_adapting_to_the_reference_changes_nothing():
    for config in (*VARIANTS.values(), *random_configs(50)):
        assert SPACE.adapt(config, Setting()) == config


def test_a_network_goes_to_a_target_and_back():
    there = SPACE.adapt(VARIANTS["nano"], Setting(resolution=96, classes=10, channels=1))
    assert SPACE.adapt(there, Setting()) == VARIANTS["nano"]


def test_every_member_holds_its_dilations_at_any_multiple_of_32_pixels():
    for config in random_configs(30, seed=2):
        for resolution in (32, 64, 96, 160, 256, 384):
            assert SPACE.adapt(config, Setting(resolution=resolution)).image_size == resolution


def test_a_width_that_an_eighth_cannot_hold_is_refused_by_name():
    eighth = Setting(resolution=64, width_scale=0.125, proxy=True)
    SPACE.adapt(VARIANTS["femto"], eighth)
    said = r"^width scale 0\.125: stages\.0\.width = 48 would become 6; expected a multiple of 4$"
    with pytest.raises(UnrepresentableError, match=said):
        SPACE.adapt(VARIANTS["pico"], eighth)


def test_a_scale_that_leaves_fractions_is_refused_by_name():
    with pytest.raises(UnrepresentableError, match=r"stages\.0\.width = 64 would become 19\.2"):
        SPACE.adapt(VARIANTS["nano"], Setting(width_scale=0.3))


def test_a_proxy_of_one_token_a_window_is_refused_with_the_reason():
    with pytest.raises(UnrepresentableError, match="resolution 32: a window would hold 1 token"):
        SPACE.adapt(VARIANTS["femto"], Setting(resolution=32, proxy=True))
    assert SPACE.adapt(VARIANTS["femto"], Setting(resolution=32)).window_size == 1


@pytest.mark.parametrize("resolution", [100, 31, 225])
def test_a_resolution_that_is_no_multiple_of_32_is_refused(resolution):
    said = f"^resolution {resolution}: expected a multiple of 32 pixels"
    with pytest.raises(UnrepresentableError, match=said):
        SPACE.adapt(VARIANTS["femto"], Setting(resolution=resolution))
