"""A third party's space, as `--space tests.nas.toy:SPACE`: two convolutions, and ways to fail."""

import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from torch import nn

from nas.core.cost import Cost, Metric
from nas.core.errors import InputError
from nas.core.fidelity import Setting, UnrepresentableError
from nas.core.knob import Genome, Knob, Value
from nas.core.space import Choices

MOODS = ("well", "slow", "raises", "diverges", "memory", "exits")
SLOW_SECONDS = 0.4  # a training in the mood "slow" takes so much longer
PIXELS = 4  # the resolution must be a multiple, for two poolings


@dataclass(frozen=True)
class Toy:
    """The configuration: everything that determines a network."""

    width: int
    kernel: int
    pool: str
    mood: str
    resolution: int = 224
    classes: int = 1000
    channels: int = 3


class Moody(nn.Module):
    """Passes its input on, or does not, in the mood's own way."""

    def __init__(self, mood: str) -> None:
        super().__init__()
        self._mood = mood
        self._slept = False

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """b classes -> b classes, in a good mood."""
        if self._mood == "raises":
            raise ValueError("the toy does not want to")
        if self._mood == "memory":
            raise torch.OutOfMemoryError("the toy wants more memory")
        if self._mood == "exits":
            os._exit(3)
        if self._mood == "slow" and not self._slept:
            self._slept = True
            time.sleep(SLOW_SECONDS)
        return x * torch.nan if self._mood == "diverges" else x


class ToySpace:
    """Widths, kernels, poolings, moods."""

    name = "toy"
    knobs = (
        Knob(name="width", choices=(4, 8, 12, 16), ordered=True),
        Knob(name="kernel", choices=(1, 3), ordered=True),
        Knob(name="pool", choices=("max", "mean")),
        Knob(name="mood", choices=MOODS),
    )
    published: Mapping[str, Toy] = {
        "small": Toy(4, 3, "max", "well"),
        "large": Toy(16, 3, "max", "well"),
    }
    size = 4 * 2 * 2 * len(MOODS)

    def violation(self, genome: Genome) -> str | None:
        """Every combination is a network."""
        return None

    def canonical(self, genome: Genome) -> dict[str, Value]:
        """No knob is ever dead."""
        return {knob.name: genome[knob.name] for knob in self.knobs}

    def decode(self, genome: Genome) -> Toy:
        """One field a knob."""
        return Toy(**{knob.name: genome[knob.name] for knob in self.knobs})  # type: ignore[arg-type]

    def encode(self, configuration: Toy) -> dict[str, Value]:
        """One knob a field."""
        return {knob.name: getattr(configuration, knob.name) for knob in self.knobs}

    def adapt(self, configuration: Toy, setting: Setting) -> Toy:
        """Widths must stay whole, and the resolution must pool twice."""
        width = configuration.width * setting.width_scale
        if width < 1 or width % 1:
            raise UnrepresentableError(f"width {configuration.width} x {setting.width_scale:g}")
        if setting.resolution % PIXELS:
            raise UnrepresentableError(f"resolution {setting.resolution}: expected a multiple of 4")
        return replace(
            configuration,
            width=int(width),
            resolution=setting.resolution,
            classes=setting.classes,
            channels=setting.channels,
        )

    def cost(self, configuration: Toy) -> Cost:
        """The stages' sum."""
        parts = self.stage_costs(configuration).values()
        return Cost(
            params=sum(part.params for part in parts),
            macs=sum(part.macs for part in parts),
            flops=sum(part.flops for part in parts),
        )

    def stage_costs(self, configuration: Toy) -> Mapping[str, Cost]:
        """Two convolutions without bias, each with batch normalisation, and the classifier."""
        width, area = configuration.width, configuration.kernel**2
        first, second = configuration.channels * width * area, width * width * area
        pixels = configuration.resolution**2
        head = width * configuration.classes
        return {
            "first": Cost(params=first + 2 * width, macs=first * pixels, flops=first * pixels),
            "second": Cost(
                params=second + 2 * width, macs=second * pixels // 4, flops=second * pixels // 4
            ),
            "head": Cost(params=head + configuration.classes, macs=head, flops=head),
        }

    def cost_range(self, choices: Choices, setting: Setting) -> Mapping[Metric, tuple[int, int]]:
        """Costs grow with width and kernel."""
        least, most = (
            self.cost(
                self.adapt(
                    Toy(pick(choices["width"]), pick(choices["kernel"]), "max", "well"), setting
                )
            )
            for pick in (min, max)
        )
        return {
            "params": (least.params, most.params),
            "macs": (least.macs, most.macs),
            "flops": (least.flops, most.flops),
        }

    def build(self, configuration: Toy, *, drop_path: float = 0.0) -> nn.Module:
        """b c h w -> b classes."""
        width, kernel = configuration.width, configuration.kernel
        pool = nn.MaxPool2d if configuration.pool == "max" else nn.AvgPool2d
        return nn.Sequential(
            nn.Conv2d(configuration.channels, width, kernel, padding=kernel // 2, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            pool(2),
            nn.Conv2d(width, width, kernel, padding=kernel // 2, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(width, configuration.classes),
            Moody(configuration.mood),
        )

    def to_dict(self, configuration: Toy) -> dict[str, Any]:
        """Its fields."""
        return asdict(configuration)

    def from_dict(self, values: Mapping[str, Any]) -> Toy:
        """From its fields."""
        try:
            return Toy(**values)
        except TypeError as error:
            raise InputError(f"no configuration of the toy: {error}") from error


SPACE = ToySpace()
