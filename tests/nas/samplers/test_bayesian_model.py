"""The model behind the Bayesian sampler: distances, likelihood, posterior, improvement."""

import numpy as np
import pytest
from scipy.optimize import check_grad

from nas.core.evaluated import EvaluatedSpace
from nas.core.knob import Knob
from nas.samplers.bayesian.features import Features
from nas.samplers.bayesian.improvement import Front
from nas.samplers.bayesian.process import (
    Kernel,
    Members,
    Process,
    _Loss,
    covariance,
    distances,
    fitted,
    prior,
)
from nas.samplers.bayesian.scale import Scale
from nas.windows import region_within


class Small(EvaluatedSpace):
    name, objectives = "small", "value:max"
    knobs = (
        Knob(name="kind", choices=("a", "b", "c")),
        Knob(name="size", choices=(1, 2, 4, 8), ordered=True),
        Knob(name="fixed", choices=(0,)),
    )

    def evaluate(self, genome):
        return {"value": 0.0}


@pytest.fixture(scope="module")
def features():
    return Features(region_within(Small()))


@pytest.fixture(scope="module")
def members(features):
    genomes = [{"kind": k, "size": s, "fixed": 0} for k in "abc" for s in (1, 2, 4, 8)]
    costs = np.random.default_rng(0).uniform(-1, 1, (len(genomes), 1))
    return Members(bits=np.stack([features.bits(genome) for genome in genomes]), costs=costs)


def kernel(noise=1e-6):
    logs = np.log([0.7, 0.4, 0.5, 1.3, 0.2, noise])
    return Kernel.of(logs)


def test_unordered_values_are_all_as_far_apart_and_ordered_ones_by_their_steps(features, members):
    kind, size, cost = distances(features, members)
    assert kind[0, 3] == 0
    assert kind[0, 4] == kind[0, 8] == kind[4, 8] == 1
    np.testing.assert_allclose(size[0, :4], [0, 1 / 3, 2 / 3, 1])
    np.testing.assert_allclose(cost[0, 1], abs(members.costs[0, 0] - members.costs[1, 0]))


def test_the_covariance_is_that_of_the_distances(features, members):
    apart = distances(features, members)
    weights = np.array([0.7, 0.4, 0.5])
    expected = 1.3 * np.exp(-np.tensordot(weights, apart, 1))
    expected += 0.2 * members.costs @ members.costs.T
    np.testing.assert_allclose(covariance(features, kernel(), members, members), expected)
    assert np.linalg.eigvalsh(expected).min() > -1e-9


def test_the_gradient_of_the_likelihood_is_its_slope(features, members):
    values = np.random.default_rng(1).normal(size=len(members))
    loss = _Loss(distances(features, members), members.costs @ members.costs.T, values)
    at = np.log([0.7, 0.4, 0.5, 1.3, 0.2, 0.1])
    assert check_grad(lambda x: loss(x)[0], lambda x: loss(x)[1], at) < 1e-5


def test_what_was_measured_without_noise_is_known(features, members):
    values = np.random.default_rng(2).normal(size=len(members))
    process = Process(features, kernel(), members)
    process.learn(values)
    across = process.covariance(members)
    np.testing.assert_allclose(process.mean(across), values, atol=1e-3)
    assert process.deviation(members, across).max() < 0.01


def test_what_is_far_from_all_measured_is_less_sure(features, members):
    process = Process(features, kernel(), members[:4])
    deviation = process.deviation(members, process.covariance(members))
    assert deviation[4:].min() > 10 * deviation[:4].max()


def test_members_added_one_by_one_are_as_if_there_from_the_start(features, members):
    values = np.random.default_rng(5).normal(size=len(members))
    whole, grown = (Process(features, kernel(0.1), some) for some in (members, members[:3]))
    grown.grow(members[3:4])
    grown.grow(members[4:])
    answers = []
    for process in (whole, grown):
        process.learn(values)
        across = process.covariance(members)
        answers.append([process.mean(across), process.deviation(members, across)])
    np.testing.assert_allclose(*answers, atol=1e-9)


def test_the_fit_finds_the_knob_that_matters(features, members):
    rng = np.random.default_rng(3)
    chosen = rng.integers(0, len(members), 60)
    rows = members[chosen]
    kind = rows.bits[:, features.owner == 0].argmax(1)
    found = fitted(features, rows, np.array([-1.0, 0.3, 1.2])[kind] + rng.normal(0, 0.05, 60))
    assert found.weights[0] > found.weights[1] + 0.5
    assert np.exp(found.noise) < 0.05


def test_priors_hold_where_there_are_no_values_to_speak_of(features, members):
    mean, _ = prior(2, 1)
    found = fitted(features, members[:1], np.zeros(1))
    np.testing.assert_allclose(found.weights, mean[:3], atol=0.2)


def test_the_scale_keeps_the_order_and_draws_wrecks_in():
    values = np.array([-900.0, 1.0, 50.0, 60.0, 62.0, 64.0, 65.0])
    scaled = Scale(values)(values)
    assert (np.diff(scaled) > 0).all()
    assert scaled[0] > -10
    np.testing.assert_allclose(Scale(values * 3 + 7)(values * 3 + 7), scaled)
    assert np.isfinite(Scale(np.ones(4))(np.ones(4))).all()


def volume(values, costs, reference, points):
    """Share of random points (costs and a height) that are dominated, times the height."""
    height, at = points[:, 0], points[:, 1:]
    holds = (costs[None] <= at[:, None]).all(-1) & (values[None] >= height[:, None])
    return (holds.any(1) & (height > reference)).mean()


@pytest.mark.parametrize("kinds", [0, 1, 2])
def test_the_expected_improvement_is_what_drawing_gives(kinds):
    rng = np.random.default_rng(4)
    values, costs = rng.normal(0, 0.5, 6), rng.uniform(0, 1, (6, kinds))
    mean, deviation, cost = 0.4, 0.6, np.full((1, kinds), 0.3)
    front = Front(values, costs, reference=-1.0)
    closed = front.improvement(np.array([mean]), np.array([deviation]), cost)[0]
    top = 4.0
    points = np.column_stack([rng.uniform(-1, top, 40_000), rng.uniform(0, 1, (40_000, kinds))])
    before = volume(values, costs, -1.0, points)
    gains = [
        volume(np.append(values, drawn), np.concatenate([costs, cost]), -1.0, points) - before
        for drawn in rng.normal(mean, deviation, 60)
    ]
    drawn, error = np.mean(gains) * (top + 1), np.std(gains) * (top + 1) / 60**0.5
    assert abs(closed - drawn) < 3.5 * error + 0.02


def test_a_member_as_dear_as_the_dearest_adds_nothing():
    front = Front(np.array([0.5]), np.array([[0.4]]), reference=-1.0)
    added = front.improvement(np.full(2, 5.0), np.full(2, 0.1), np.array([[1.0], [0.4]]))
    assert added[0] == 0
    assert added[1] == pytest.approx((5.0 - 0.5) * 0.6, rel=1e-3)
