"""Which trial to take home: its number, the best under a cost, or the knee of the front.

7                    trial 7
best-under:10M       the most accurate one of at most 10M parameters
best-under:2G-macs   the same of MACs, or of -flops, -params
knee                 on the front, the one farthest from the line between its ends
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from nas.core.budget import number
from nas.core.cost import METRICS, Metric
from nas.core.errors import InputError
from nas.study.record import Record

KNEE = "knee"
_UNDER = re.compile(r"best-under:(?P<most>[^-]+)(?:-(?P<metric>\w+))?")
_DIGITS = 12  # of a trial's number


@dataclass(frozen=True, kw_only=True)
class Under:
    """The most accurate one whose `metric` is at most `most`."""

    most: int
    metric: Metric


Choice = int | Under | str  # the last is KNEE


def parse_choice(text: str) -> Choice:
    """What --trial says; InputError for what it may not say."""
    if text == KNEE:
        return KNEE
    if text.isascii() and text.isdecimal() and len(text) <= _DIGITS:
        return int(text)
    found = _UNDER.fullmatch(text)
    most = number(found["most"]) if found else None
    metrics: dict[str, Metric] = {metric: metric for metric in METRICS}
    metric = metrics.get(found["metric"] or "params") if found else None
    if most is None or metric is None:
        raise InputError(
            f"--trial {text}: expected a number, best-under:10M, best-under:2G-macs or knee"
        )
    return Under(most=int(most), metric=metric)


def numbered(records: Sequence[Record], number: int) -> Record:
    """The search's trial of this number; InputError says which exist, or why not it."""
    searched = [record for record in records if record.role == "search"]
    found = [record for record in searched if record.number == number]
    if not found:
        raise InputError(f"--trial {number}: {_range(searched)}")
    record = found[0]
    if record.state == "FAIL":
        reason = record.failure or "no reason was recorded"
        raise InputError(f"--trial {number}: it failed ({reason}); choose a complete trial")
    if not record.complete:
        raise InputError(f"--trial {number}: it is {record.state}; wait until it is complete")
    return record


def _range(records: Sequence[Record]) -> str:
    numbers = [record.number for record in records]
    if not numbers:
        return "the study has no trials yet"
    return f"no such trial; this study has {min(numbers)} to {max(numbers)}"


class Candidate(Protocol):
    """A trial's number and accuracy."""

    @property
    def number(self) -> int:
        """The search trial's."""

    @property
    def accuracy(self) -> float:
        """In 0..1."""

    def of(self, name: str) -> float:
        """A cost by its name."""


Found = TypeVar("Found", bound=Candidate)


def best_under(candidates: Sequence[Found], choice: Under) -> Found:
    """InputError where all are dearer."""
    within = [one for one in candidates if one.of(choice.metric) <= choice.most]
    if within:
        return max(within, key=lambda one: (one.accuracy, -one.of(choice.metric), -one.number))
    least = min((one.of(choice.metric) for one in candidates), default=None)
    known = "there is no complete trial" if least is None else f"the smallest has {least:,.0f}"
    raise InputError(
        f"--trial best-under: none has at most {choice.most:,} {choice.metric}; {known}"
    )


def knee(front: Sequence[Found], metric: Metric) -> Found:
    """Where one more step of cost begins to buy little; InputError below three members.

    Farthest above the line between the cheapest and the dearest, both axes scaled to it (Das, 1999,
    doi:10.1007/s001580050111).
    """
    if len(front) < 3:
        raise InputError(
            f"--trial {KNEE}: the front has {len(front)} members; a knee needs three: --trial N"
        )
    ordered = sorted(front, key=lambda one: one.of(metric))
    first, last = ordered[0], ordered[-1]
    wide = last.of(metric) - first.of(metric) or 1.0
    high = last.accuracy - first.accuracy or 1.0

    def above(one: Found) -> float:
        right = (one.of(metric) - first.of(metric)) / wide
        return (one.accuracy - first.accuracy) / high - right

    return max(ordered[1:-1], key=above)
