"""The part of a space that a search may propose: knobs narrowed, a budget, priced at the target."""

import random
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice, product, repeat
from math import log, prod

from nas.core.budget import Budget
from nas.core.chain import Chain
from nas.core.cost import Cost, Metric
from nas.core.draws import random_genome
from nas.core.errors import InputError
from nas.core.fidelity import Setting
from nas.core.knob import Genome, Knob, Value
from nas.core.space import Choices, SearchSpace, key_of
from nas.windows.window import Window

ENUMERABLE = 50_000  # of a space without a chain, below so many genomes all are listed
DRAWS = 20_000  # draws without an unseen member after which a search is told "undecided"
BATCHES = (1, 16, 256)  # draws at a time; then always the last
GUESSES = 20  # at an unseen one among listed members
CLOSE = 0.99  # of the upper bound on a count; a lower bound below it needs an estimate beside it
CROWD = 40  # of a space without a chain, draws among which one of the wanted size is taken


@dataclass(frozen=True)
class Member:
    """One admissible network: its canonical genome, key, and cost at the target."""

    genome: dict[str, Value]
    key: str
    cost: Cost


def _always(genome: Genome) -> str | None:
    """No reason against any genome."""


@dataclass(frozen=True, kw_only=True)
class Region:
    """Space x choices x budget at a target setting; all that a sampler proposes passes `admit`.

    A space that is a chain is counted and drawn from inside the budget. Of any other, genomes are
    drawn until one fits.
    """

    space: SearchSpace
    choices: Choices
    budget: Budget
    target: Setting
    representable: Callable[[Genome], str | None] = field(default=_always)

    @cached_property
    def knobs(self) -> tuple[Knob, ...]:
        """The knobs with the choices left to them, in the space's order."""
        return tuple(
            Knob(name=knob.name, choices=self.choices[knob.name], ordered=knob.ordered)
            for knob in self.space.knobs
        )

    @cached_property
    def chain(self) -> Chain | None:
        """The narrowed space as a chain; None where it is none."""
        # By name: a Protocol's isinstance() does not see the methods of a wrapped space.
        make: Callable[[Choices, Setting], Chain] | None = getattr(self.space, "chain", None)
        return None if make is None else make(self.choices, self.target)

    @cached_property
    def window(self) -> Window | None:
        """The chain's members that the budget admits, whatever can be trained."""
        return None if self.chain is None else Window(self.chain, self.budget)

    def admit(self, genome: Genome) -> Member | str:
        """The member a genome stands for, or in words why it is none."""
        broken = self.space.violation(genome)
        if broken is not None:
            return broken
        canonical = self.space.canonical(genome)
        for name, value in canonical.items():
            if value not in self.choices[name] and not self._dead(name, canonical):
                return f"{name} = {value} is not among the choices"
        cost = self.space.cost(self.space.adapt(self.space.decode(canonical), self.target))
        if not self.budget.admits(cost):
            return f"{cost}: outside {self.budget}"
        unfit = self.representable(canonical)
        return unfit if unfit is not None else Member(canonical, key_of(canonical), cost)

    def _dead(self, name: str, canonical: dict[str, Value]) -> bool:
        """Whether a knob has no effect there: a value left to it makes the same network."""
        others = ({**canonical, name: choice} for choice in self.choices[name])
        return any(
            self.space.violation(other) is None and self.space.canonical(other) == canonical
            for other in others
        )

    def draw(
        self, rng: random.Random, seen: Collection[str], *, place: float | None = None
    ) -> Member | None:
        """An unseen member, each as likely as any other; None when none is left or was found.

        place: draw one of this size instead, 0 the smallest and 1 the largest by the logarithm of
        the parameters.
        """
        if self.members is not None:
            if place is None and self.members:
                for _ in range(GUESSES):  # before all are looked at
                    member = rng.choice(self.members)
                    if member.key not in seen:
                        return member
            unseen = [member for member in self.members if member.key not in seen]
            return _placed(unseen, place, rng) if unseen else None
        if place is not None and self.window is None:
            return _placed(list(islice(self._unseen(rng, seen, None), CROWD)), place, rng)
        found = next(self._unseen(rng, seen, place), None)
        # Where all of one size are known, any other will do.
        return self.draw(rng, seen) if found is None and place is not None else found

    def sample(self, rng: random.Random, count: int) -> list[Member]:
        """So many different members at random; fewer where `DRAWS` draws do not find as many."""
        found: dict[str, Member] = {}
        for member in self._unseen(rng, found, None):
            found[member.key] = member
            if len(found) == count:
                break
        return list(found.values())

    def _unseen(
        self, rng: random.Random, seen: Collection[str], place: float | None
    ) -> Iterator[Member]:
        """Unseen members, as long as `DRAWS` draws last."""
        drawn, batches = 0, chain(BATCHES, repeat(BATCHES[-1]))
        while drawn < DRAWS:
            batch = next(batches)
            drawn += batch
            for member in self._drawn(rng, batch, place):
                if isinstance(member, Member) and member.key not in seen:
                    yield member

    def _drawn(self, rng: random.Random, count: int, place: float | None) -> Iterator[Member | str]:
        if self.window is None:
            for _ in range(count):
                yield self.admit(random_genome(self.knobs, rng))
            return
        drawn = (
            self.window.draw(rng, count)
            if place is None
            else self.window.draw_at(rng, count, place)
        )
        for priced in drawn:
            yield self.admit(priced.genome)

    def has_unseen(self, seen: Collection[str]) -> bool:
        """Whether an unseen member is left, as far as `draw` can tell."""
        return self.draw(random.Random(len(seen)), seen) is not None

    @cached_property
    def members(self) -> tuple[Member, ...] | None:
        """All members where they are few enough to list, else None."""
        if self.window is not None:
            if self.window.members is None:
                return None
            genomes: Iterator[Genome] = (priced.genome for priced in self.window.members)
        elif (listed := getattr(self.space, "listed", None)) is not None:
            genomes = iter(listed)
        elif prod(len(knob.choices) for knob in self.knobs) <= ENUMERABLE:
            genomes = self._genomes()
        else:
            return None
        found = (self.admit(genome) for genome in genomes)
        return tuple({item.key: item for item in found if isinstance(item, Member)}.values())

    @property
    def fit(self) -> str:
        """How many configurations fit the budget, of how many; "" where nobody has counted."""
        if self.window is None or self.chain is None:
            return ""
        least, most = self.window.count
        counted = _count(most) if least == most else f"{_count(least)} to {_count(most)}"
        if least < CLOSE * most and self.window.estimate:
            counted += f" (about {_count(self.window.estimate)}, by drawing)"
        return f"{counted} of {_count(self.chain.size)} configurations fit {self.budget}"

    def _genomes(self) -> Iterator[Genome]:
        names = [knob.name for knob in self.knobs]
        for values in product(*(knob.choices for knob in self.knobs)):
            yield dict(zip(names, values, strict=True))

    @cached_property
    def cost_range(self) -> Mapping[Metric, tuple[int, int]]:
        """Smallest and largest cost of the narrowed space, whatever the budget."""
        return self.space.cost_range(self.choices, self.target)


def _count(number: int) -> str:
    return f"{number:,}" if number < 10**6 else f"{number:.4g}".replace("e+", "e")


def _placed(members: Collection[Member], place: float | None, rng: random.Random) -> Member | None:
    """The member whose size is nearest to a place among the others; any, if none is wanted."""
    if not members:
        return None
    if place is None:
        return rng.choice(list(members))
    least = min((member.cost.size for member in members if member.cost.size > 0), default=1)
    sizes = {member.key: log(max(least, member.cost.size)) for member in members}
    low, high = min(sizes.values()), max(sizes.values())
    wanted = low + place * (high - low)
    return min(members, key=lambda member: abs(sizes[member.key] - wanted))


def fits_fidelity(space: SearchSpace, setting: Setting) -> Callable[[Genome], str | None]:
    """Whether a genome can be built at a proxy setting; the answer is the reason it cannot."""

    def reason(genome: Genome) -> str | None:
        try:
            space.adapt(space.decode(genome), setting)
        except InputError as error:
            return str(error)
        return None

    return reason
