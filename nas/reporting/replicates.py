"""Which records measure the same network: complete ones by key, one for each seed."""

from collections.abc import Iterable
from statistics import fmean

from nas.study.record import Record


def replicates(records: Iterable[Record]) -> dict[str, tuple[Record, ...]]:
    """Complete records of each key, whatever their role, by number.

    A record that repeats another's replicate and seed is the same evaluation under a second role
    (a published member that the search found too); it is counted once.
    """
    found: dict[str, dict[tuple[int, int], Record]] = {}
    for record in sorted(records, key=lambda record: record.number):
        if record.complete:
            found.setdefault(record.key, {}).setdefault((record.replicate, record.seed), record)
    return {key: tuple(members.values()) for key, members in found.items()}


def accuracies(records: Iterable[Record]) -> list[float]:
    """Those that are known, in 0..1."""
    return [record.accuracy for record in records if record.accuracy is not None]


def mean_accuracy(records: Iterable[Record]) -> float:
    """Over the records that have one; at least one must."""
    return fmean(accuracies(records))
