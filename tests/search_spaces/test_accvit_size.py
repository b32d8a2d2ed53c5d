"""How many networks the space of ACC-ViT holds, counted and listed."""

from itertools import product

import pytest

from nas.core.knob import Knob
from nas.core.space import key_of
from search_spaces.accvit import SPACE, ACCViTSpace


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
