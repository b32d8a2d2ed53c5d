"""Which points no other point beats: dominance, the front, and the ranks of fronts behind it.

Optuna sorts so too, but only in private modules; numpy does it here. Directions are Optuna's words,
one for each column of `points`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nas.core.objective import Direction

Points = Sequence[Sequence[float]]


def dominates(
    better: Sequence[float], worse: Sequence[float], directions: Sequence[Direction]
) -> bool:
    """Whether `better` is nowhere worse and somewhere better; equal points do not dominate."""
    first, second = losses([better, worse], directions)
    return bool((first <= second).all() and (first < second).any())


def front(points: Points, directions: Sequence[Direction]) -> tuple[int, ...]:
    """Indices of the points that none dominates, ascending; of equal points only the first."""
    if not len(points):
        return ()
    unique, firsts, _ = _distinct(losses(points, directions))
    return tuple(sorted(int(firsts[position]) for position in _undominated(unique)))


def ranks(points: Points, directions: Sequence[Direction]) -> tuple[int, ...]:
    """The front each point is on: 0 undominated, 1 once those are gone; equal points share one."""
    if not len(points):
        return ()
    unique, _, owners = _distinct(losses(points, directions))
    found = np.full(len(unique), -1)
    left, rank = np.arange(len(unique)), 0
    while left.size:
        found[left[_undominated(unique[left])]] = rank
        left, rank = left[found[left] < 0], rank + 1
    return tuple(int(rank) for rank in found[owners])


def losses(points: Points, directions: Sequence[Direction]) -> NDArray[np.float64]:
    """The points as n rows in which less is always better; ValueError for NaN or a ragged row."""
    values = np.asarray(points, dtype=np.float64).reshape(len(points), -1)
    if len(points) and values.shape[1] != len(directions):
        raise ValueError(f"expected {len(directions)} numbers a point; got {values.shape[1]}")
    if np.isnan(values).any():
        raise ValueError("expected numbers; got NaN, which is neither better nor worse")
    signs = [-1.0 if way == "maximize" else 1.0 for way in directions]
    signed: NDArray[np.float64] = values * np.array(signs)
    return signed


def _distinct(
    values: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
    """Distinct rows in lexicographic order, where each first occurred, and each point's row."""
    unique, firsts, owners = np.unique(values, axis=0, return_index=True, return_inverse=True)
    return unique, firsts, owners.reshape(-1)


def _undominated(rows: NDArray[np.float64]) -> list[int]:
    """Positions of the undominated among distinct rows in lexicographic order.

    A row can only be dominated by one before it, so the first one left always is on the front.
    """
    left, found = np.arange(len(rows)), []
    while left.size:
        found.append(int(left[0]))
        better_somewhere = (rows[left[1:]] < rows[left[0]]).any(axis=1)
        left = left[1:][better_somewhere]
    return found
