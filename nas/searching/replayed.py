"""A trial as a replay compares it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

Result = dict[str, float] | str  # numbers by name, or a failure's kind
DIED = "worker-died"  # the kind of one that would end the process of a replay, too


@dataclass(frozen=True)
class Trial:
    """What is compared: what was tried, and what came of it."""

    number: int  # in the study that it was read from
    genome: dict[str, Any]
    result: Result


def numbers(measured: Mapping[str, float], values: Sequence[float] | None) -> Result:
    """What was measured, and the study's own values."""
    return {**measured, **{f"values[{n}]": value for n, value in enumerate(values or ())}}


def repeatable(trials: Sequence[Trial], *, in_order: bool) -> tuple[list[Trial], int]:
    """Those that do not end the process of whoever tries them, and how many more there are.

    In a fixed order nothing can be proposed again after one of these.
    """
    lives = [trial for trial in trials if trial.result != DIED]
    kept = list(takewhile(lambda trial: trial.result != DIED, trials)) if in_order else lives
    return kept, len(trials) - len(kept)


def difference(then: Result, now: Result) -> str:
    """The first number that is another, to its last digit."""
    if isinstance(then, str) or isinstance(now, str):
        return f"{_said(then)} then, {_said(now)} now"
    name = next(name for name in {**then, **now} if then.get(name) != now.get(name))
    return f"{name} {then.get(name)} then, {now.get(name)} now"


def _said(result: Result) -> str:
    return result if isinstance(result, str) else "complete"
