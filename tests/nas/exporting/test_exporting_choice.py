"""Which trial is meant: the grammar of --trial, the best under a cost, and the knee."""

from dataclasses import dataclass

import pytest

from nas.core.errors import InputError
from nas.exporting.choice import Under, best_under, knee, parse_choice


@dataclass(frozen=True)
class One:
    number: int
    accuracy: float
    params: int
    macs: int = 0

    def of(self, name):
        return getattr(self, name)


ALL = (One(0, 0.5, 5), One(1, 0.7, 10), One(2, 0.72, 20, 3), One(3, 0.7, 9))


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("7", 7),
        ("knee", "knee"),
        ("best-under:10M", Under(most=10_000_000, metric="params")),
        ("best-under:2.5G-macs", Under(most=2_500_000_000, metric="macs")),
        ("best-under:2g-flops", Under(most=2_000_000_000, metric="flops")),
        ("best-under:500-params", Under(most=500, metric="params")),
    ],
)
def test_a_choice_is_a_number_a_bound_or_the_knee(text, choice):
    assert parse_choice(text) == choice


@pytest.mark.parametrize(
    "text",
    ["", "-1", "1.5", "best", "best-under:", "best-under:10X", "best-under:1-2-macs", "\uff19"],
)
def test_all_else_is_refused_with_what_may_be_said(text):
    with pytest.raises(InputError, match="expected a number, best-under:10M"):
        parse_choice(text)


def test_the_best_under_a_bound_is_the_most_accurate_within_it_the_bound_included():
    assert best_under(ALL, Under(most=10, metric="params")).number == 3  # as good, and cheaper
    assert best_under(ALL, Under(most=20, metric="params")).number == 2
    assert best_under(ALL, Under(most=0, metric="macs")).number == 1  # the earliest


def test_a_bound_below_all_of_them_is_told_with_the_smallest():
    with pytest.raises(InputError, match="at most 4 params; the smallest has 5"):
        best_under(ALL, Under(most=4, metric="params"))
    with pytest.raises(InputError, match="there is no complete trial"):
        best_under((), Under(most=4, metric="params"))


def test_behind_the_knee_cost_buys_least():
    front = (One(0, 0.5, 5), One(1, 0.70, 7), One(2, 0.74, 12), One(3, 0.75, 25))
    assert knee(front, "params").number == 1
    assert knee(front[::-1], "params").number == 1


def test_two_members_have_no_knee():
    with pytest.raises(InputError, match="the front has 2 members; a knee needs three"):
        knee(ALL[:2], "params")
