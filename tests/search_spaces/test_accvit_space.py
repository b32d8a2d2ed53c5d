"""Genomes of ACC-ViT and their configurations: there and back, valid or not, in canonical form."""

import json
import random
from dataclasses import replace

import pytest

from accvit_blocks import ABLATIONS, VARIANTS, native
from nas.core.errors import InputError
from nas.core.space import SearchSpace, key_of
from search_spaces.accvit import SPACE
from tests.search_spaces.accvit_genomes import raw_genome

PUBLISHED = {**VARIANTS, **{f"row {row}": config for row, config in ABLATIONS.items()}}
NANO = SPACE.encode(VARIANTS["nano"])


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


def test_it_says_why_a_cpu_is_slower_than_it_could_be(monkeypatch):
    monkeypatch.setattr(native, "missing", lambda: "no C++ compiler was found")
    assert SPACE.slowed("cpu") == "no kernels for this CPU: no C++ compiler was found"
    assert SPACE.slowed("cuda") is None
    monkeypatch.setattr(native, "missing", lambda: None)
    assert SPACE.slowed("cpu") is None
