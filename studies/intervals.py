"""Means, differences and rank correlations with 95 % intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log, sqrt
from statistics import fmean, stdev, variance

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

LEVEL = 0.95
RESAMPLES = 1000
LIKE = 1.25

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Interval:
    """An estimate and where it may lie, of n values; NaN bounds where they cannot be told."""

    value: float
    low: float
    high: float
    n: int

    @property
    def decided(self) -> bool:
        """Whether it is above 0 or below for sure."""
        return self.low > 0 or self.high < 0

    @property
    def half(self) -> float:
        """Half its width."""
        return (self.high - self.low) / 2


def detectable(here: Interval, *, tests: int = 1) -> float:
    """The smallest effect that as many values would tell from zero four times in five.

    For normal errors, of as many degrees of freedom as one likes: a little too large for few.
    """
    edge = stats.norm.ppf(1 - (1 - LEVEL) / 2 / tests)
    return float((edge + stats.norm.ppf(0.8)) / edge * here.half)


def mean(values: Sequence[float]) -> Interval:
    """Student's interval of a mean. ValueError without values."""
    n, centre = len(values), fmean(values)
    spread = stdev(values) if n > 1 else 0.0  # equal values tell nothing of the spread
    half = _t(n - 1) * spread / sqrt(n) if spread else float("nan")
    return Interval(value=centre, low=centre - half, high=centre + half, n=n)


def difference(after: Sequence[float], before: Sequence[float], *, tests: int = 1) -> Interval:
    """Welch's interval of mean(after) - mean(before); of any two variances.

    Of several `tests` all intervals together hold their values in 95 % of cases (Bonferroni).
    """
    centre, n = fmean(after) - fmean(before), len(after) + len(before)
    if min(len(after), len(before)) < 2:
        return Interval(value=centre, low=float("nan"), high=float("nan"), n=n)
    parts = [variance(values) / len(values) for values in (after, before)]
    spread = sum(parts)
    if spread == 0:
        return Interval(value=centre, low=float("nan"), high=float("nan"), n=n)
    freedom = spread**2 / sum(
        part**2 / (len(values) - 1) for part, values in zip(parts, (after, before), strict=True)
    )
    half = _t(freedom, tests) * sqrt(spread)
    return Interval(value=centre, low=centre - half, high=centre + half, n=n)


def tau(left: ArrayLike, right: ArrayLike) -> float:
    """Kendall's tau-b; NaN where one side does not vary."""
    return float(stats.kendalltau(left, right).statistic)


def tau_alike(left: ArrayLike, right: ArrayLike, size: ArrayLike) -> float:
    """Kendall's tau over the pairs of like size alone, so that size cannot explain it.

    Sizes are above 0 and alike where neither is above the other by more than a quarter. NaN where
    no such pair is ordered on both sides. (Kendall's partial tau will not do: it is not 0 where
    size explains all.)
    """
    first, second = np.triu_indices(len(np.asarray(size)), k=1)
    one, other, sizes = (np.asarray(column, dtype=np.float64) for column in (left, right, size))
    alike = np.abs(np.log(sizes[first] / sizes[second])) <= log(LIKE)
    agree = np.sign(one[first] - one[second]) * np.sign(other[first] - other[second])
    told = agree[alike & (agree != 0)]
    return float(told.mean()) if len(told) else float("nan")


def resampled(
    statistic: Callable[..., float], *columns: ArrayLike, seed: int = 0, resamples: int = RESAMPLES
) -> Interval:
    """A statistic of rows, with the percentile interval of the bootstrap over rows.

    Resamples in which it cannot be told are left out.
    """
    arrays: list[Floats] = [np.asarray(column, dtype=np.float64) for column in columns]
    n = len(arrays[0])
    rng = np.random.default_rng(seed)
    with np.errstate(invalid="ignore"):
        drawn = np.array(
            [
                statistic(*(array[chosen] for array in arrays))
                for chosen in rng.integers(0, n, (resamples, n))
            ]
        )
    told = drawn[np.isfinite(drawn)]
    edges = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    low, high = np.quantile(told, edges) if len(told) else (float("nan"), float("nan"))
    return Interval(value=statistic(*arrays), low=float(low), high=float(high), n=n)


def _t(freedom: float, tests: int = 1) -> float:
    return float(stats.t.ppf(1 - (1 - LEVEL) / 2 / tests, freedom))
