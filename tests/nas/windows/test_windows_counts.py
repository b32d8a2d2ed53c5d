"""What a window counts, lists, draws and calls nearest is what walking all paths finds."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nas.core.budget import Bound, Budget
from nas.core.chain import START, Chain, Position, Step
from nas.core.cost import METRICS
from nas.windows import Window
from nas.windows.nearest import nearest
from tests.nas.windows.chains import (
    as_walked,
    chains,
    chains_and_bounds,
    grid_chain,
    walked,
)

FEW = settings(max_examples=120, deadline=None)


def by_genome(paths):
    return sorted(paths, key=lambda path: path.genome)


@given(chains_and_bounds())
@FEW
def test_the_members_of_a_window_are_the_paths_that_its_budget_admits(given_):
    chain, bounds = given_
    window = Window(chain, Budget(bounds))
    truth = by_genome(walked(chain, Budget(bounds)))
    assert window.members is not None
    assert by_genome(map(as_walked, window.members)) == truth
    assert window.count == (len(truth), len(truth))


@pytest.mark.parametrize("bins", [(1 << 13, 1 << 16, 32), (7, 24, 2), (1, 1, 1)])
def test_bounds_on_the_count_hold_where_nothing_is_listed(bins):
    @given(chains_and_bounds())
    @FEW
    def check(given_):
        chain, bounds = given_
        with pytest.MonkeyPatch.context() as patch:
            coarse(patch, bins)
            window = Window(chain, Budget(bounds))
            least, most = window.count
            truth = walked(chain, Budget(bounds))
            assert least <= len(truth) <= most
            drawn = [as_walked(priced) for priced in window.draw(random.Random(0), 20)]
        assert set(drawn) <= set(truth)
        assert not truth or most

    check()


def coarse(patch, bins):
    """Nothing is listed unless it is empty, and there are so few bins."""
    patch.setattr("nas.windows.window.LISTED", 0)
    for name, value in zip(("BINS", "CELLS", "FEWEST"), bins, strict=True):
        patch.setattr(f"nas.windows.grid.{name}", value)


@given(chains_and_bounds(metrics=1, cost=st.integers(0, 100)))
@FEW
def test_small_costs_are_counted_exactly_without_listing(given_):
    chain, (bound,) = given_
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nas.windows.window.LISTED", 0)
        least, most = Window(chain, Budget((bound,)), metrics=(bound.metric,)).count
    assert least == most == len(walked(chain, Budget((bound,))))


def test_a_bound_that_leaves_nothing_out_does_not_loosen_the_count():
    chain = grid_chain()
    window = (Bound(metric="params", low=10**9, high=2 * 10**9),)
    idle = (Bound(metric="macs", low=None, high=10**15), Bound(metric="flops", low=1, high=None))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nas.windows.window.LISTED", 0)
        least, most = Window(chain, Budget(window)).count
        assert (least, most) == Window(chain, Budget(window + idle)).count
    assert 0 < least < most


@given(chains_and_bounds())
@FEW
def test_the_nearest_on_both_sides_are_those_of_all_paths(given_):
    chain, (bound, *others) = given_
    assert_nearest(chain, bound, tuple(others))


@given(chains_and_bounds(metrics=1))
@FEW
def test_the_nearest_are_exact_with_few_bins_too(given_):
    chain, (bound,) = given_
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nas.windows.grid.BINS", 5)
        assert_nearest(chain, bound, ())


@pytest.mark.parametrize("bins", [20, 100, 1000])
@pytest.mark.parametrize("metric", METRICS)
def test_the_nearest_are_found_where_bins_hide_the_order_of_costs(bins, metric, monkeypatch):
    monkeypatch.setattr("nas.windows.grid.BINS", bins)
    chain = grid_chain(positions=4, states=2, steps=2)
    costs = sorted(path.cost.of(metric) for path in walked(chain))
    for at in range(1, len(costs) - 1, 7):
        bound = Bound(metric=metric, low=costs[at] + 1, high=costs[at + 1] - 1)
        below, above = nearest(chain, bound)
        assert (below.cost.of(metric), above.cost.of(metric)) == (costs[at], costs[at + 1])


@pytest.mark.parametrize(
    ("bins", "paths", "window", "expected"),
    [
        # In bins of 100 the first is rounded down to 1000, then come 900 and, dearer, 800.
        (10, ((549, 549), (450, 350), (349, 549)), (1001, 1001), (898, 1098)),
        # The first is rounded up to 1000, then come 1100 and, cheaper, 1200.
        (12, ((450, 450), (549, 649), (550, 550)), (1000, 1000), (900, 1100)),
    ],
)
def test_a_nearer_network_in_a_bin_further_off_is_found(bins, paths, window, expected, monkeypatch):
    monkeypatch.setattr("nas.windows.grid.BINS", bins)
    first, second = {START: []}, {}
    for state, (one, other) in enumerate(paths):
        first[START].append(Step(((state,),), (one, 0, 0), state))
        second[state] = (Step(((0,),), (other, 0, 0), 0),)
    chain = Chain((Position(("a",), {START: tuple(first[START])}), Position(("b",), second)))
    low, high = window
    below, above = nearest(chain, Bound(metric="params", low=low, high=high))
    assert (below.cost.params, above.cost.params) == expected


def assert_nearest(chain, bound, others):
    costs = [path.cost.of(bound.metric) for path in walked(chain, Budget(others))]
    under = [cost for cost in costs if bound.low is not None and cost < bound.low]
    over = [cost for cost in costs if bound.high is not None and cost > bound.high]
    below, above = nearest(chain, bound, others)
    assert (below and below.cost.of(bound.metric)) == (max(under) if under else None)
    assert (above and above.cost.of(bound.metric)) == (min(over) if over else None)
    paths = set(walked(chain, Budget(others)))
    assert all(as_walked(found) in paths for found in (below, above) if found)


@given(chains(cost=st.integers(0, 10**12)))
@settings(max_examples=40, deadline=None)
def test_a_window_as_narrow_as_one_cost_holds_those_of_that_cost(chain):
    paths = walked(chain)
    for path in paths[:5]:
        exactly = Budget(
            tuple(Bound(metric=m, low=path.cost.of(m), high=path.cost.of(m)) for m in METRICS)
        )
        members = Window(chain, exactly).members
        assert {as_walked(m) for m in members} == {p for p in paths if p.cost == path.cost}


@pytest.mark.parametrize("metric", METRICS)
def test_a_window_of_a_single_configuration_among_thousands_draws_just_that(metric):
    chain = grid_chain()
    paths = walked(chain)
    for path in random.Random(0).sample(paths, 3):
        value = path.cost.of(metric)
        window = Window(chain, Budget((Bound(metric=metric, low=value, high=value),)))
        assert window.count == (1, 1)
        drawn = window.draw(random.Random(1), 2_000)
        assert {as_walked(priced) for priced in drawn} <= {path}


@given(chains())
@settings(max_examples=60, deadline=None)
def test_a_window_beyond_reach_is_known_to_be_empty_without_listing(chain):
    with pytest.MonkeyPatch.context() as patch:
        coarse(patch, (3, 9, 3))
        for metric in METRICS:
            most = max((path.cost.of(metric) for path in walked(chain)), default=0)
            beyond = Bound(metric=metric, low=most + 1, high=None)
            window = Window(chain, Budget((beyond,)))
            assert window.count == (0, 0)
            assert window.members == ()
            assert window.draw(random.Random(0), 5) == []


def line(*costs, values=1, length=1):
    """One state, the same steps at each position."""
    steps = tuple(
        Step(tuple((f"{n}.{value}",) for value in range(values)), cost, START)
        for n, cost in enumerate(costs)
    )
    return Chain(tuple(Position((f"{index}",), {START: steps}) for index in range(length)))


@pytest.mark.parametrize(
    ("chain", "fit"),
    [
        (Chain((Position(("knob",), {}),)), 0),
        (line((7, 7, 7)), 1),
        (line((0, 0, 0)), 1),
        (line((0, 0, 0), values=3, length=4), 81),
        (line((5, 1, 9), (5, 2, 9), length=3), 8),
    ],
)
@pytest.mark.parametrize("listed", [0, 20_000])
@pytest.mark.parametrize("metric", METRICS)
def test_the_plainest_chains_are_counted_under_any_bound(chain, fit, listed, metric, monkeypatch):
    monkeypatch.setattr("nas.windows.window.LISTED", listed)
    paths = walked(chain)
    assert len(paths) == fit
    values = [path.cost.of(metric) for path in paths] or [0]
    ends = (None, 0, min(values), max(values), 10**16)
    for low in ends:
        for high in ends:
            both = Bound(metric=metric, low=low, high=high)
            for bounds in ((both,), (both, Bound(metric="flops", low=5, high=None))):
                truth = walked(chain, Budget(bounds))
                window = Window(chain, Budget(bounds))
                least, most = window.count
                assert least <= len(truth) <= most
                drawn = {as_walked(priced) for priced in window.draw(random.Random(0), 50)}
                assert drawn <= set(truth)
                assert bool(drawn) == bool(truth)


def test_beyond_what_floats_hold_the_bounds_are_still_on_either_side():
    """7**30 is 2.3e25: one way a bin at first, and a sum no float holds in the end."""
    length, values = 30, 7
    chain = line((10, 3, 0), (20, 3, 0), values=values, length=length)
    for low, high in ((300, 600), (400, 470), (310, 310), (450, 450)):
        ways = sum(
            math.comb(length, heavy) * values**length
            for heavy in range(length + 1)
            if low <= 10 * (length + heavy) <= high
        )
        window = Window(chain, Budget((Bound(metric="params", low=low, high=high),)))
        least, most = window.count
        assert least <= ways <= most
        assert most - least <= ways // 10**9
        drawn = window.draw(random.Random(0), 200)
        assert len(drawn) == 200
        assert all(low <= priced.cost.params <= high for priced in drawn)


def test_the_bounds_are_exact_up_to_the_largest_whole_float():
    chain = line((1, 1, 1), values=2, length=52)
    assert Window(chain, Budget()).count == (2**52, 2**52)
    least, most = Window(line((1, 1, 1), values=3, length=34), Budget()).count
    assert least <= 3**34 <= most  # above 2**53, and odd


def test_costs_near_the_largest_integers_of_an_array_do_not_overflow():
    chain = line((10**15, 10**16, 10**17), (3 * 10**15, 1, 0), length=8)
    for metric in METRICS:
        costs = sorted(path.cost.of(metric) for path in walked(chain))
        bound = Bound(metric=metric, low=costs[80], high=costs[180])
        truth = walked(chain, Budget((bound,)))
        assert Window(chain, Budget((bound,))).count == (len(truth), len(truth))
