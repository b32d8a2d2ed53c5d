"""A region admits what its knobs and budget leave, says why not, and draws nothing else."""

import random
import re
from itertools import product

import pytest

from nas.core.budget import Budget, parse_bound
from nas.core.fidelity import Setting
from nas.core.narrowing import narrow
from nas.core.space import key_of
from nas.windows import Member, Region, fits_fidelity
from search_spaces.accvit import SPACE

FEMTO = SPACE.encode(SPACE.published["femto"])
FREE = {
    "stages.0.width": (32, 48, 64),
    "stages.0.head_dim": (16, 32),
    "stages.2.depth": "all",
    "stages.0.mlp": "all",
    "stages.0.dilations": ("1", "2", "1+2"),
}


def whole(**bounds):
    return Region(
        space=SPACE,
        choices={knob.name: knob.choices for knob in SPACE.knobs},
        budget=Budget(tuple(parse_bound(metric, text) for metric, text in bounds.items())),
        target=Setting(),
    )


def listed(region):
    """The keys and costs of a region, found without it."""
    names = [knob.name for knob in SPACE.knobs]
    found = {}
    for values in product(*(region.choices[name] for name in names)):
        genome = dict(zip(names, values, strict=True))
        if SPACE.violation(genome) is None:
            canonical = SPACE.canonical(genome)
            cost = SPACE.cost(SPACE.decode(genome))
            if all(bound.holds(cost) for bound in region.budget.bounds):
                found[key_of(canonical)] = cost
    return found


def test_a_member_has_the_canonical_genome_its_key_and_its_cost(around_femto):
    raw = {**FEMTO, "stages.0.dilations": "1", "stages.0.mlp": "per-branch"}
    region = around_femto({"stages.0.dilations": "all", "stages.0.mlp": "all"})
    member = region.admit(raw)
    assert isinstance(member, Member)
    assert member.genome == {**raw, "stages.0.mlp": "shared"}
    assert member.key == key_of(member.genome)
    assert member.cost == SPACE.cost(SPACE.decode(raw))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"stages.0.width": 48, "stages.0.head_dim": 32}, "no multiple of head_dim = 32"),
        ({"stages.0.width": 33}, r"stages\.0\.width = 33 is not among"),
        ({"stages.0.width": 160}, r"^stages\.0\.width = 160 is not among the choices$"),
        ({"stages.2.depth": 14}, r"parameters, .* MACs: outside --budget 0-6M$"),
        ({"stages.0.width": 64}, r"^too wide to train$"),
    ],
)
def test_what_is_not_admitted_is_told_why(around_femto, change, reason):
    region = around_femto(
        FREE,
        params="-6M",
        representable=lambda genome: (
            "too wide to train" if genome["stages.0.width"] == 64 else None
        ),
    )
    answer = region.admit({**FEMTO, "stages.0.dilations": "1+2", **change})
    assert isinstance(answer, str)
    assert re.search(reason, answer)


def test_a_genome_without_all_knobs_is_not_admitted(around_femto):
    assert isinstance(around_femto().admit({"fusion": "gate"}), str)


@pytest.mark.parametrize("bounds", [{}, {"params": "5M-7M"}, {"macs": "-1.2G", "params": "5M-"}])
def test_the_members_of_a_narrowed_space_are_those_that_brute_force_finds(around_femto, bounds):
    region = around_femto(FREE, **bounds)
    assert region.members is not None
    expected = listed(region)
    assert {member.key: member.cost for member in region.members} == expected
    assert len(region.members) == len(expected) > 20


def test_a_large_space_is_not_listed():
    assert whole(params="5M-30M").members is None


def test_draws_from_a_listed_region_are_each_of_its_members_once_then_none(around_femto):
    region, seen, rng = around_femto(FREE, params="5M-7M"), set(), random.Random(0)
    while (member := region.draw(rng, seen)) is not None:
        assert member.key not in seen
        seen.add(member.key)
    assert seen == set(listed(region))
    assert not region.has_unseen(seen)
    assert region.has_unseen(seen - {min(seen)})


def test_draws_from_the_whole_space_lie_in_the_window_and_are_unseen():
    region, seen, rng = whole(params="5M-30M", macs="1G-6G"), set(), random.Random(0)
    for _ in range(30):
        member = region.draw(rng, seen)
        assert member is not None
        assert member.key not in seen
        assert SPACE.canonical(member.genome) == member.genome
        cost = SPACE.cost(SPACE.decode(member.genome))
        assert cost == member.cost
        assert 5_000_000 <= cost.params <= 30_000_000
        assert 10**9 <= cost.macs <= 6 * 10**9
        seen.add(member.key)


def test_the_same_random_numbers_draw_the_same_member():
    region = whole(params="5M-30M")
    assert region.draw(random.Random(3), set()) == region.draw(random.Random(3), set())


def test_the_budget_counts_at_the_target_setting(around_femto):
    femto = SPACE.cost(SPACE.decode(FEMTO))
    few = Setting(resolution=64, classes=10)
    member = around_femto(target=few).admit(FEMTO)
    assert isinstance(member, Member)
    assert member.cost == SPACE.cost(SPACE.adapt(SPACE.decode(FEMTO), few))
    assert member.cost.params < femto.params
    assert isinstance(around_femto(target=few, params=str(femto.params)).admit(FEMTO), str)


def test_members_that_a_fidelity_cannot_hold_are_left_out(around_femto):
    eighth = Setting(resolution=64, width_scale=0.125, proxy=True)
    widths = {"stages.0.width": (32, 48, 64)}
    region = around_femto(widths, representable=fits_fidelity(SPACE, eighth))
    assert {member.genome["stages.0.width"] for member in region.members} == {32, 64}
    assert "stages.0.width = 48 would become 6" in str(
        region.admit({**FEMTO, "stages.0.width": 48})
    )


def test_a_dead_knob_may_hold_a_value_that_was_narrowed_away(around_femto):
    fixed = narrow(SPACE, ["fusion=gate", "conv_dilations=1", "stages.*.dilations=1"], [])
    single = {name: fixed[name] for name in fixed if name.endswith("dilations")}
    region = around_femto({**single, "fusion": fixed["fusion"]})
    [member] = region.members
    assert member.genome["fusion"] == "mean"
    assert isinstance(region.admit(member.genome), Member)


@pytest.mark.parametrize(
    "mlps", [("per-branch",), ("per-branch", "convnext"), ("convnext", "per-branch")]
)
def test_a_lone_branchs_mlp_is_shared_even_where_only_per_branch_was_left(around_femto, mlps):
    region = around_femto({"stages.0.dilations": ("1",), "stages.0.mlp": mlps})
    shared = {**FEMTO, "stages.0.dilations": "1", "stages.0.mlp": "shared"}
    assert isinstance(region.admit(shared), Member)
    assert {member.genome["stages.0.mlp"] for member in region.members} == {
        "shared" if mlp == "per-branch" else mlp for mlp in mlps
    }


def test_a_live_knob_may_not_hold_a_value_that_was_narrowed_away(around_femto):
    region = around_femto({"fusion": ("gate",), "stages.0.mlp": ("convnext",)})
    assert region.admit({**FEMTO, "fusion": "mean"}) == "fusion = mean is not among the choices"
    alone = {**FEMTO, "stages.0.dilations": "1"}
    region = around_femto({"stages.0.dilations": ("1",), "stages.0.mlp": ("convnext",)})
    assert region.admit(alone) == "stages.0.mlp = shared is not among the choices"
