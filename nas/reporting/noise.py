"""How much accuracy varies when only the seed does: the ruler for every comparison on a front.

sd^2 = sum_k sum_i (a_ki - mean_k)^2 / sum_k (n_k - 1),   k over keys with n_k >= 2 replicates
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from statistics import fmean

from scipy.special import stdtrit

from nas.reporting.replicates import accuracies, replicates
from nas.study.record import Record

CONFIDENCE = 0.95  # two-sided


@dataclass(frozen=True)
class Noise:
    """Pooled standard deviation of accuracy (0..1) within a key, over `keys` replicated keys."""

    sd: float
    dof: int
    keys: int

    def error(self, n: int) -> float:
        """Standard error of a mean of n replicates."""
        return self.sd / sqrt(n)

    def threshold(self, first: int, second: int) -> float:
        """The difference of two means, of so many replicates, beyond which it is no accident."""
        quantile = float(stdtrit(self.dof, (1 + CONFIDENCE) / 2))
        return quantile * self.sd * sqrt(1 / first + 1 / second)


def noise(records: Iterable[Record]) -> Noise | None:
    """None where no key has two complete replicates: then nothing is known of it."""
    groups = [accuracies(group) for group in replicates(records).values() if len(group) > 1]
    if not groups:
        return None
    squares = sum((value - fmean(group)) ** 2 for group in groups for value in group)
    dof = sum(len(group) - 1 for group in groups)
    return Noise(sd=sqrt(squares / dof), dof=dof, keys=len(groups))
