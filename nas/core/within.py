"""Bounds on costs by a space's own names: `latency=2-5`."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from nas.core.budget import Budget, number
from nas.core.cost import Cost, human
from nas.core.errors import InputError

_RANGE = re.compile(r"(?P<low>-?\s*[^-\s]+)?\s*-\s*(?P<high>-?\s*[^-\s]+)?")


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

    @property
    def exact(self) -> str:
        """The same with every digit, for settings: near windows are not equal ones."""
        ends = ((one.name, one.low, one.high) for one in self.ranges)
        return ", ".join(f"{name} {low} to {high}" for name, low, high in ends)


def parse_range(flag: str, name: str, text: str, *, costs: Collection[str]) -> Range:
    """`2.5-5`, `2.5-`, `-5` (up to 5), with K, M, G behind a number if wanted.

    A bound below 0 has a sign of its own: `-3--1`, `-3-1`, `-3-` (from -3), `--3` (up to -3).
    InputError for anything else.
    """
    if name not in costs:
        known = ", ".join(costs) or "none"
        raise InputError(f"{flag} {text}: expected one of the costs ({known}); got {name!r}")
    found = _RANGE.fullmatch(text.strip())
    if found is None or not (found["low"] or found["high"]):
        raise InputError(_malformed(flag, text))
    low, high = (None if not end else _signed(flag, text, end) for end in found.groups())
    if low is not None and high is not None and low > high:
        raise InputError(f"{flag} {text}: the lower bound is above the upper one")
    return Range(name=name, low=low, high=high)


def _signed(flag: str, text: str, end: str) -> float:
    value = number(end.removeprefix("-").strip())
    if value is None:
        raise InputError(_malformed(flag, text))
    return float(-value if end.startswith("-") else value)


def _malformed(flag: str, text: str) -> str:
    return f"{flag}: expected a window such as 2.5-5, 2.5-, -5 (up to 5) or -3--1; got {text!r}"
