"""Why a training ends early, by name."""

from nas.core.errors import InputError


class Diverged(ArithmeticError):
    """A loss that is no longer a number, with the step at which that was first so."""


class OutOfTime(TimeoutError):
    """The deadline passed before the last epoch; half a training stands for nothing."""


class DataDiffersError(InputError):
    """The images found under a name are not those that the search began with."""


class NoDeviceError(InputError):
    """A GPU was asked for and is not there."""
