"""A search space of two linear layers, quick to build, found as toy_space:SPACE."""

from dataclasses import asdict, dataclass, replace

from torch import nn

from nas.core.cost import Cost
from nas.core.fidelity import UnrepresentableError
from nas.core.knob import Knob


@dataclass(frozen=True, kw_only=True)
class Toy:
    """Pixels -> width -> classes."""

    width: int
    resolution: int = 224
    classes: int = 1000
    channels: int = 3


class ToySpace:
    """As `nas.core.space.SearchSpace` asks, without more."""

    name = "toy"
    knobs = (Knob(name="width", choices=(4, 8), ordered=True),)
    published = {"known": Toy(width=4)}  # noqa: RUF012
    size = 2

    def violation(self, genome):
        return None

    def canonical(self, genome):
        return dict(genome)

    def decode(self, genome):
        return Toy(width=genome["width"])

    def encode(self, configuration):
        return {"width": configuration.width}

    def adapt(self, configuration, setting):
        if setting.resolution % 2:
            raise UnrepresentableError(f"resolution {setting.resolution}: expected an even number")
        return replace(
            configuration,
            width=round(configuration.width * setting.width_scale),
            resolution=setting.resolution,
            classes=setting.classes,
            channels=setting.channels,
        )

    def cost(self, configuration):
        pixels = configuration.channels * configuration.resolution**2
        wide, classes = configuration.width, configuration.classes
        params = (pixels + 1) * wide + 2 * wide + (wide + 1) * classes
        return Cost(params=params, macs=params, flops=params)

    def stage_costs(self, configuration):
        return {"all": self.cost(configuration)}

    def cost_range(self, choices, setting):
        raise NotImplementedError

    def build(self, configuration, *, drop_path=0.0):
        pixels = configuration.channels * configuration.resolution**2
        return nn.Sequential(
            nn.Flatten(),
            nn.Linear(pixels, configuration.width),
            nn.BatchNorm1d(configuration.width),
            nn.Dropout(0.5),
            nn.Linear(configuration.width, configuration.classes),
        )

    def to_dict(self, configuration):
        return asdict(configuration)

    def from_dict(self, values):
        return Toy(**values)


SPACE = ToySpace()
