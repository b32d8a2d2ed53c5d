"""A configuration that cannot be built says so when it is made, in one line."""

import json
import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import pytest

from accvit_blocks import ABLATIONS, VARIANTS, ACCViTConfig, StageConfig, feasible_dilations

NANO = VARIANTS["nano"]
STAGE = NANO.stages[0]


def with_stage(index: int, **changes: object) -> ACCViTConfig:
    stages = list(NANO.stages)
    stages[index] = replace(stages[index], **changes)
    return replace(NANO, stages=tuple(stages))


WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "size": (
        lambda: replace(NANO, image_size=200),
        "image_size must be a multiple of 32, got 200; take 192 or 224",
    ),
    "size 0": (lambda: replace(NANO, image_size=0), "image_size must be a positive int, got 0"),
    "size True": (
        lambda: replace(NANO, image_size=True),
        "image_size must be a positive int, got True",
    ),
    "window": (lambda: replace(NANO, window=0), "window must be a positive int, got 0"),
    "window that fits nothing": (
        lambda: replace(NANO, window=9),
        "take another window or image_size",
    ),
    "channels": (lambda: replace(NANO, channels=1.0), "channels must be a positive int, got 1.0"),
    "classes": (lambda: replace(NANO, classes=-1), "classes must be a positive int, got -1"),
    "stem": (lambda: replace(NANO, stem_width="64"), "stem_width must be a positive int, got '64'"),
    "se": (lambda: replace(NANO, se=1), "se must be True or False, got 1"),
    "fusion": (lambda: replace(NANO, fusion="sum"), "fusion must be one of gate, mean, got 'sum'"),
    "stages as a list": (
        lambda: replace(NANO, stages=list(NANO.stages)),
        "stages must be a tuple of four",
    ),
    "three stages": (
        lambda: replace(NANO, stages=NANO.stages[:3]),
        "stages must be a tuple of four",
    ),
    "conv dilations as a list": (
        lambda: replace(NANO, conv_dilations=[1]),
        "conv_dilations must be a non-empty tuple of ints, got [1]",
    ),
    "no conv dilations": (
        lambda: replace(NANO, conv_dilations=()),
        "conv_dilations must be a non-empty tuple",
    ),
    "conv dilations out of order": (
        lambda: replace(NANO, conv_dilations=(3, 1)),
        "conv_dilations must be strictly increasing, got (3, 1); take (1, 3)",
    ),
    "conv dilation 0": (
        lambda: replace(NANO, conv_dilations=(0, 1)),
        "each of conv_dilations must be a positive int, got 0",
    ),
    "dilation too large": (
        lambda: with_stage(1, dilations=(1, 8)),
        "stages[1].dilations: the 28 x 28 map must be divisible by dilation * window, "
        "got dilation 8 and window 7; take from (1, 2, 4)",
    ),
    "no dilations": (lambda: with_stage(0, dilations=()), "dilations must be a non-empty tuple"),
    "dilations twice": (
        lambda: with_stage(0, dilations=(2, 2)),
        "dilations must be strictly increasing, got (2, 2); take (2,)",
    ),
    "dilations as a list": (
        lambda: with_stage(0, dilations=[1]),
        "dilations must be a non-empty tuple of ints, got [1]",
    ),
    "width and heads": (
        lambda: with_stage(0, width=48),
        "width must be divisible by head_dim, got width=48 and head_dim=32; take a multiple of 32",
    ),
    "width and squeeze": (
        lambda: with_stage(0, width=6, head_dim=2),
        "width must be divisible by 4 (squeeze width)",
    ),
    "depth": (lambda: with_stage(0, depth=0), "depth must be a positive int, got 0"),
    "mlp": (
        lambda: with_stage(0, mlp="none"),
        "mlp must be one of shared, per-branch, convnext, got 'none'",
    ),
    "mlp ratio": (
        lambda: with_stage(0, mlp_ratio=2.0),
        "mlp_ratio must be a positive int, got 2.0",
    ),
    "stage index": (
        lambda: feasible_dilations(224, 7, 4),
        "stage_index must be 0, 1, 2 or 3, got 4",
    ),
    "dict: no mapping": (
        lambda: ACCViTConfig.from_dict([]),
        "a configuration must be a mapping, got []",
    ),
    "dict: missing": (lambda: ACCViTConfig.from_dict({}), "missing: ['stem_width', 'stages'"),
    "dict: unknown": (
        lambda: ACCViTConfig.from_dict(NANO.to_dict() | {"bias": 1}),
        "missing: [], unknown: ['bias']",
    ),
    "dict: stage unknown": (
        lambda: StageConfig.from_dict(STAGE.to_dict() | {"x": 1}),
        "a stage must have exactly the keys",
    ),
    "dict: stages": (
        lambda: ACCViTConfig.from_dict(NANO.to_dict() | {"stages": 4}),
        "stages must be a list, got 4",
    ),
    "dict: dilations": (
        lambda: StageConfig.from_dict(STAGE.to_dict() | {"dilations": 1}),
        "dilations must be a list, got 1",
    ),
    "dict: a stage": (
        lambda: ACCViTConfig.from_dict(NANO.to_dict() | {"stages": [1] * 4}),
        "a stage must be a mapping, got 1",
    ),
    "dict: a width": (
        lambda: StageConfig.from_dict(STAGE.to_dict() | {"width": "64"}),
        "width must be a positive int, got '64'",
    ),
}


@pytest.mark.parametrize(("make", "message"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_built_is_refused_in_one_line(
    make: Callable[[], object], message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        make()
    assert "\n" not in str(error.value)


def test_stages_hold_the_published_dilations() -> None:
    held = [feasible_dilations(224, 7, index) for index in range(4)]
    assert held == [stage.dilations for stage in NANO.stages]


def test_larger_maps_hold_more_dilations_with_the_window_set() -> None:
    assert feasible_dilations(448, 7, 0) == (1, 2, 4, 8, 16)
    assert feasible_dilations(448, None, 0) == (1, 2, 4, 8)
    assert feasible_dilations(224, 9, 0) == ()


def test_the_window_follows_the_image_unless_set() -> None:
    assert replace(NANO, image_size=448).window_size == 14
    assert replace(NANO, image_size=448, window=7).window_size == 7


@pytest.mark.parametrize("config", [*VARIANTS.values(), *ABLATIONS.values()])
def test_a_configuration_survives_json(config: ACCViTConfig) -> None:
    assert ACCViTConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_configurations_and_their_tables_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        NANO.classes = 10  # type: ignore[misc]
    with pytest.raises(TypeError):
        VARIANTS["nano"] = NANO  # type: ignore[index]


def test_ablation_4_is_nano() -> None:
    assert ABLATIONS["4"] is NANO
