"""What can be reached on either side of a window that holds nothing."""

import numpy as np

from nas.core.budget import Bound, Budget
from nas.core.chain import Chain
from nas.core.cost import METRICS
from nas.windows.ends import Ends
from nas.windows.furthest import Toward, furthest
from nas.windows.paths import Paths, draw_paths, list_paths, paths_along
from nas.windows.window import LISTED, Priced, Window

DRAWN = 2_000  # paths among which the nearest is taken where they are too many to list


def nearest(
    chain: Chain, bound: Bound, others: tuple[Bound, ...] = ()
) -> tuple[Priced | None, Priced | None]:
    """The dearest network below a bound's window and the cheapest above it; None for none.

    Only networks that meet the `others` count. Exact where it is the space's dearest or cheapest,
    and wherever no more than `LISTED` networks share the bins next to the window; else it is the
    nearest of `DRAWN` of them.
    """
    below = above = None
    if bound.low is not None:
        under = Bound(metric=bound.metric, low=None, high=bound.low - 1)
        below = _extreme(chain, under, others, toward=1)
    if bound.high is not None:
        over = Bound(metric=bound.metric, low=bound.high + 1, high=None)
        above = _extreme(chain, over, others, toward=-1)
    return below, above


def _extreme(
    chain: Chain, bound: Bound, others: tuple[Bound, ...], *, toward: Toward
) -> Priced | None:
    """The dearest (`toward` 1) or cheapest (-1) network inside, outermost bins first."""
    metrics = dict.fromkeys(one.metric for one in (bound, *others))
    window = Window(chain, Budget((bound, *others)), metrics=tuple(metrics)[:2])
    outermost = _outermost(window, METRICS.index(bound.metric), toward)
    if outermost is not None:
        return outermost
    ends, axis = window.ends, window.table.grid.axes[0]
    # The most that `toward` times a cost can be at each end.
    limit = toward * ends.bins[:, 0] * axis.width + (axis.most if toward > 0 else -axis.least)
    rng = np.random.default_rng(0)
    best, found = 0, None
    left = np.ones(len(ends), dtype=np.bool_)
    while left.any():
        near = left & (limit >= limit[left].max() - (axis.most - axis.least))
        inside = _some(window, ends.only(near), rng)
        left &= ~near
        if len(inside):
            gains = toward * inside.cost[:, METRICS.index(bound.metric)]
            row = inside[np.flatnonzero(gains == gains.max())[:1]]
            if found is None or gains.max() > best:
                best, found = gains.max(), window.priced(row, np.zeros_like(row.steps))[0]
            left &= limit > best
    return found


def _outermost(window: Window, metric: int, toward: Toward) -> Priced | None:
    """The dearest or cheapest of the whole chain, if it is inside."""
    taken = furthest(window.steps, metric, toward)
    if taken is None:
        return None
    path = paths_along(window.steps, taken[None])
    found = path[window.admitted(path)]
    return next(iter(window.priced(found, np.zeros_like(found.steps))), None)


def _some(window: Window, ends: Ends, rng: np.random.Generator) -> Paths:
    """Paths to these ends that are inside: all, or some where they are too many."""
    if ends.total <= LISTED:
        paths = list_paths(window.table, ends)
    else:
        paths = draw_paths(window.table, ends, ends.choose("configurations", DRAWN, rng), rng)
    return paths[window.admitted(paths)]
