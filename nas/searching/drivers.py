"""Which random numbers a driver's sampler draws, with others beside it."""

from nas.core.errors import InputError
from nas.study.drivers import Drivers


def sampler_seed(drivers: Drivers, seed: int, lag: int | None) -> int:
    """The search's own for one driver. InputError for several of a deterministic search."""
    if lag is not None and drivers.others():
        raise InputError(
            "--deterministic: another process drives this study; wait for its end, or leave it out"
        )
    return seed if lag is not None else seed + drivers.salt
