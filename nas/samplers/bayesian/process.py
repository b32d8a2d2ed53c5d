"""A Gaussian process over genomes: what to expect of a member, and how surely.

The kernel is s^2 exp(-sum_i w_i d_i(x, x')) + linear terms: d_i are the distances of two members in
each knob and each (log) cost. Small weights make it nearly additive, large ones let knobs interact;
which, the data say (Rasmussen and Williams 2006, section 5.4), held by priors while there are few.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize

from nas.samplers.bayesian.features import Features

Reals = NDArray[np.float64]
JITTER = 1e-6
MOST = 250  # members from which hyperparameters are fitted
STEPS = 25  # of the fit


@dataclass(frozen=True, kw_only=True)
class Members:
    """n of them: bits of their knobs, n f, and their costs on the model's scale, n k."""

    bits: Reals
    costs: Reals

    def __getitem__(self, which: slice | NDArray[np.intp]) -> Members:
        return Members(bits=self.bits[which], costs=self.costs[which])

    def __len__(self) -> int:
        return len(self.bits)


@dataclass(frozen=True, kw_only=True)
class Kernel:
    """Logarithms of the hyperparameters.

    Attributes:
        weights: of the knobs' distances, then of the costs'.
        signal: s^2.
        linear: variance of the slopes along the costs.
        noise: variance of a measurement.
    """

    weights: Reals
    signal: float
    linear: float
    noise: float

    @classmethod
    def of(cls, flat: Reals) -> Kernel:
        """From all of them in this order."""
        return cls(weights=flat[:-3], signal=flat[-3], linear=flat[-2], noise=flat[-1])


def prior(knobs: int, costs: int) -> tuple[Reals, Reals]:
    """Mean and deviation of each logarithm: before there are values, nearly additive."""
    each = 1.5 / max(1, knobs)
    means = [*[each] * knobs, *[0.5] * costs, 1.0, 0.3, 0.03]
    spreads = [*[1.0] * (knobs + costs), 0.7, 1.0, 1.0]
    return np.log(np.array(means)), np.array(spreads)


def distances(features: Features, members: Members) -> Reals:
    """Of each with each in each knob and cost: i n n."""
    count = len(members)
    apart = [_in_knob(features, index, members) for index in range(len(features.knobs))]
    apart += [np.abs(cost[:, None] - cost[None]) for cost in members.costs.T]
    return np.array(apart).reshape(-1, count, count)


def _in_knob(features: Features, index: int, members: Members) -> Reals:
    own = features.owner == index
    bits = members.bits[:, own]
    ones = bits.sum(1)
    differing: Reals = ones[:, None] + ones[None] - 2 * bits @ bits.T
    differing *= features.worth[own][0]
    return differing


def covariance(features: Features, kernel: Kernel, left: Members, right: Members) -> Reals:
    """Of the values of each with each, n m."""
    weights, count = np.exp(kernel.weights), len(features.knobs)
    bit = weights[:count][features.owner] * features.worth
    a = left.bits * bit
    far = a.sum(1)[:, None] + (right.bits @ bit)[None] - 2 * a @ right.bits.T
    for weight, one, other in zip(weights[count:], left.costs.T, right.costs.T, strict=True):
        far += weight * np.abs(one[:, None] - other[None])
    out: Reals = np.exp(kernel.signal - far)
    out += np.exp(kernel.linear) * (left.costs @ right.costs.T)
    return out


def fitted(features: Features, members: Members, values: Reals) -> Kernel:
    """The most probable hyperparameters, from so many of the members as `MOST` allows."""
    if len(values) > MOST:
        rng = np.random.default_rng(len(values))
        chosen = rng.choice(len(values), MOST, replace=False)
        members, values = members[chosen], values[chosen]
    mean, spread = prior(len(features.knobs), members.costs.shape[1])
    loss = _Loss(distances(features, members), members.costs @ members.costs.T, values)

    def penalised(flat: Reals) -> tuple[float, Reals]:
        value, gradient = loss(flat)
        gap = (flat - mean) / spread
        return value + 0.5 * float(gap @ gap), gradient + gap / spread

    bounds = list(zip(mean - 4 * spread, mean + 4 * spread, strict=True))
    found = minimize(
        penalised, mean, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": STEPS}
    )
    return Kernel.of(found.x)


