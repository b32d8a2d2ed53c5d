"""Why a training ends early, by name."""

from nas.core.errors import InputError


class Diverged(ArithmeticError):
    """A loss that is no longer a number, or absurdly large, with the step at which it was first."""


class OutOfTime(Exception):
    """The time allowed is over, with how far it came; half a training stands for nothing.

    No OSError, as a TimeoutError is one, and those who read files take it for the file's.
    """


class DataDiffersError(InputError):
    """The images found under a name are not those that the search began with."""


class NoDeviceError(InputError):
    """A GPU was asked for and is not there."""
