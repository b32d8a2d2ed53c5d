"""Windows of costs under a space's own names, which may lie below 0."""

import pytest

from nas.core.cost import NamedCost
from nas.core.errors import InputError
from nas.core.within import Within, parse_range


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2.5-5", 2.5, 5),
        ("2.5-", 2.5, None),
        ("-5", None, 5),
        ("-3--1", -3, -1),
        ("-3-1", -3, 1),
        ("-3-", -3, None),
        ("--3", None, -3),
        ("-1.5K - -2", -1500, -2),
        ("0-0", 0, 0),
    ],
)
def test_a_window_is_read_with_the_signs_of_its_bounds(text, low, high):
    read = parse_range("--within loss", "loss", text, costs=("loss",))
    assert (read.low, read.high) == (low, high)


@pytest.mark.parametrize("text", ["2.5-5", "2.5-", "-5", "-3--1", "-3-1", "-3-", "--3"])
def test_a_window_is_written_as_it_is_read(text):
    read = parse_range("--within loss", "loss", text, costs=("loss",))
    assert str(read) == f"loss {text}"


@pytest.mark.parametrize("text", ["-3---1", "-", "--", "", "3", "a-b", "1-2-3", "-3--x", "1 2-3"])
def test_what_is_no_window_is_refused_with_examples(text):
    with pytest.raises(InputError, match=r"expected a window such as .* or -3--1; got"):
        parse_range("--within loss", "loss", text, costs=("loss",))


def test_an_upside_down_window_below_zero_is_refused():
    with pytest.raises(InputError, match="the lower bound is above the upper one"):
        parse_range("--within loss", "loss", "-1--3", costs=("loss",))


def test_both_ends_below_zero_count():
    window = Within(ranges=(parse_range("--within a", "a", "-3--1", costs=("a",)),))
    admitted = [
        value for value in (-4, -3, -2, -1, 0, 1) if window.admits(NamedCost(named={"a": value}))
    ]
    assert admitted == [-3, -2, -1]


def test_near_windows_print_alike_and_are_told_apart() -> None:
    near = [
        Within(ranges=(parse_range("--within", "a", text, costs=("a",)),))
        for text in ("1.00001-2", "1.00002-2")
    ]
    assert len({str(one) for one in near}) == 1
    assert len({one.exact for one in near}) == 2
