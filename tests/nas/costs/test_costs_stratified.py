"""Few draws hold every value of every knob, whatever rules and dead knobs a space has."""

import pytest

from nas.core.space import find_space, key_of
from nas.costs import stratified
from tests.nas.toy import SPACE as TOY

ACCVIT = find_space("accvit")


@pytest.mark.parametrize(("space", "number"), [(TOY, 6), (ACCVIT, 30)], ids=["toy", "accvit"])
@pytest.mark.parametrize("seed", range(5))
def test_every_value_of_every_knob_appears(space, number, seed):
    members = list(stratified(space, number, seed=seed))
    assert len(members) == number
    for knob in space.knobs:
        assert {member[knob.name] for member in members} == set(knob.choices), knob.name


def test_all_draws_are_canonical_members():
    for member in stratified(ACCVIT, 200, seed=3):
        assert ACCVIT.violation(member) is None
        assert ACCVIT.canonical(member) == member


def test_a_seed_draws_the_same_again_and_another_draws_others():
    first, again, other = (
        [key_of(member) for member in stratified(ACCVIT, 20, seed=seed)] for seed in (1, 1, 2)
    )
    assert first == again
    assert not set(first) & set(other)


def test_a_value_is_kept_once_all_have_appeared():
    members = list(stratified(TOY, 20, seed=0, then={"width": 4}))
    widths = [member["width"] for member in members]
    assert sorted(widths[:4]) == [4, 8, 12, 16]
    assert set(widths[4:]) == {4}


def test_a_space_without_a_valid_member_is_an_error_rather_than_endless():
    class Empty:
        name = "empty"
        knobs = TOY.knobs

        def violation(self, genome):
            return "never"

    with pytest.raises(ValueError, match="empty: 200 draws broke a rule"):
        next(iter(stratified(Empty(), 1, seed=0)))
