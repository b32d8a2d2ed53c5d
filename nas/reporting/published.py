"""The known networks that a study trained alike, and where each lies beside the front."""

from collections.abc import Sequence
from dataclasses import dataclass

from nas.core.objective import Objective
from nas.pareto import dominates
from nas.reporting.front import FrontMember, beyond
from nas.reporting.noise import Noise
from nas.reporting.replicates import mean_accuracy, replicates
from nas.study.record import Record

NAMED = 6  # so many in a sentence; more are counted


@dataclass(frozen=True, kw_only=True)
class Published:
    """A published member; accuracy (0..1) is the mean of its key's replicates."""

    label: str
    record: Record
    accuracy: float
    replicates: int

    def of(self, name: str) -> float:
        """An objective by its name."""
        return self.accuracy if name == "accuracy" else float(getattr(self.record, name))


def published(records: Sequence[Record]) -> tuple[Published, ...]:
    """Those that have a complete training, from the smallest to the largest."""
    groups = replicates(records)
    named: dict[str, Record] = {}
    for record in sorted(records, key=lambda record: record.number):
        if record.role == "published" and record.complete:
            named.setdefault(record.label or record.key, record)
    found = [
        Published(
            label=label,
            record=record,
            accuracy=mean_accuracy(groups[record.key]),
            replicates=len(groups[record.key]),
        )
        for label, record in named.items()
    ]
    return tuple(sorted(found, key=lambda member: member.record.params))


def dominators(
    member: Published, members: Sequence[FrontMember], objectives: Sequence[Objective]
) -> tuple[FrontMember, ...]:
    """The front's members that beat a published one, by the means alone."""
    ways = [objective.direction for objective in objectives]
    point = [member.of(objective.name) for objective in objectives]
    return tuple(
        one
        for one in members
        if dominates([one.of(objective.name) for objective in objectives], point, ways)
    )


def standing(
    member: Published,
    members: Sequence[FrontMember],
    objectives: Sequence[Objective],
    spread: Noise | None,
) -> tuple[str, FrontMember | None]:
    """Where a published member lies in words, and the front's member that beats it most clearly."""
    if any(one.key == member.record.key for one in members):
        return "on the front", None
    beaten = dominators(member, members, objectives)
    if not beaten:
        return "not dominated", None
    best = max(beaten, key=lambda one: (beyond(one, member, spread) is True, one.accuracy))
    clear = beyond(best, member, spread)
    return "dominated" + (
        "" if clear is None else f" {'beyond' if clear else 'within'} noise"
    ), best


def verdict(
    known: Sequence[Published],
    members: Sequence[FrontMember],
    objectives: Sequence[Objective],
    spread: Noise | None,
) -> str | None:
    """All published members in a sentence, those of one standing together; None without any."""
    groups: dict[str, list[str]] = {}
    for member in known:
        groups.setdefault(standing(member, members, objectives, spread)[0], []).append(member.label)
    told = [
        f"{', '.join(labels) if len(labels) <= NAMED else len(labels)} {words}"
        for words, labels in groups.items()
    ]
    return f"published: {'; '.join(told)}" if told else None
