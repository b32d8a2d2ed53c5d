"""Settings survive JSON, and name the search that they belong to."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opened import settings

from nas.core.budget import Budget, parse_bound
from nas.core.fidelity import Fidelity
from nas.study.run import check_name
from nas.study.settings import Settings, differences

FIDELITIES = st.builds(
    Fidelity,
    epochs=st.integers(1, 100),
    resolution=st.integers(1, 512),
    data_share=st.floats(0.001, 1),
    width_scale=st.floats(0.01, 1),
)
CHOICES = st.dictionaries(
    st.text(min_size=1),
    st.lists(st.one_of(st.text(), st.integers(), st.booleans()), min_size=1).map(tuple),
    max_size=4,
)


@given(fidelity=FIDELITIES, choices=CHOICES, seed=st.integers(0, 2**31), published=st.booleans())
def test_what_is_written_is_read_back(
    fidelity: Fidelity, choices: dict[str, tuple[str, ...]], seed: int, published: bool
) -> None:
    before = settings(
        fidelity=fidelity,
        choices=choices,
        seed=seed,
        published=published,
        budget=Budget((parse_bound("params", "5M-"), parse_bound("macs", "-6G"))),
    )
    after = Settings.from_dict(json.loads(json.dumps(before.to_dict())))
    assert after == before
    assert after.name() == before.name()
    assert differences(before.to_dict(), after.to_dict()) == []


def test_of_early_versions_what_was_not_written_has_its_default() -> None:
    written = settings().to_dict()
    for name in ("execution", "checkpointing"):
        del written["recipe"][name]
    assert Settings.from_dict(written) == settings()


def test_a_whole_number_stays_one_for_seeds_are_hashes_of_its_text() -> None:
    written = settings(fidelity=Fidelity(epochs=1, resolution=8, data_share=1)).to_dict()
    assert json.dumps(Settings.from_dict(written).to_dict()) == json.dumps(written)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *(("data.seed", value) for value in ("x", None, 1.5, [1])),
        *(("data.source", value) for value in (3, None)),
        *(("data.val_limit", value) for value in ("x", [1])),
        *(("data.distortion", value) for value in ([1], 3)),
        *(("digest", value) for value in ([1], {})),
        *(("choices.mood", value) for value in ("x", 3, {"a": 1})),
        *(("choices.mood", value) for value in ([[1]], [None])),
        *(("seed", value) for value in ("x", -1, 10**400)),
        *(("device", 3), ("recipe.batch_size", 2.5), ("fidelity.width_scale", float("nan"))),
        *(("recipe.unknown", 1), ("unknown", 1)),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(place: str, value: object) -> None:
    written = settings().to_dict()
    *above, last = place.split(".")
    holder = written[above[0]] if above else written
    holder[last] = value
    with pytest.raises(TypeError, match=rf"^{place}\b.*: expected .*; got "):
        Settings.from_dict(written)


@pytest.mark.parametrize(
    ("place", "value"), [("data.distortion", "x"), ("target.resolution", 10**7)]
)
def test_a_value_that_no_search_has_is_named(place: str, value: object) -> None:
    written = settings().to_dict()
    part, name = place.split(".")
    written[part][name] = value
    with pytest.raises(TypeError, match=f"^{part}: {name}: expected .*; got "):
        Settings.from_dict(written)


@pytest.mark.parametrize(
    "changed",
    [
        {"seed": 1},
        {"fidelity": Fidelity(epochs=2, resolution=8)},
        {"digest": "other images"},
        {"device": "cuda: NVIDIA H200"},
        {"published": False},
        {"choices": {}},
        {"objectives": ("accuracy", "macs")},
    ],
)
def test_whatever_changes_results_changes_the_name(changed: dict[str, object]) -> None:
    assert settings(**changed).name() != settings().name()


def test_the_name_can_be_a_folder() -> None:
    assert settings().name().startswith("tests-nas-toy-SPACE-")


@pytest.mark.parametrize("space", ["_mine:SPACE", "_:__", "größe:SPACE", f"{'a' * 100}:SPACE"])
def test_the_default_name_can_be_a_folder_whatever_the_space_is_called(space: str) -> None:
    name = settings(space=space).name()
    assert check_name(name) == name


def test_a_difference_is_named_with_both_values() -> None:
    here, there = settings(), settings()
    there = replace(there, fidelity=replace(there.fidelity, epochs=3), seed=5)
    assert differences(here.to_dict(), there.to_dict()) == [
        "fidelity.epochs: 1 there, 3 asked",
        "seed: 0 there, 5 asked",
    ]
