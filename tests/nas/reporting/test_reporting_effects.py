"""What is said of knobs, sizes and growth, on runs whose truth is known."""

import itertools
from dataclasses import replace
from math import log

import pytest

from nas.reporting.view.coverage import coverage
from nas.reporting.view.effects import effects, explained
from nas.reporting.view.prediction import prediction
from nas.reporting.view.progress import Corners, corners, progress
from tests.nas.reporting.looked_at import cost_of, view


def by_change(found):
    return {one.change: one for one in found}


def wobble(genome):
    """Something that no knob explains."""
    return ((cost_of(genome) * 37 + len(genome["norm"]) * 11) % 13 - 6) / 1_000


def test_an_effect_is_found_at_its_size_and_the_interval_holds_it():
    found = by_change(effects(view(lambda g: 0.5 + 0.1 * (g["norm"] == "layer") + wobble(g))))
    norm = found["norm: batch → layer"]
    assert norm.low < 0.1 < norm.high or norm.gain == pytest.approx(0.1, abs=0.01)
    assert norm.clear


def test_what_cost_alone_explains_is_no_effect_of_the_knob_that_costs():
    found = by_change(effects(view(lambda g: 0.2 + 0.1 * log(cost_of(g)) + wobble(g))))
    assert abs(found["stages.0.width: 2 → 8"].gain) < 0.02
    assert not found["norm: batch → layer"].clear


def test_the_clear_effects_come_first():
    found = effects(view(lambda g: 0.5 + 0.1 * (g["norm"] == "layer") + wobble(g)))
    assert found[0].change == "norm: batch → layer"
    assert [one.clear for one in found] == sorted((one.clear for one in found), reverse=True)


def test_changes_that_no_trial_tells_apart_are_named_together():
    whole = view(wobble)
    alike = [one for one in whole.samples if one.genome["gate"] == (one.genome["norm"] == "batch")]
    found = effects(replace(whole, samples=tuple(alike)))
    together = [one.change for one in found if "norm" in one.change]
    assert all("gate" in change for change in together)


def test_nothing_is_said_of_too_few_trials():
    whole = view(wobble)
    few = replace(whole, samples=whole.samples[:7])
    assert effects(few) == ()
    assert prediction(few, priced=True) is None


def test_the_method_is_told_with_the_number_of_trials():
    assert "n = 24 trials" in explained(view())


def test_a_prediction_of_what_knobs_decide_is_far_better_than_the_mean():
    whole = view(lambda g: 0.5 + 0.1 * (g["norm"] == "layer") + 0.05 * g["gate"] + wobble(g) / 10)
    model = prediction(whole, priced=True)
    assert model.error < 0.3 * model.guess
    one = whole.samples[5]
    assert model.of(one.genome, one.values, whole.knobs) == pytest.approx(
        one.values["accuracy"], abs=0.02
    )


def test_a_prediction_of_chance_confesses_that_it_is_one():
    model = prediction(view(wobble), priced=True)
    assert model.error > 0.7 * model.guess


def test_without_prices_no_cost_is_asked_for():
    assert prediction(view(wobble), priced=False).costs == {}


def test_every_trial_is_in_one_bin_the_failed_ones_too():
    bins = coverage(view())
    assert sum(one.complete for one in bins) == 24
    assert sum(one.failed for one in bins) == 1
    assert all(left.high == right.low for left, right in itertools.pairwise(bins))


def test_the_hypervolume_never_falls_and_is_a_share():
    shares = [share for _, share in progress(view(lambda g: 0.5 + wobble(g)))]
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1


def test_a_network_best_in_both_dominates_the_whole_rectangle():
    whole = view(lambda g: 1 / cost_of(g))
    assert progress(whole)[-1] == (24, pytest.approx(1.0))


def test_a_common_rectangle_makes_runs_comparable():
    whole = view(lambda g: 0.5 + wobble(g))
    own = corners(whole.searched, whole.objectives)
    wider = Corners(worst=(own.worst[0] - 1, own.worst[1] * 2), best=own.best)
    assert progress(whole, wider)[-1][1] > progress(whole, own)[-1][1]


def test_three_objectives_have_no_hypervolume_here():
    whole = view()
    third = replace(whole, objectives=(*whole.objectives, whole.objectives[1]))
    assert progress(third) == ()
