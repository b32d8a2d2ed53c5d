"""Which networks are trained, at which fidelities, with how many seeds."""

from collections.abc import Sequence
from dataclasses import replace

from nas.core.fidelity import Fidelity, proxy_setting
from nas.core.knob import Genome
from nas.windows import Member, Region, fits_fidelity
from studies.networks import spread
from studies.proxy_trust.fidelities import TOP, Cheaper
from studies.setup import Setup
from studies.trainings import Training

BINS = 4


def networks(setup: Setup, fidelities: Sequence[Fidelity], *, count: int) -> list[Member]:
    """Spread over the window; each can be trained at every fidelity."""
    fit = [
        fits_fidelity(
            setup.space,
            proxy_setting(
                fidelity, classes=setup.settings.classes, channels=setup.settings.channels
            ),
        )
        for fidelity in fidelities
    ]

    def representable(genome: Genome) -> str | None:
        return next((reason for fits in fit if (reason := fits(genome)) is not None), None)

    region: Region = replace(setup.region, representable=representable)
    return spread(region, bins=BINS, per_bin=count // BINS, seed=setup.settings.seed)


def trainings(
    members: Sequence[Member], top: Fidelity, less: Sequence[Cheaper], *, seeds: int
) -> list[Training]:
    """All at the top once, at each cheaper fidelity once, then at the top with the other seeds.

    Seeds follow from the fidelity, too (see `Evaluation.seed`), so no luck is shared.
    """

    def each(name: str, fidelity: Fidelity, replicate: int) -> list[Training]:
        return [
            Training(label=name, member=member, replicate=replicate, fidelity=fidelity)
            for member in members
        ]

    first, *others = range(seeds)
    planned = each(TOP, top, first)
    for one in less:
        planned += each(one.name, one.fidelity, first)
    for replicate in others:
        planned += each(TOP, top, replicate)
    return planned
