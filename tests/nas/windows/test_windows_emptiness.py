"""A search that nothing can come of is refused at once, with the reason and a way out."""

import random
from functools import cache
from itertools import pairwise

import pytest

from nas.core.budget import Bound, Budget, parse_bound
from nas.core.chain import Chain, Position
from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.windows import Region, check_region, fits_fidelity
from search_spaces.accvit import SPACE
from tests.nas.windows.neighbours import Neighbours, inside, region


class Unchained(type(SPACE)):
    """The same space to somebody who does not know that its costs are sums along a chain."""

    chain = None


@cache
def whole(space=SPACE, **bounds):
    return Region(
        space=space,
        choices={knob.name: knob.choices for knob in space.knobs},
        budget=Budget(tuple(parse_bound(metric, text) for metric, text in bounds.items())),
        target=Setting(),
    )


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ({"params": "1K-2K"}, r"^--budget 1K-2K: no configuration; accvit reaches params \d"),
        ({"params": "9G-"}, r"^--budget 9G-: no configuration; accvit reaches params \d"),
        ({"macs": "-1M"}, r"^--macs 0-1M: no configuration; accvit reaches macs \d"),
        (
            {"params": "5M-30M", "flops": "9T-"},
            r"^--flops 9000G-: no configuration; accvit reaches flops",
        ),
    ],
)
def test_a_window_outside_the_space_names_the_bound_and_the_real_range(bounds, said, around_femto):
    region = around_femto({"stages.2.width": "all", "stages.2.depth": "all"}, **bounds)
    with pytest.raises(InputError, match=said):
        check_region(region)


def test_a_window_outside_the_whole_space_is_told_the_same_way():
    least = SPACE.cost_range({knob.name: knob.choices for knob in SPACE.knobs}, Setting())["params"]
    with pytest.raises(InputError, match=f"accvit reaches params {least[0] / 1e6:.4g}M-"):
        check_region(whole(params="1K-2K"))


def test_the_range_in_the_message_is_the_narrowed_spaces(around_femto):
    region = around_femto({"stages.2.depth": "all"}, params="100M-")
    costs = [member.cost.params for member in around_femto({"stages.2.depth": "all"}).members]
    with pytest.raises(InputError, match=f"{min(costs) / 1e6:.4g}M-{max(costs) / 1e6:.4g}M here"):
        check_region(region)


def test_a_window_that_meets_the_space_passes(around_femto):
    check_region(whole(params="5M-30M"))
    check_region(whole())
    check_region(around_femto(params="-100M"))


def test_two_windows_that_nothing_meets_together_are_empty_where_all_were_listed(around_femto):
    costs = sorted(
        (member.cost for member in around_femto({"stages.2.depth": "all"}).members),
        key=lambda cost: cost.params,
    )
    # The smallest network by parameters cannot have the MACs of the largest.
    region = around_femto(
        {"stages.2.depth": "all"},
        params=f"-{costs[0].params}",
        macs=f"{costs[-1].macs}-",
    )
    with pytest.raises(
        InputError, match=r"no configuration lies inside; the space reaches params .*, macs"
    ):
        check_region(region)


@pytest.mark.slow
def test_two_windows_that_nothing_meets_together_are_known_to_be_empty_in_the_whole_space():
    with pytest.raises(InputError, match=r"--macs 30G-: no configuration lies inside; .*reaches"):
        check_region(whole(params="-2M", macs="30G-"))


def test_without_a_chain_two_windows_that_nothing_drawn_meets_are_undecided(monkeypatch):
    monkeypatch.setattr("nas.windows.region.DRAWS", 300)
    monkeypatch.setattr("nas.windows.emptiness.DRAWS", 300)
    region = whole(Unchained(), params="-2M", macs="30G-")
    said = r"none found in 300 draws \(undecided, perhaps empty\).*reaches params .*-.*, macs .*-"
    with pytest.raises(InputError, match=said):
        check_region(region)


def test_choices_that_exclude_each_other_are_told_without_any_budget(around_femto):
    region = around_femto({"stages.0.width": (48,), "stages.0.head_dim": (32,)})
    with pytest.raises(InputError, match="exclude each other"):
        check_region(region)


def test_a_fidelity_that_holds_no_member_is_refused_with_its_reason(monkeypatch):
    monkeypatch.setattr("nas.windows.region.DRAWS", 300)
    one_token = Setting(resolution=32, proxy=True)
    region = Region(
        space=SPACE,
        choices={knob.name: knob.choices for knob in SPACE.knobs},
        budget=Budget((parse_bound("params", "5M-30M"),)),
        target=Setting(),
        representable=fits_fidelity(SPACE, one_token),
    )
    with pytest.raises(InputError, match="fidelity: resolution 32: a window would hold 1 token"):
        check_region(region)


def gaps(costs):
    """The middles of windows between neighbouring costs."""
    return [(a + 1, b - 1) for a, b in pairwise(sorted(set(costs))) if b - a > 2]


