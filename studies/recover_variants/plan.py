"""What is trained once the searches are over, with seeds that no search has used."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from nas.windows import Member
from studies.networks import of_size
from studies.recover_variants.choices import Pair, pairs
from studies.recover_variants.searches import Found
from studies.setup import Setup
from studies.trainings import Training

FRESH = 10  # the first replicate; searches use 0 and 1
PAPER, PLAIN = "paper's choice", "plain choice"


@dataclass(frozen=True, kw_only=True)
class Pick:
    """What a search offers in a variant's place: the best of its front that costs no more."""

    search: str
    metric: str
    variant: str
    member: Member


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All networks that are trained, and why.

    Attributes:
        published: the variants inside the window, by name.
        picks: of every search and variant, where the front has one.
        random: for each variant, networks of its size drawn at random.
        pairs: networks that differ in one of the paper's choices.
    """

    published: dict[str, Member]
    picks: tuple[Pick, ...]
    random: dict[str, tuple[Member, ...]]
    pairs: tuple[Pair, ...]

    def trainings(self, setup: Setup, *, seeds: int) -> list[Training]:
        """So many of each variant and pick; one of each other network, of which there are many.

        The first seed of all comes first. What two searches found is trained but once.
        """
        groups = [(name, [member], seeds) for name, member in self.published.items()]
        groups += [(f"found for {pick.variant}", [pick.member], seeds) for pick in self.picks]
        groups += [(f"random as {name}", list(few), 1) for name, few in self.random.items()]
        groups += [(PAPER, [pair.paper], 1) for pair in self.pairs]
        groups += [(PLAIN, [pair.plain], 1) for pair in self.pairs]
        planned = [
            Training(label=label, member=member, replicate=FRESH + index, fidelity=setup.fidelity)
            for index in range(seeds)
            for label, members, count in groups
            for member in members
            if index < count
        ]
        return list({(one.label, one.identity): one for one in planned}.values())


def plan(setup: Setup, found: Sequence[Found], *, each: int, bases: int) -> Plan:
    """`each` random networks a variant; choices are tried in `bases` random members.

    In random ones, because a network that was found is good with the choices that it has.
    """
    published = _published(setup)
    chosen = tuple(
        Pick(search=one.search.name, metric=one.search.metric, variant=name, member=member)
        for one in found
        for name, variant in published.items()
        if (member := one.at(variant.cost.of(one.search.metric))) is not None
    )
    tried = setup.region.sample(random.Random(setup.settings.seed), bases)
    return Plan(
        published=published,
        picks=chosen,
        random={
            name: tuple(of_size(setup.region, member, count=each, seed=setup.settings.seed))
            for name, member in published.items()
        },
        pairs=tuple(pairs(setup, tried)),
    )


def _published(setup: Setup) -> dict[str, Member]:
    members = {
        name: setup.member(setup.space.encode(configuration))
        for name, configuration in setup.space.published.items()
    }
    admits = setup.settings.budget.admits
    return {name: member for name, member in members.items() if admits(member.cost)}
