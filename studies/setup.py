"""What all trainings of one study share, said as to nas.search: a space, images, a recipe."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

from nas.core.errors import InputError
from nas.core.fidelity import Fidelity
from nas.core.knob import Genome
from nas.core.space import SearchSpace, find_space, key_of
from nas.searching.arguments import parse
from nas.searching.resolve import region_of, resolve
from nas.study.settings import Settings
from nas.windows import Member, Region

# Of a search's settings, what makes two trainings of one network at one fidelity differ.
SHARED = ("space", "data", "digest", "recipe", "device", "seed")


@dataclass(frozen=True, kw_only=True)
class Setup:
    """The settings of a search, of which a study trains what it chooses itself."""

    settings: Settings

    @classmethod
    def of(cls, *arguments: str) -> "Setup":
        """From arguments of nas.search. InputError as there."""
        return cls(settings=resolve(parse(list(arguments))))

    @cached_property
    def space(self) -> SearchSpace:
        """The space that the networks are members of."""
        return find_space(self.settings.space)

    @cached_property
    def region(self) -> Region:
        """The members that a search with these settings could propose."""
        return region_of(self.settings, self.space)

    @property
    def fidelity(self) -> Fidelity:
        """The size of a training, where the study asks for no other."""
        return self.settings.fidelity

    @cached_property
    def mark(self) -> str:
        """Eight characters: equal for trainings that may stand in one table, whatever fidelity."""
        values = self.settings.to_dict()
        text = json.dumps({name: values[name] for name in SHARED}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    def member(self, genome: Genome) -> Member:
        """A network and its cost at the target, inside the budget or not. InputError if none."""
        broken = self.space.violation(genome)
        if broken is not None:
            raise InputError(f"no member of the space {self.settings.space}: {broken}")
        canonical = self.space.canonical(genome)
        configuration = self.space.adapt(self.space.decode(canonical), self.settings.target)
        return Member(canonical, key_of(canonical), self.space.cost(configuration))