class _Loss:
    """-log p(values | hyperparameters) and its gradient along their logarithms."""

    def __init__(self, apart: Reals, along: Reals, values: Reals) -> None:
        self._apart = apart.reshape(len(apart), -1)
        self._along, self._values = along, values

    def __call__(self, flat: Reals) -> tuple[float, Reals]:
        kernel = Kernel.of(flat)
        weights, noise = np.exp(kernel.weights), np.exp(kernel.noise)
        main = np.exp(kernel.signal - (weights @ self._apart).reshape(self._along.shape))
        slope = np.exp(kernel.linear) * self._along
        eye = np.eye(len(self._values))
        try:
            lower = cholesky(main + slope + (noise + JITTER) * eye, lower=True, check_finite=False)
        except np.linalg.LinAlgError:  # a step too far; the line search comes back
            return 1e10, np.zeros_like(flat)
        inverse = cho_solve((lower, True), eye, check_finite=False)
        alpha = inverse @ self._values
        inside = inverse - np.outer(alpha, alpha)
        by_main = inside * main
        gradient = [
            *(-0.5 * weights * (self._apart @ by_main.ravel())),
            0.5 * by_main.sum(),
            0.5 * (inside * slope).sum(),
            0.5 * noise * np.trace(inside),
        ]
        value = 0.5 * self._values @ alpha + np.log(np.diag(lower)).sum()
        return float(value), np.array(gradient)


class Process:
    """The posterior of a kernel, given measurements; members may be added one by one."""

    def __init__(self, features: Features, kernel: Kernel, members: Members) -> None:
        self.features, self.kernel, self.members = features, kernel, members
        among = covariance(features, kernel, members, members)
        self._lower = cholesky(_noisy(among, kernel), lower=True, check_finite=False)
        self._alpha = np.zeros(len(members))

    def grow(self, added: Members) -> None:
        """Put members behind those that there are."""
        if not len(added):
            return
        half = solve_triangular(self._lower, self.covariance(added).T, lower=True)
        among = covariance(self.features, self.kernel, added, added)
        corner = cholesky(_noisy(among, self.kernel) - half.T @ half, lower=True)
        self._lower = np.block([[self._lower, np.zeros(half.shape)], [half.T, corner]])
        self.members = Members(
            bits=np.concatenate([self.members.bits, added.bits]),
            costs=np.concatenate([self.members.costs, added.costs]),
        )

    def learn(self, values: Reals) -> None:
        """What was measured of each member."""
        self._alpha = cho_solve((self._lower, True), values, check_finite=False)

    def covariance(self, members: Members) -> Reals:
        """Of others with those that were measured, n m."""
        return covariance(self.features, self.kernel, members, self.members)

    def covariance_with(self, members: Members, others: Members) -> Reals:
        """Of any with any."""
        return covariance(self.features, self.kernel, members, others)

    def mean(self, across: Reals) -> Reals:
        """What to expect, n, of members with these covariances, n m."""
        out: Reals = across @ self._alpha
        return out

    def deviation(self, members: Members, across: Reals) -> Reals:
        """How surely, n: of the value itself, without a measurement's noise."""
        half = solve_triangular(self._lower, across.T, lower=True, check_finite=False)
        kernel = self.kernel
        before = np.exp(kernel.signal) + np.exp(kernel.linear) * (members.costs**2).sum(1)
        out: Reals = np.sqrt(np.maximum(before - (half**2).sum(0), 1e-10))
        return out


def _noisy(among: Reals, kernel: Kernel) -> Reals:
    among[np.diag_indices_from(among)] += np.exp(kernel.noise) + JITTER
    return among
