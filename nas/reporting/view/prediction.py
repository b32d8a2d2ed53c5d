"""A small model of the target: ridge regression on log costs and knobs, with its honest error.

The penalty is chosen by leaving one trial out, inside each fold of an outer cross-validation whose
error is the one reported, beside that of guessing the mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from nas.core.knob import Genome, Knob
from nas.reporting.view.effects import LEAST, used_costs
from nas.reporting.view.nouns import Sample, View

Floats = NDArray[np.float64]
PENALTIES = tuple(float(value) for value in np.logspace(-1, 4, 11))
FOLDS = 10


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """intercept + sum of costs[c] * log(cost c) + sum of knobs[k][value], in the target's unit.

    Attributes:
        knobs: for each knob a number for each of its choices, in their order.
        error, guess: root mean square errors, cross-validated, of the model and of the mean.
    """

    intercept: float
    costs: Mapping[str, float]
    knobs: Mapping[str, tuple[float, ...]]
    error: float
    guess: float
    n: int

    def of(self, genome: Genome, values: Mapping[str, float], knobs: Sequence[Knob]) -> float:
        """For one genome with its costs; the page computes the same."""
        told = sum(weight * log(values[name]) for name, weight in self.costs.items())
        chosen = sum(
            self.knobs[knob.name][knob.choices.index(genome[knob.name])]
            for knob in knobs
            if knob.name in self.knobs
        )
        return self.intercept + told + chosen


def prediction(view: View, *, priced: bool) -> Prediction | None:
    """Fitted on the complete trials; None for too few. `priced`: costs may be asked for."""
    samples = view.searched
    if len(samples) < LEAST:
        return None
    costs = used_costs(view, samples) if priced else ()
    columns = [np.log([sample.values[name] for sample in samples]) for name in costs]
    meanings: list[tuple[str, int]] = []  # of the columns behind the costs: knob and choice
    for knob in view.knobs:
        for column, choice in _columns(knob, samples):
            columns.append(column)
            meanings.append((knob.name, choice))
    y = np.array([sample.values[view.target] for sample in samples])
    if not columns:
        return None
    x = np.stack(columns, axis=1)
    error, guess = _errors(x, y)
    weights, intercept = _fitted(x, y, _penalty(x, y))
    return _told(view, costs, meanings, weights, intercept, error, guess)


def _columns(knob: Knob, samples: Sequence[Sample]) -> list[tuple[Floats, int]]:
    """One column for an ordered knob (choice -1: its place), one a choice for another."""
    places = np.array([knob.choices.index(sample.genome[knob.name]) for sample in samples])
    if len(set(places.tolist())) < 2:
        return []
    if knob.ordered:
        return [(places.astype(float), -1)]
    return [((places == place).astype(float), place) for place in sorted(set(places.tolist()))]


def _told(
    view: View,
    costs: Sequence[str],
    meanings: Sequence[tuple[str, int]],
    weights: Floats,
    intercept: float,
    error: float,
    guess: float,
) -> Prediction:
    choices = {knob.name: len(knob.choices) for knob in view.knobs}
    knobs = {name: np.zeros(choices[name]) for name, _ in meanings}
    for (name, choice), weight in zip(meanings, weights[len(costs) :], strict=True):
        if choice < 0:
            knobs[name] += weight * np.arange(choices[name])
        else:
            knobs[name][choice] += weight
    return Prediction(
        intercept=intercept,
        costs=dict(zip(costs, map(float, weights), strict=False)),
        knobs={name: tuple(map(float, values)) for name, values in knobs.items()},
        error=error,
        guess=guess,
        n=len(view.searched),
    )


def _fitted(x: Floats, y: Floats, penalty: float) -> tuple[Floats, float]:
    """Weights of the columns as they are, and the intercept."""
    centre, spread = x.mean(axis=0), x.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    z = (x - centre) / spread
    scaled = np.linalg.solve(z.T @ z + penalty * np.eye(z.shape[1]), z.T @ (y - y.mean()))
    weights = scaled / spread
    return weights, float(y.mean() - centre @ weights)


def _penalty(x: Floats, y: Floats) -> float:
    """That of the least squared error when each sample in turn is left out, in closed form."""
    spread = x.std(axis=0)
    z = (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    vectors, singular, _ = np.linalg.svd(z, full_matrices=False)
    values = singular**2
    seen = vectors.T @ (y - y.mean())

    def left_out(penalty: float) -> float:
        shares = values / (values + penalty)
        leverage = (vectors**2) @ shares + 1 / len(y)
        residual = (y - y.mean() - vectors @ (shares * seen)) / (1 - np.minimum(leverage, 0.999))
        return float((residual**2).mean())

    return min(PENALTIES, key=left_out)


def _errors(x: Floats, y: Floats) -> tuple[float, float]:
    """Root mean square of what folds left out are off by: the model's, and the mean's."""
    fold = np.random.default_rng(0).permutation(len(y)) % min(FOLDS, len(y))
    off, plain = np.empty(len(y)), np.empty(len(y))
    for number in range(fold.max() + 1):
        out = fold == number
        weights, intercept = _fitted(x[~out], y[~out], _penalty(x[~out], y[~out]))
        off[out] = y[out] - (intercept + x[out] @ weights)
        plain[out] = y[out] - y[~out].mean()
    return float(np.sqrt((off**2).mean())), float(np.sqrt((plain**2).mean()))
