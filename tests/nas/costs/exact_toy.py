"""The toy with costs that are those of its layers, and once with a parameter too many."""

from dataclasses import replace

from nas.core.cost import Cost
from nas.core.knob import Knob
from tests.nas.toy import Toy, ToySpace


class ExactToy(ToySpace):
    """Costs of the convolutions' and the classifier's weights; `params` and `macs` are errors."""

    knobs = (*ToySpace.knobs[:-1], Knob(name="mood", choices=("well",)))

    def __init__(self, *, params: int = 0, macs: int = 0) -> None:
        self.params, self.macs = params, macs

    def cost(self, configuration: Toy) -> Cost:
        """Two convolutions without bias, each with batch normalisation, and the classifier."""
        width, area = configuration.width, configuration.kernel**2
        pixels = configuration.resolution**2
        first, second = configuration.channels * width * area, width * width * area
        head = width * configuration.classes
        return replace(
            super().cost(configuration),
            params=first + second + 4 * width + head + configuration.classes + self.params,
            macs=first * pixels + second * pixels // 4 + head + self.macs,
        )


SPACE = ExactToy()
WRONG = ExactToy(params=1)
