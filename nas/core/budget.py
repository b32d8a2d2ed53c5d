"""Lower and upper bounds on a network's cost, written as people say them: 5M-30M."""

import re
from dataclasses import dataclass
from fractions import Fraction

from nas.core.cost import Cost, Metric, exact
from nas.core.errors import InputError

FLAGS: dict[Metric, str] = {"params": "--budget", "macs": "--macs", "flops": "--flops"}
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9, "t": 10**12}
# More digits than any network has parameters are a slip of the finger, and int() refuses thousands.
_NUMBER = re.compile(
    r"(?P<whole>\d{1,18})(?:\.(?P<part>\d{1,18}))?\s*(?P<unit>[kmgbt]?)", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True, kw_only=True)
class Bound:
    """`low <= metric <= high`; None leaves that side open. Counts are exact integers."""

    metric: Metric
    low: int | None
    high: int | None

    def holds(self, cost: Cost) -> bool:
        """Whether a cost lies inside, both ends included."""
        value = cost.of(self.metric)
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        low = "0" if self.low is None else exact(self.low)
        high = "" if self.high is None else exact(self.high)
        return f"{FLAGS[self.metric]} {low}-{high}"


@dataclass(frozen=True)
class Budget:
    """All bounds together; none at all admits everything."""

    bounds: tuple[Bound, ...] = ()

    def admits(self, cost: Cost) -> bool:
        """Whether every bound holds."""
        return all(bound.holds(cost) for bound in self.bounds)

    def __str__(self) -> str:
        return ", ".join(str(bound) for bound in self.bounds) or "no budget"


def parse_bound(metric: Metric, text: str) -> Bound:
    """`5M-30M`, `0-30M`, `-30M`, `5M-`, or one value at its written precision.

    `28.4M` is 28.35M-28.45M, both ends included. Raises InputError, naming the flag, for anything
    else and for a window upside down.
    """
    flag, text = FLAGS[metric], " ".join(text.split())
    low_text, dash, high_text = (part.strip() for part in text.partition("-"))
    if not low_text and not high_text:
        raise InputError(_malformed(flag, text))
    low: int | None
    high: int | None
    if not dash:
        low, high = _around(flag, text, low_text)
    else:
        low = None if not low_text else _exact(flag, text, low_text)
        high = None if not high_text else _exact(flag, text, high_text)
    if low is not None and high is not None and low > high:
        raise InputError(
            f"{flag} {text}: the lower bound is above the upper one;"
            f" write it as {high_text}-{low_text}"
        )
    if high is not None and high <= 0:
        raise InputError(f"{flag} {text}: the upper bound must be above 0")
    return Bound(metric=metric, low=low or None, high=high)


def number(text: str) -> Fraction | None:
    """`2.5M` as a number; None for what is none."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    part = found["part"] or ""
    return Fraction(int(found["whole"] + part), 10 ** len(part)) * _UNITS[found["unit"].lower()]


def _match(flag: str, text: str, written: str) -> tuple[Fraction, Fraction]:
    """The number, and half a unit of its last written place."""
    value, found = number(written), _NUMBER.fullmatch(written)
    if value is None or found is None:
        raise InputError(_malformed(flag, text))
    return value, Fraction(_UNITS[found["unit"].lower()], 2 * 10 ** len(found["part"] or ""))


def _exact(flag: str, text: str, written: str) -> int:
    return round(_match(flag, text, written)[0])


def _around(flag: str, text: str, written: str) -> tuple[int, int]:
    value, half = _match(flag, text, written)
    if half < 1:  # written to the unit: exactly that many
        return round(value), round(value)
    return max(0, -((half - value) // 1)), int(value + half)


def _malformed(flag: str, text: str) -> str:
    return f"{flag}: expected a window such as 5M-30M, 5M-, -30M or 28.4M; got {text!r}"