def narrowings(seed):
    """A small space with its first knobs narrowed at random, and what is left of it."""
    rng = random.Random(seed)
    space = Neighbours(seed=seed)
    left = {
        knob.name: tuple(sorted(rng.sample(knob.choices, rng.randint(1, 3))))
        for knob in space.knobs
    }
    return space, left, rng


def refusal(found):
    with pytest.raises(InputError) as raised:
        check_region(found)
    said = str(raised.value)
    assert "\n" not in said
    return said


def freeing(found):
    """Of each knob that, given back all its choices, lets the budget be met: name and values."""
    every = {knob.name: knob.choices for knob in found.space.knobs}
    return [
        f"{name} = {' or '.join(map(str, left))}"
        for name, left in found.choices.items()
        if inside(region(found.space, found.budget, {**found.choices, name: every[name]}))
    ]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("metric", ["params", "macs"])
def test_an_empty_window_names_what_is_nearest_on_both_sides_and_the_knobs_that_block(seed, metric):
    space, left, rng = narrowings(seed)
    costs = [cost.of(metric) for cost in inside(region(space, Budget(), left)).values()]
    windows = [
        *([rng.choice(gaps(costs))] if gaps(costs) else []),
        (max(costs) + 1, max(costs) + 60),
    ]
    for low, high in windows:
        budget = Budget((Bound(metric=metric, low=low, high=high),))
        found = region(space, budget, left)
        said = refusal(found)
        near = [
            f(c)
            for f, c in (
                (max, [c for c in costs if c < low]),
                (min, [c for c in costs if c > high]),
            )
            if c
        ]
        nearest = " and ".join(f"{cost:,}" for cost in near)
        assert f"; neighbours reaches {metric} " in said
        assert f" here, nearest to the window {nearest}; in the way: " in said
        named = said.partition("in the way: ")[2].split(", ")
        if freeing(found):
            assert named == freeing(found)[:2]
        else:
            assert named[0] == "no choice left out"
            heaviest = named[1].removeprefix("and ").removesuffix(" weighs most")
            assert heaviest.partition(" = ")[0] in left


def test_where_no_knob_alone_opens_the_window_the_one_that_weighs_most_is_named(around_femto):
    said = refusal(around_femto(params="300M-"))
    heaviest = said.partition("no choice left out, and ")[2].removesuffix(" weighs most")
    name, _, value = heaviest.partition(" = ")
    femto = SPACE.encode(SPACE.published["femto"])
    assert str(femto[name]) == value

    def swing(knob):
        costs = [
            SPACE.cost(SPACE.decode(genome)).params
            for choice in knob.choices
            if SPACE.violation(genome := {**femto, knob.name: choice}) is None
        ]
        return max(costs) - min(costs)

    assert swing(next(knob for knob in SPACE.knobs if knob.name == name)) == max(
        map(swing, SPACE.knobs)
    )


def test_bounds_that_can_only_be_met_one_by_one_are_told_how_near_they_come():
    tried = 0
    for seed in range(12):
        space, left, _ = narrowings(seed)
        costs = list(inside(region(space, Budget(), left)).values())
        low = min(costs, key=lambda cost: cost.params)
        high = max(costs, key=lambda cost: cost.macs)
        if low.macs == high.macs:
            continue
        tried += 1
        few = Bound(metric="params", low=None, high=low.params)
        much = Bound(metric="macs", low=high.macs, high=None)
        found = region(space, Budget((few, much)), left)
        said = refusal(found)
        assert f"{few}, {much}: no configuration lies inside" in said
        params = min(cost.params for cost in costs if much.holds(cost))
        macs = max(cost.macs for cost in costs if few.holds(cost))
        assert (
            f"; nearest found params {params:,} with {much}, or macs {macs:,} with {few}"
        ) in said
        named = said.partition("in the way: ")[2]
        assert named == ", ".join(freeing(found)[:2])
    assert tried > 5


def test_a_space_that_no_genome_is_left_of_is_refused_in_words():
    class Broken(Neighbours):
        def chain(self, choices, setting):
            return Chain(
                tuple(Position(p.knobs, {}) for p in super().chain(choices, setting).positions)
            )

        def violation(self, genome):
            return "nothing goes with anything"

    broken = Broken()
    broken.size = 0
    for budget in (Budget(), Budget((Bound(metric="macs", low=1, high=10),))):
        assert "no configuration" in refusal(region(broken, budget))


def test_a_window_of_few_among_very_many_is_never_called_empty(monkeypatch):
    """One network's exact parameters: too many share its bins to list, few are inside."""
    monkeypatch.setattr("nas.windows.region.DRAWS", 300)
    monkeypatch.setattr("nas.windows.emptiness.DRAWS", 300)
    params = SPACE.cost(SPACE.published["tiny"]).params
    found = whole(params=str(params))
    least, most = found.window.count
    assert least == 0 < most
    assert "undecided" in refusal(found)
