"""A search space that brings its own evaluation: a table, a simulator, somebody's own training."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property

from nas.core.draws import valid_genomes
from nas.core.errors import InputError
from nas.core.knob import Genome, Knob, Value
from nas.core.objective import Objective, directed


class EvaluatedSpace(ABC):
    """Knobs, what each choice of them costs, and how to measure the rest.

    Attributes:
        name: for messages and the study's name.
        knobs: every decision, with all its choices.
        objectives: what to search for unless told otherwise: "error:min,latency:min". What `cost`
            says is known before, all else comes from `evaluate`.
    """

    name: str
    knobs: Sequence[Knob]
    objectives: str

    @abstractmethod
    def evaluate(self, genome: Genome) -> Mapping[str, float]:
        """Objectives by name; those of `cost` are left out, or the same.

        Whatever it raises, a number that is not finite, or a cost other than promised, fails the
        trial and not the search.
        """

    def cost(self, genome: Genome) -> Mapping[str, float]:
        """What is known without evaluation, by name; the same names for every genome."""
        return {}

    def violation(self, genome: Genome) -> str | None:
        """Why there is no such member, in words; None where there is."""
        return None

    @property
    def members(self) -> Sequence[Genome] | None:
        """All of them where they are listed; None where they are what breaks no rule."""
        return None

    @cached_property
    def priced(self) -> tuple[str, ...]:
        """The names of the costs."""
        return tuple(self.cost(self.first))

    @property
    def first(self) -> dict[str, Value]:
        """Some member."""
        listed = self.members
        if listed is not None:
            return dict(listed[0])
        for genome in valid_genomes(self.knobs, self.violation, wanted=1, draws=20_000):
            return genome
        raise InputError(f"--space {self.name}: no member was found in 20,000 draws")

    def weighed(self, text: str | None) -> tuple[Objective, ...]:
        """The objectives as asked, or the space's own. InputError for unknown or repeated ones."""
        return directed(self.objectives if text is None else text, costs=self.priced)
