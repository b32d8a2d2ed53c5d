"""The toy space in its good mood: 16 networks that all train."""

from nas.core.knob import Knob
from tests.nas.toy import ToySpace


class Calm(ToySpace):
    """Widths, kernels and poolings."""

    name = "calm"
    knobs = (*ToySpace.knobs[:-1], Knob(name="mood", choices=("well",)))
    size = 4 * 2 * 2


SPACE = Calm()
