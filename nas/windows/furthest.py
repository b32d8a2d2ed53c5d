"""The cheapest or the dearest path of a chain, exactly."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from nas.windows.arrays import Ints, Layer

Toward = Literal[-1, 1]  # the cheapest, the dearest


def furthest(steps: Sequence[Layer], metric: int, toward: Toward) -> Ints | None:
    """The step taken at each position, p, by a path of the least or largest sum; None for none.

    metric: its column in the layers' costs.
    """
    sums = [np.zeros(1, dtype=np.int64)]
    for layer in steps:
        after = np.full(layer.states, np.iinfo(np.int64).min)
        np.maximum.at(after, layer.after, _onward(layer, sums[-1], metric, toward))
        sums.append(after)
    if not len(sums[-1]):
        return None
    state, taken = int(sums[-1].argmax()), np.empty(len(steps), dtype=np.int64)
    for position in reversed(range(len(steps))):
        layer = steps[position]
        into = layer.into[state]
        best = _onward(layer, sums[position], metric, toward)[into].argmax()
        taken[position] = into[best]
        state = int(layer.before[into[best]])
    return taken


def _onward(layer: Layer, sums: Ints, metric: int, toward: Toward) -> Ints:
    onward: Ints = sums[layer.before] + toward * layer.cost[:, metric]
    return onward
