"""Bounds on costs by a space's own names: `latency=2-5`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from nas.core.budget import Budget, number
from nas.core.cost import Cost, human
from nas.core.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Range:
    """`low <= cost <= high`; None leaves that side open."""

    name: str
    low: float | None
    high: float | None

    def holds(self, cost: Cost) -> bool:
        """Whether a cost lies inside, both ends included."""
        value = cost.value(self.name)
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        low = "" if self.low is None else human(self.low)
        high = "" if self.high is None else human(self.high)
        return f"{self.name} {low}-{high}"


@dataclass(frozen=True)
class Within(Budget):
    """A budget of such ranges."""

    ranges: tuple[Range, ...] = ()

    def admits(self, cost: Cost) -> bool:
        """Whether every range holds."""
        return all(one.holds(cost) for one in self.ranges)

    def __str__(self) -> str:
        return ", ".join(map(str, self.ranges)) or "no budget"


def parse_range(flag: str, name: str, text: str, *, costs: Collection[str]) -> Range:
    """`2.5-5`, `2.5-`, `-5`, with K, M, G behind a number if wanted; InputError otherwise."""
    if name not in costs:
        known = ", ".join(costs) or "none"
        raise InputError(f"{flag} {text}: expected one of the costs ({known}); got {name!r}")
    low_text, dash, high_text = (part.strip() for part in text.partition("-"))
    if not dash or not (low_text or high_text):
        raise InputError(f"{flag}: expected a window such as 2.5-5, 2.5- or -5; got {text!r}")
    low, high = (
        None if not end else float(_number(flag, text, end)) for end in (low_text, high_text)
    )
    if low is not None and high is not None and low > high:
        raise InputError(f"{flag} {text}: the lower bound is above the upper one")
    return Range(name=name, low=low, high=high)


def _number(flag: str, text: str, end: str) -> Fraction:
    value = number(end)
    if value is None:
        raise InputError(f"{flag}: expected a window such as 2.5-5, 2.5- or -5; got {text!r}")
    return value
