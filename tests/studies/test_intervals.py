"""Intervals cover what they promise, and rank correlations are those of the textbooks."""

import math

import numpy as np
import pytest
from scipy import stats

from studies.intervals import difference, mean, resampled, tau, tau_alike


def test_a_mean_has_students_interval():
    values = [1.0, 2.0, 4.0, 7.0]
    found = mean(values)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.n == 4


def test_a_difference_has_welchs_interval():
    after, before = [3.0, 5.0, 4.5], [1.0, 1.2, 0.9, 1.4]
    expected = stats.ttest_ind(after, before, equal_var=False).confidence_interval(0.95)
    found = difference(after, before)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.value == pytest.approx(np.mean(after) - np.mean(before))
    assert found.decided


def test_intervals_cover_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(600):
        found = difference(list(rng.normal(1.0, 1.0, 5)), list(rng.normal(0.4, 2.0, 4)))
        hits += found.low <= 0.6 <= found.high
    assert 0.92 <= hits / 600 <= 0.98


@pytest.mark.parametrize("values", [[2.0], [2.0, 2.0]])
def test_one_value_or_equal_ones_are_no_evidence_of_a_spread(values):
    found = mean(values)
    assert found.value == 2.0
    assert math.isnan(found.low)
    assert not found.decided


@pytest.mark.parametrize(("after", "before"), [([5.0], [1.0, 1.1]), ([5.0, 5.0], [1.0, 1.0])])
def test_one_value_against_others_is_undecided_and_so_are_equal_ones(after, before):
    assert not difference(after, before).decided


def test_what_size_explains_is_no_agreement_among_pairs_of_like_size():
    rng = np.random.default_rng(1)
    size = rng.uniform(0, 5, size=400)
    left, right = size + rng.normal(size=400), size + rng.normal(size=400)
    assert tau(left, right) > 0.4
    assert abs(tau_alike(left, right, np.exp(size))) < 0.05
    shared = rng.normal(size=400)
    assert tau_alike(left + 2 * shared, right + 2 * shared, np.exp(size)) > 0.5


def test_only_pairs_of_like_size_count():
    sizes = [1.0, 1.2, 10.0, 12.0, 100.0]
    assert tau_alike([1, 2, 9, 8, 0], [1, 2, 3, 4, 5], sizes) == 0  # one agrees, one does not
    assert tau_alike([1, 2, 8, 9, 0], [1, 2, 3, 4, 5], sizes) == 1
    assert math.isnan(tau_alike([1, 1, 8, 8, 0], [1, 2, 3, 4, 5], sizes))


def test_a_bootstrap_interval_holds_the_value_and_narrows_with_more_rows():
    rng = np.random.default_rng(2)
    widths = []
    for rows in (20, 200):
        left = rng.normal(size=rows)
        right = left + rng.normal(size=rows)
        found = resampled(tau, left, right, resamples=300)
        assert found.low < found.value < found.high
        widths.append(found.half)
    assert widths[1] < widths[0] / 2


def test_a_side_that_does_not_vary_ranks_nothing():
    found = resampled(tau, [1.0, 1.0, 1.0], [1.0, 2.0, 3.0], resamples=20)
    assert math.isnan(found.value)
    assert not found.decided
