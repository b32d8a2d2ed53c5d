"""The noise is what is left of accuracy's variance once the network is fixed."""

from math import sqrt
from statistics import stdev, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import record

from nas.reporting.noise import Noise, noise

GROUPS = st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=4), max_size=4)


def replicated(groups):
    return [
        record(seed, f"key{index}", 10, accuracy, replicate=seed)
        for index, group in enumerate(groups)
        for seed, accuracy in enumerate(group)
    ]


@given(GROUPS)
def test_it_pools_the_variances_within_keys_by_their_degrees_of_freedom(groups):
    found = noise(replicated(groups))
    several = [group for group in groups if len(group) > 1]
    if not several:
        assert found is None
        return
    dof = sum(len(group) - 1 for group in several)
    pooled = sum(variance(group) * (len(group) - 1) for group in several) / dof
    assert found is not None
    assert found.sd == pytest.approx(sqrt(pooled), abs=1e-9)
    assert (found.dof, found.keys) == (dof, len(several))


def test_one_key_gives_its_own_standard_deviation():
    found = noise(replicated([[0.5, 0.6, 0.9]]))
    assert found is not None
    assert found.sd == pytest.approx(stdev([0.5, 0.6, 0.9]))


def test_differences_between_keys_are_no_noise():
    assert noise(replicated([[0.1, 0.1], [0.9, 0.9]])) == Noise(sd=0.0, dof=2, keys=2)


def test_the_same_evaluation_under_two_roles_is_no_replicate():
    once = record(0, "a", 10, 0.5)
    again = record(3, "a", 10, 0.5, role="published", label="a")
    assert noise([once, again]) is None


def test_a_failed_replicate_tells_nothing():
    assert noise([record(0, "a", 10, 0.5), record(1, "a", 10, None, replicate=1)]) is None


def test_the_threshold_is_students_at_95_percent():
    # Tabulated: t with 6 degrees of freedom exceeds 2.447 in 2.5 % of cases.
    assert Noise(sd=0.01, dof=6, keys=3).threshold(1, 1) == pytest.approx(
        2.447 * 0.01 * sqrt(2), rel=1e-3
    )


def test_the_standard_error_falls_with_the_root_of_the_replicates():
    assert Noise(sd=0.01, dof=6, keys=3).error(4) == pytest.approx(0.005)
