"""Networks are really built to be checked, before a search starts and before a front is drawn."""

import random
from collections.abc import Iterable

from nas.core.cost import METRICS
from nas.core.errors import InputError
from nas.core.fidelity import Setting, proxy_setting
from nas.core.knob import Genome
from nas.core.space import SearchSpace
from nas.costs import verify_quick
from nas.evaluation import checkpointed
from nas.reporting.front import FrontMember
from nas.study.settings import Settings
from nas.windows import Region


def check_costs(region: Region) -> None:
    """InputError if the space's cost model is wrong for some member: nothing would be inside."""
    member = region.draw(random.Random(0), set())
    if member is not None:
        _check(region.space, member.genome, region.target, "a member")


def check_checkpointing(region: Region, settings: Settings) -> None:
    """InputError if the networks of the space cannot do it; one that is proposed is asked."""
    member = region.draw(random.Random(0), set()) if settings.recipe.checkpointing else None
    if member is not None:
        setting = proxy_setting(
            settings.fidelity, classes=settings.classes, channels=settings.channels
        )
        space = region.space
        checkpointed(space.build(space.adapt(space.decode(member.genome), setting)))


def check_front(space: SearchSpace, target: Setting, members: Iterable[FrontMember]) -> None:
    """InputError if a front would be drawn from costs that a network does not have."""
    for member in members:
        name = f"trial {member.number}"
        _check(space, member.genome, target, name)
        cost = space.cost(space.adapt(space.decode(member.genome), target))
        for metric in METRICS:
            if cost.of(metric) != getattr(member, metric):
                raise InputError(
                    f"{name}: {getattr(member, metric):,} {metric} were recorded, but the space"
                    f" {space.name} now says {cost.of(metric):,}; no front is drawn of both"
                )


def _check(space: SearchSpace, genome: Genome, target: Setting, name: str) -> None:
    wrong = verify_quick(space, space.adapt(space.decode(genome), target))
    if wrong is not None:
        raise InputError(
            f"the costs of the space {space.name} cannot be trusted: {name}: {wrong};"
            " see python -m nas.describe --verify"
        )
