"""The front of a study: searched networks that no other beats, by replicate means, one a key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

from nas import pareto
from nas.core.cost import METRICS, Metric
from nas.core.knob import Value
from nas.core.objective import Objective
from nas.reporting.noise import Noise, noise
from nas.reporting.replicates import mean_accuracy, replicates
from nas.study.record import Record


@dataclass(frozen=True, kw_only=True)
class FrontMember:
    """A search trial on the front; accuracy (0..1) is the mean of its key's replicates.

    `separable`: the accuracy gained over the next cheaper member exceeds the noise; None where the
    noise is unknown, and for the `cheapest`, which has no cheaper one to be told from.
    """

    record: Record
    accuracy: float
    replicates: int
    separable: bool | None = None
    cheapest: bool = False

    @property
    def number(self) -> int:
        """The search trial's number."""
        return self.record.number

    @property
    def key(self) -> str:
        """Content hash of the genome."""
        return self.record.key

    @property
    def genome(self) -> dict[str, Value]:
        """Knob name -> value."""
        return self.record.genome

    @property
    def params(self) -> int:
        """At the target setting."""
        return self.record.params

    @property
    def macs(self) -> int:
        """Of one image at the target setting."""
        return self.record.macs

    @property
    def flops(self) -> int:
        """Of one image at the target setting, as the space's paper counts."""
        return self.record.flops

    def of(self, name: str) -> float:
        """An objective by its name."""
        return float(getattr(self, name))


def front(records: Sequence[Record], objectives: Sequence[Objective]) -> tuple[FrontMember, ...]:
    """From the cheapest to the dearest member; () while no search trial is complete.

    Only keys that the search proposed can be members; published and replicate records of such a
    key count towards its mean. Of members with equal objectives the earliest trial stays.
    """
    candidates = tuple(_candidates(records))
    points = [[member.of(objective.name) for objective in objectives] for member in candidates]
    kept = pareto.front(points, [objective.direction for objective in objectives])
    metric = first_cost(objectives)
    members = sorted((candidates[index] for index in kept), key=lambda one: one.of(metric))
    return _separated(members, noise(records))


def first_cost(objectives: Iterable[Objective]) -> Metric:
    """The cost that orders the front and spans its figure: the first one weighed, else params."""
    weighed = [metric for one in objectives for metric in METRICS if metric == one.name]
    return weighed[0] if weighed else "params"


def _candidates(records: Sequence[Record]) -> Iterable[FrontMember]:
    searched: dict[str, Record] = {}
    for record in sorted(records, key=lambda record: record.number):
        if record.role == "search" and record.complete:
            searched.setdefault(record.key, record)
    groups = replicates(records)
    for key, record in searched.items():
        group = groups[key]
        yield FrontMember(record=record, accuracy=mean_accuracy(group), replicates=len(group))


def _separated(members: Sequence[FrontMember], spread: Noise | None) -> tuple[FrontMember, ...]:
    """The members, each but the first compared with the one before it."""
    first = [replace(member, cheapest=True) for member in members[:1]]
    others = [
        replace(member, separable=beyond(member, cheaper, spread))
        for cheaper, member in pairwise(members)
    ]
    return (*first, *others)


class Measured(Protocol):
    """An accuracy as the mean of so many replicates."""

    @property
    def accuracy(self) -> float:
        """In 0..1."""

    @property
    def replicates(self) -> int:
        """One or more."""


def beyond(better: Measured, worse: Measured, spread: Noise | None) -> bool | None:
    """Whether the gain in accuracy exceeds the noise; None where that is unknown."""
    if spread is None:
        return None
    gain = better.accuracy - worse.accuracy
    return gain > spread.threshold(better.replicates, worse.replicates)
