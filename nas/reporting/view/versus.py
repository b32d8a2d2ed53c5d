"""Two runs or more side by side: fronts, hypervolumes in one rectangle, and differing settings."""

from collections.abc import Sequence
from dataclasses import dataclass

from nas.core.errors import InputError
from nas.reporting.brief import flat
from nas.reporting.view.nouns import Sample, View
from nas.reporting.view.progress import corners, progress

MISSING = "-"


@dataclass(frozen=True, kw_only=True)
class Versus:
    """Runs with the same objectives.

    Attributes:
        shares: of each run its hypervolume after each trial, all in one rectangle; () for none.
        alone: of each run its front's members that no other run's front dominates.
        settings: for each that differs its name and what each run has.
    """

    views: tuple[View, ...]
    shares: tuple[tuple[tuple[int, float], ...], ...]
    alone: tuple[tuple[Sample, ...], ...]
    settings: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def comparable(self) -> bool:
        """Whether accuracies were measured alike: on the same data, at the same fidelity."""
        return not any(
            name.split(".")[0] in ("data", "fidelity", "digest", "recipe", "target", "space")
            for name, _ in self.settings
        )


def versus(views: Sequence[View]) -> Versus:
    """InputError where their objectives differ."""
    first = views[0]
    for other in views[1:]:
        if set(other.objectives) != set(first.objectives):
            raise InputError(
                f"expected the same objectives; {first.study} has {_words(first)}, {other.study}"
                f" has {_words(other)}"
            )
    every = [sample for view in views for sample in view.searched]
    two = len(first.objectives) == 2
    box = corners(every, first.objectives) if two else None
    return Versus(
        views=tuple(views),
        shares=tuple(progress(view, box, first.objectives) for view in views),
        alone=tuple(
            tuple(
                sample
                for sample in view.front
                if not any(_beats(other, sample, view) for one in views for other in one.front)
            )
            for view in views
        ),
        settings=tuple(_differing(views)),
    )


def _words(view: View) -> str:
    return ", ".join(f"{one.name} ({one.direction})" for one in view.objectives)


def _beats(better: Sample, worse: Sample, view: View) -> bool:
    """Nowhere worse and somewhere better."""
    gains = []
    for objective in view.objectives:
        gain = better.values[objective.name] - worse.values[objective.name]
        gains.append(gain if objective.direction == "maximize" else -gain)
    return min(gains) >= 0 and max(gains) > 0


def _differing(views: Sequence[View]) -> list[tuple[str, tuple[str, ...]]]:
    tables = [flat(dict(view.settings)) for view in views]
    names = dict.fromkeys(name for table in tables for name in table)
    found = []
    for name in names:
        values = tuple(_shown(table.get(name)) for table in tables)
        if len(set(values)) > 1:
            found.append((name, values))
    return found


def _shown(value: object) -> str:
    return MISSING if value is None else str(value)
