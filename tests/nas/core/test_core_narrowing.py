"""Knobs are narrowed by what is said on the command line, and mistakes there are named."""

import pytest

from nas.core.errors import InputError
from nas.core.narrowing import narrow
from search_spaces.accvit import SPACE


@pytest.mark.parametrize(
    ("fixed", "choices", "left"),
    [
        (["fusion=gate"], [], {"fusion": ("gate",)}),
        (["se=false"], [], {"se": (False,)}),
        ([], ["stages.0.width=64,32"], {"stages.0.width": (32, 64)}),
        ([], ["stages.0.width = 64 , 32"], {"stages.0.width": (32, 64)}),
        (
            ["stages.*.mlp=convnext"],
            [],
            {f"stages.{index}.mlp": ("convnext",) for index in range(4)},
        ),
        (["stages.1.dilations=1+4"], [], {"stages.1.dilations": ("1+4",)}),
        (["stages.0.depth=2"], ["stages.0.depth=1,2"], {"stages.0.depth": (2,)}),
    ],
)
def test_narrowing_leaves_the_choices_named_and_all_of_the_other_knobs(fixed, choices, left):
    everything = {knob.name: knob.choices for knob in SPACE.knobs}
    assert narrow(SPACE, fixed, choices) == everything | left


@pytest.mark.parametrize(
    ("fixed", "choices", "said"),
    [
        (["fusion"], [], "^--fix fusion: expected knob=value"),
        ([], ["fusion="], "^--choices fusion=: expected knob=value"),
        (["depth=3"], [], r"^--fix depth: no such knob; expected one of .*stages\.0\.depth"),
        (["stages.*.colour=3"], [], r"no such knob"),
        (["=3"], [], "no such knob"),
        (["fusion=sum"], [], "^knob fusion: expected one of gate, mean; got 'sum'$"),
        ([], ["stages.0.width=32,33"], r"knob stages\.0\.width: expected one of 32, 48.*got '33'"),
        (
            ["stages.*.dilations=9"],
            [],
            r"knob stages\.0\.dilations: expected one of 1, .*; got '9'",
        ),
        (["fusion=gate", "fusion=mean"], [], "^--fix fusion=mean: leaves no choice for fusion$"),
        (["fusion=gate"], ["fusion=mean"], "^--choices fusion=mean: leaves no choice for fusion$"),
    ],
)
def test_a_mistake_in_narrowing_is_named(fixed, choices, said):
    with pytest.raises(InputError, match=said) as raised:
        narrow(SPACE, fixed, choices)
    assert len(str(raised.value).splitlines()) == 1


def test_a_pattern_applies_to_the_knobs_that_have_the_value() -> None:
    choices = narrow(SPACE, ["stages.*.mlp=per-branch"], [])
    assert [choices[f"stages.{index}.mlp"] for index in range(3)] == [("per-branch",)] * 3
    assert choices["stages.3.mlp"] == ("shared", "convnext")
