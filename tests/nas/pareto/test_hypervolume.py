"""The hypervolume is an area: counted here cell by cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.pareto import hypervolume

WAYS = ("maximize", "minimize")
POINTS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=12)


def cells(points, reference):
    """Unit cells, named by their upper left corner, that some point dominates."""
    worst_first, worst_second = reference
    return sum(
        any(first >= x + 1 and second <= y for first, second in points)
        for x in range(worst_first, 9)
        for y in range(worst_second)
    )


@given(POINTS)
def test_it_is_the_number_of_unit_cells_that_the_points_dominate(points):
    assert hypervolume(points, (1, 7), WAYS) == cells(points, (1, 7))


@given(POINTS, st.tuples(st.integers(0, 8), st.integers(0, 8)))
def test_another_point_never_lowers_it(points, another):
    assert hypervolume([*points, another], (0, 8), WAYS) >= hypervolume(points, (0, 8), WAYS)


def test_one_point_spans_a_rectangle_to_the_reference():
    assert hypervolume([(0.9, 10.0)], (0.5, 30.0), WAYS) == pytest.approx(0.4 * 20)


def test_no_points_span_nothing():
    assert hypervolume([], (0, 1), WAYS) == 0.0


def test_it_is_defined_here_for_two_objectives_only():
    with pytest.raises(ValueError, match="two objectives"):
        hypervolume([(1, 2, 3)], (0, 0, 0), ("maximize", "minimize", "minimize"))
