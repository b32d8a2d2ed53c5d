"""Where by size a search has looked: equal steps of the logarithm of a cost."""

from dataclasses import dataclass

import numpy as np

from nas.reporting.view.nouns import View

BINS = 8


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Trials between two sizes, low <= size < high, in plain units."""

    low: float
    high: float
    complete: int
    failed: int
    front: int


def coverage(view: View) -> tuple[Bin, ...]:
    """From the smallest to the largest trial; () where no cost is known or all are of one size."""
    size = view.size
    if size is None:
        return ()
    samples = [(one.values[size.name], one.front, False) for one in view.searched]
    lost = [(one.values[size.name], False, True) for one in view.failed if size.name in one.values]
    every = [entry for entry in (*samples, *lost) if entry[0] > 0]
    low, high = min(entry[0] for entry in every), max(entry[0] for entry in every)
    if low == high:
        return ()
    edges = np.geomspace(low, high, BINS + 1)
    inside = np.clip(np.searchsorted(edges, [entry[0] for entry in every], side="right"), 1, BINS)
    return tuple(
        Bin(
            low=float(edges[number]),
            high=float(edges[number + 1]),
            complete=_count(every, inside, number, failed=False),
            failed=_count(every, inside, number, failed=True),
            front=sum(
                front
                for (_, front, _), place in zip(every, inside, strict=True)
                if place == number + 1
            ),
        )
        for number in range(BINS)
    )


def _count(
    every: list[tuple[float, bool, bool]], inside: np.ndarray, number: int, *, failed: bool
) -> int:
    return sum(
        lost is failed
        for (_, _, lost), place in zip(every, inside, strict=True)
        if place == number + 1
    )
