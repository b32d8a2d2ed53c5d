"""Draws are spread as they promise: chi-squared against the exact distribution."""

import math
import random
from collections import Counter

import pytest
from scipy.stats import chisquare

from nas.core.budget import Bound, Budget
from nas.core.chain import START, Chain, Position, Step
from nas.windows import Window
from tests.nas.windows.chains import as_walked, grid_chain, walked

BILLION = 10**9
ALIKE = 1e-3  # a right sampler fails so often, with other seeds than those written here


@pytest.fixture(autouse=True)
def nothing_listed(monkeypatch):
    monkeypatch.setattr("nas.windows.window.LISTED", 0)


def between(low, high, metric="params"):
    return Bound(metric=metric, low=low, high=high)


def middle(chain, metric, part):
    """A window on the middle part of a chain's costs."""
    costs = sorted(path.cost.of(metric) for path in walked(chain))
    skipped = int(len(costs) * (1 - part) / 2)
    return between(costs[skipped], costs[-1 - skipped], metric)


def drawn(window, count, **how):
    rng, found = random.Random(0), []
    while len(found) < count:
        found += window.draw(rng, 5_000, **how)
    return found[:count]


@pytest.mark.parametrize(
    ("metrics", "bins"),
    [(("params",), 1 << 13), (("params",), 40), (("macs",), 1 << 13), (("params", "macs"), 40)],
)
def test_each_configuration_is_as_likely_as_any_other(metrics, bins, monkeypatch):
    monkeypatch.setattr("nas.windows.grid.BINS", bins)
    chain = grid_chain(positions=3, steps=2, alternatives=2)
    budget = Budget(tuple(middle(chain, metric, 0.5) for metric in metrics))
    truth = walked(chain, budget)
    window = Window(chain, budget)
    assert any(axis.least < axis.most for axis in window.table.grid.axes)
    assert 100 < len(truth) < 2_000
    times = Counter(map(as_walked, drawn(window, 20 * len(truth))))
    assert set(times) <= set(truth)
    assert chisquare([times[path] for path in truth]).pvalue > ALIKE


def test_configurations_beyond_what_floats_count_are_drawn_evenly():
    """Two kinds of step that cost the same have 9 and 1 alternatives, 40 times: binomial."""
    many = Step(tuple(("many", n) for n in range(9)), (0, 0, 0), START)
    one = Step((("one", 0),), (0, 0, 0), START)
    chain = Chain(
        tuple(Position((f"{i}.kind", f"{i}.number"), {START: (many, one)}) for i in range(40))
    )
    assert chain.size == 10**40
    found = drawn(Window(chain, Budget()), 20_000)
    kinds = Counter(list(priced.genome.values()).count("many") for priced in found)
    often = [k for k in range(41) if 20_000 * _binomial(k) > 10]
    times = [kinds[k] for k in often]
    expected = [_binomial(k) for k in often]
    total = sum(times)
    assert total > 19_900
    assert chisquare(times, [e / sum(expected) * total for e in expected]).pvalue > ALIKE


def _binomial(k):
    return math.comb(40, k) * 0.9**k * 0.1 ** (40 - k)


def tenths(found, low, high):
    """How many lie in each tenth of the logarithm of the parameters."""
    span = math.log(high / low)
    where = Counter(min(9, int(10 * math.log(p.cost.params / low) / span)) for p in found)
    return [where[part] for part in range(10)]


def test_over_size_the_logarithm_of_the_parameters_is_uniform(monkeypatch):
    monkeypatch.setattr("nas.windows.grid.BINS", 512)
    low, high = BILLION, 3 * BILLION
    window = Window(grid_chain(), Budget((between(low, high),)))
    evenly = drawn(window, 3_000, over="size")
    assert chisquare(tenths(evenly, low, high)).pvalue > ALIKE
    assert chisquare(tenths(drawn(window, 3_000), low, high)).pvalue < 1e-9  # of another shape


def test_over_strata_as_many_come_from_each_part_of_the_sizes(monkeypatch):
    monkeypatch.setattr("nas.windows.grid.BINS", 4096)
    low, high = BILLION, 3 * BILLION
    window = Window(grid_chain(), Budget((between(low, high),)))
    for count in tenths(drawn(window, 5_000, over="strata"), low, high):
        assert abs(count - 500) < 50


def test_over_strata_parts_without_paths_get_none_and_the_others_share():
    steps = tuple(Step(((n,),), (n, 0, 0), START) for n in (1000, 1001, 1002, 3000, 9990, 10_000))
    window = Window(Chain((Position(("knob",), {START: steps}),)), Budget())
    times = Counter(
        priced.cost.params for priced in window.draw(random.Random(0), 3_000, over="strata")
    )
    parts = [sum(times[p] for p in part) for part in ((1000, 1001, 1002), (3000,), (9990, 10_000))]
    assert sum(parts) == 3_000
    assert max(parts) - min(parts) <= 1
    assert chisquare([times[p] for p in (1000, 1001, 1002)]).pvalue > ALIKE


@pytest.mark.parametrize("over", ["configurations", "size", "strata"])
def test_whatever_they_are_spread_over_draws_are_members_and_the_seed_decides(over):
    chain = grid_chain(positions=3, steps=2)
    budget = Budget((middle(chain, "params", 0.2), middle(chain, "flops", 0.4)))
    truth = set(walked(chain, budget))
    window = Window(chain, budget)
    found = window.draw(random.Random(5), 3_000, over=over)
    assert set(map(as_walked, found)) <= truth
    assert found == Window(chain, budget).draw(random.Random(5), 3_000, over=over)
    assert found != window.draw(random.Random(6), 3_000, over=over)


def test_what_boundary_bins_reject_is_tallied(monkeypatch):
    monkeypatch.setattr("nas.windows.grid.BINS", 60)
    chain = grid_chain(positions=3, steps=2)
    window = Window(chain, Budget((middle(chain, "params", 0.3),)))
    assert window.tally.share == 1.0
    found = window.draw(random.Random(0), 1_000)
    assert window.tally.drawn == 1_000
    assert window.tally.inside == len(found) < 1_000
    assert window.tally.share == len(found) / 1_000


def test_draws_at_a_place_are_of_that_size():
    window = Window(grid_chain(), Budget((between(BILLION, 3 * BILLION),)))
    for place in (0.0, 0.25, 0.5, 1.0):
        wanted = BILLION * 3**place
        found = [
            priced for seed in range(5) for priced in window.draw_at(random.Random(seed), 20, place)
        ]
        assert found
        assert all(abs(priced.cost.params / wanted - 1) < 0.01 for priced in found)
