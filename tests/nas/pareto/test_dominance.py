"""Dominance, fronts and ranks agree with the definitions, tried out pair by pair."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.core.objective import Direction
from nas.pareto import dominates, front, ranks

WAYS: tuple[Direction, ...] = ("maximize", "minimize", "minimize")
POINTS = st.integers(1, 3).flatmap(
    lambda size: st.tuples(
        st.lists(st.tuples(*[st.integers(0, 4)] * size), max_size=30), st.just(WAYS[:size])
    )
)


def beats(better, worse, ways):
    """The definition, without numpy."""
    triples = zip(better, worse, ways, strict=True)
    signed = [(a, b) if way == "maximize" else (b, a) for a, b, way in triples]
    return all(a >= b for a, b in signed) and any(a > b for a, b in signed)


def test_a_point_dominates_one_that_it_equals_in_one_objective_and_beats_in_another():
    assert dominates((0.9, 5), (0.8, 5), ("maximize", "minimize"))
    assert not dominates((0.9, 6), (0.8, 5), ("maximize", "minimize"))


def test_equal_points_do_not_dominate_each_other():
    assert not dominates((0.9, 5), (0.9, 5), ("maximize", "minimize"))


@given(POINTS)
def test_the_front_holds_the_first_of_all_undominated_points(drawn):
    points, ways = drawn
    expected = [
        index
        for index, point in enumerate(points)
        if not any(beats(other, point, ways) for other in points) and point not in points[:index]
    ]
    assert front(points, ways) == tuple(expected)


@given(POINTS)
def test_a_rank_is_one_more_than_the_worst_rank_among_the_points_that_dominate_it(drawn):
    points, ways = drawn
    found = ranks(points, ways)
    for point, rank in zip(points, found, strict=True):
        above = [other for p, other in zip(points, found, strict=True) if beats(p, point, ways)]
        assert rank == max(above, default=-1) + 1


@given(POINTS)
def test_the_front_does_not_depend_on_the_order_of_the_points(drawn):
    points, ways = drawn
    forth = {points[index] for index in front(points, ways)}
    back = {points[::-1][index] for index in front(points[::-1], ways)}
    assert forth == back


def test_no_points_have_no_front():
    assert front([], WAYS) == () == ranks([], WAYS)


def test_a_point_that_is_not_a_number_is_refused():
    with pytest.raises(ValueError, match="NaN"):
        front([(float("nan"), 1.0)], ("maximize", "minimize"))


def test_points_of_the_wrong_length_are_refused():
    with pytest.raises(ValueError, match="expected 3 numbers a point; got 2"):
        front([(1.0, 1.0)], WAYS)


def test_ten_thousand_points_are_ranked_in_seconds():
    points = np.random.default_rng(0).random((10_000, 2)).tolist()
    start = time.process_time()
    assert min(ranks(points, ("maximize", "minimize"))) == 0
    assert time.process_time() - start < 10
