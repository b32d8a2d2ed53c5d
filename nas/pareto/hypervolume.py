"""The area that two-objective points dominate, up to a reference point: one number a front.

Optuna computes it only privately; for two objectives it is a sum of rectangles.
"""

from collections.abc import Sequence

import numpy as np

from nas.core.objective import Direction
from nas.pareto.dominance import Points, front, losses


def hypervolume(
    points: Points, reference: Sequence[float], directions: Sequence[Direction]
) -> float:
    """In the product of both units. A point no better than `reference` in both adds nothing.

    Raises ValueError unless there are exactly two directions.
    """
    if len(directions) != 2:
        raise ValueError(f"expected two objectives; got {len(directions)}")
    if not len(points):
        return 0.0
    corner = losses([reference], directions)[0]
    values = losses(points, directions)
    inside = values[(values < corner).all(axis=1)]
    edge = inside[list(front(inside.tolist(), ("minimize", "minimize")))]
    edge = edge[np.argsort(edge[:, 0])]  # the second loss then falls from row to row
    ceilings = np.concatenate([corner[1:], edge[:-1, 1]])
    return float(((corner[0] - edge[:, 0]) * (ceilings - edge[:, 1])).sum())
