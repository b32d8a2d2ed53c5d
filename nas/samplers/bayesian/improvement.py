"""How much hypervolume a member is expected to add, when its costs are known exactly.

Only the value is uncertain, so the expectation has a closed form: in each cell of cost space the
best value so far is a constant, and what a normal variable gains over a constant is known
(expected improvement: Jones et al. 1998; hypervolume: Emmerich et al. 2006).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import qmc

Reals = NDArray[np.float64]
CELLS = 256  # points of cost space where there are several costs
_ROOT = 1 / np.sqrt(2 * np.pi)


def gain(mean: Reals, deviation: Reals, over: Reals) -> Reals:
    """E max(0, Y - over) of normal variables: n, n, m -> n m."""
    z = (mean[:, None] - over[None]) / deviation[:, None]
    out: Reals = deviation[:, None] * (z * ndtr(z) + _ROOT * np.exp(-0.5 * z * z))
    return out


class Front:
    """What has been reached: the best value at any cost, and a reference that nothing is below.

    Args:
        values: n, larger is better.
        costs: n k, less is better, scaled so that the reference is 1 for each.
        reference: of the value.
    """

    def __init__(self, values: Reals, costs: Reals, reference: float) -> None:
        count = costs.shape[1]
        if count == 1:
            self._edges, self._over = _steps(values, costs[:, 0], reference)
        else:
            points = qmc.Sobol(count, seed=0).random(CELLS) if count else np.zeros((1, 0))
            self._points = points
            holds = (costs[None] <= points[:, None]).all(-1)
            self._over = np.where(holds, values[None], reference).max(1, initial=reference)
        self._kinds = count

    def improvement(self, mean: Reals, deviation: Reals, costs: Reals) -> Reals:
        """Expected growth of the hypervolume by each of n members."""
        gains = gain(mean, deviation, self._over)
        if self._kinds == 1:
            left, right = self._edges[:-1], self._edges[1:]
            reach = np.clip(right[None] - np.maximum(left[None], costs), 0, None)
            out: Reals = (gains * reach).sum(1)
            return out
        inside = (costs[:, None] <= self._points[None]).all(-1)
        shared: Reals = (gains * inside).mean(1)
        return shared


def _steps(values: Reals, costs: Reals, reference: float) -> tuple[Reals, Reals]:
    """Where along the cost the best value changes, and what it is in between."""
    order = np.argsort(costs, kind="stable")
    best = np.maximum.accumulate(np.concatenate([[reference], values[order]]))
    edges = np.concatenate([[-np.inf], costs[order], [1.0]])
    edges[0] = min(0.0, costs.min(initial=0.0))
    rises = np.concatenate([[True], np.diff(best) > 0])
    kept = np.concatenate([edges[:-1][rises], [1.0]])
    return np.maximum.accumulate(kept), best[rises]
