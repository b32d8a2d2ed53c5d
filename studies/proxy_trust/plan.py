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


def at_top(members: Sequence[Member], top: Fidelity, *, seeds: int) -> list[Training]:
    """All with the first seed, then with the others."""
    return [
        Training(label=TOP, member=member, replicate=replicate, fidelity=top)
        for replicate in range(seeds)
        for member in members
    ]


def at_less(members: Sequence[Member], less: Sequence[Cheaper]) -> list[Training]:
    """Each at all cheaper fidelities, once; a study that is stopped has some networks of each."""
    return [
        Training(label=one.name, member=member, replicate=0, fidelity=one.fidelity)
        for member in members
        for one in less
    ]
