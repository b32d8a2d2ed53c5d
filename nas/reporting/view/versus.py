"""Two runs or more side by side: fronts, hypervolumes in one rectangle, and differing settings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nas.core.errors import InputError
from nas.core.knob import Value
from nas.reporting.brief import flat
from nas.reporting.view.meaning import WORDS, Meaning, meaning
from nas.reporting.view.nouns import Sample, View
from nas.reporting.view.progress import corners, progress

MISSING = "-"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A setting that is not alike in all runs, what each has, and what that means."""

    name: str
    values: tuple[str, ...]
    meaning: Meaning


@dataclass(frozen=True, kw_only=True)
class Versus:
    """Runs with the same objectives.

    Attributes:
        names: what each run is called here, all of them different.
        shares: of each run its hypervolume after each trial, all in one rectangle; () for none.
        alone: of each run its front's members that no other run's front dominates.
        settings: those that differ, by what they mean.
    """

    names: tuple[str, ...]
    views: tuple[View, ...]
    shares: tuple[tuple[tuple[int, float], ...], ...]
    alone: tuple[tuple[Sample, ...], ...]
    settings: tuple[Difference, ...]

    @property
    def comparable(self) -> bool:
        """Whether results were measured alike: on the same data, at the same fidelity."""
        return not any(one.meaning == "measured" for one in self.settings)


def versus(views: Sequence[View], places: Sequence[str] = ()) -> Versus:
    """`places` tell runs of one name apart. InputError where objectives differ."""
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
        names=_names([view.study for view in views], places),
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


def _names(studies: Sequence[str], places: Sequence[str]) -> tuple[str, ...]:
    """The studies' names; where two are alike the places, and at last a number."""
    told = list(studies)
    for longer in (places or told, [f"{name} ({n})" for n, name in enumerate(places or told, 1)]):
        count = Counter(told)
        told = [long if count[name] > 1 else name for name, long in zip(told, longer, strict=True)]
    return tuple(told)


def _words(view: View) -> str:
    return ", ".join(f"{one.name} ({one.direction})" for one in view.objectives)


def _beats(better: Sample, worse: Sample, view: View) -> bool:
    """Nowhere worse and somewhere better."""
    gains = []
    for objective in view.objectives:
        gain = better.values[objective.name] - worse.values[objective.name]
        gains.append(gain if objective.direction == "maximize" else -gain)
    return min(gains) >= 0 and max(gains) > 0


def _differing(views: Sequence[View]) -> list[Difference]:
    tables = [flat(dict(view.settings)) for view in views]
    same = len({table.get("digest") for table in tables} - {None}) == 1
    found = [
        Difference(name=name, values=values, meaning=meaning(name, same_content=same))
        for name in dict.fromkeys(name for table in tables for name in table)
        if len(set(values := _values(tables, name))) > 1
    ]
    order = list(WORDS)
    return sorted(found, key=lambda one: order.index(one.meaning))


def _values(tables: Sequence[Mapping[str, Value]], name: str) -> tuple[str, ...]:
    return tuple(MISSING if table.get(name) is None else str(table[name]) for table in tables)
