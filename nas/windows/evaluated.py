"""The region of a space that brings its own evaluation: members as they are, costs by its names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import cast

from nas.core.budget import Budget
from nas.core.cost import NamedCost
from nas.core.evaluated import EvaluatedSpace
from nas.core.evaluated_check import cost_of, violation_of
from nas.core.fidelity import Setting
from nas.core.knob import Genome, Knob, Value
from nas.core.space import Choices, SearchSpace
from nas.core.within import Within
from nas.windows.region import Region


def region_within(
    space: EvaluatedSpace, *, choices: Choices | None = None, budget: Budget | None = None
) -> Region:
    """All members, or those with fewer choices (by knob) and within a budget."""
    left = {knob.name: knob.choices for knob in space.knobs} | dict(choices or {})
    # A region asks a space for no more than this; networks are not built of it.
    asked = cast(SearchSpace, _Members(space))
    return Region(space=asked, choices=left, budget=budget or Within(), target=Setting())


class _Members:
    """Every genome is its own configuration, wherever it is put."""

    def __init__(self, space: EvaluatedSpace) -> None:
        self._space = space
        self._offered = {knob.name: frozenset(knob.choices) for knob in space.knobs}
        self.name = space.name
        self.knobs: tuple[Knob, ...] = tuple(space.knobs)
        self.published: Mapping[str, Genome] = {}
        self.listed: Sequence[Genome] | None = space.members

    @property
    def size(self) -> int:
        """How many there are, or at most can be."""
        if self.listed is not None:
            return len(self.listed)
        return prod(len(knob.choices) for knob in self.knobs)

    def violation(self, genome: Genome) -> str | None:
        """A value that is no choice, or the space's own reason."""
        for name, offered in self._offered.items():
            if name not in genome or genome[name] not in offered:
                return f"{name} = {genome.get(name)!r} is no choice"
        return violation_of(self._space, genome)

    def canonical(self, genome: Genome) -> dict[str, Value]:
        """In the order of the knobs."""
        return {name: genome[name] for name in self._offered}

    def decode(self, genome: Genome) -> Genome:
        """Itself."""
        return genome

    def adapt(self, genome: Genome, setting: Setting) -> Genome:
        """Itself."""
        return genome

    def cost(self, genome: Genome) -> NamedCost:
        """Under its own names."""
        return NamedCost(named=cost_of(self._space, genome))
