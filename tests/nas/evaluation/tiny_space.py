"""Small networks, a data set and a search space for these tests, none of which is of ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from sklearn.datasets import load_digits
from torch import nn

from nas.core.cost import Cost, Metric
from nas.core.evaluation import Evaluation
from nas.core.fidelity import Fidelity, Setting, UnrepresentableError
from nas.core.knob import Genome, Knob, Value
from nas.core.space import Choices, key_of
from nas.data import Prepared


def digits(train: int = 1200, val: int = 300, *, seed: int = 0) -> Prepared:
    """Real digits of 8 x 8 pixels, in an order drawn by `seed`."""
    images, labels = load_digits(return_X_y=True)
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    pixels = torch.from_numpy(images).float().reshape(-1, 1, 8, 8)[order]
    pixels = (pixels - pixels.mean()) / pixels.std()
    truth = torch.from_numpy(labels).long()[order]
    return Prepared(
        train_images=pixels[:train],
        train_labels=truth[:train],
        val_images=pixels[-val:],
        val_labels=truth[-val:],
        class_names=tuple("0123456789"),
        mean=(0.0,),
        std=(1.0,),
    )


class RandomDepth(nn.Module):
    """A residual layer that is left out at random in training: draws from torch's generator."""

    def __init__(self, layer: nn.Module, rate: float) -> None:
        super().__init__()
        self.layer = layer
        self.rate = rate

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """b ... -> b ..."""
        residual: torch.Tensor = self.layer(x)
        if not self.training or not self.rate:
            return x + residual
        kept = torch.bernoulli(torch.full((len(x), 1, 1, 1), 1 - self.rate))
        return x + residual * kept / (1 - self.rate)


def convnet(
    width: int = 16, *, drop_path: float = 0.0, momentum: float = 0.01, classes: int = 10
) -> nn.Sequential:
    """Two convolutions with batch norm, of a momentum as low as hybrid networks have it."""
    return nn.Sequential(
        nn.Conv2d(1, width, 3, padding=1, bias=False),
        nn.BatchNorm2d(width, momentum=momentum),
        nn.ReLU(),
        nn.MaxPool2d(2),
        RandomDepth(
            nn.Sequential(
                nn.Conv2d(width, width, 3, padding=1, bias=False),
                nn.BatchNorm2d(width, momentum=momentum),
                nn.ReLU(),
            ),
            drop_path,
        ),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(4 * width, classes),
    )


class Failing(nn.Module):
    """Raises on its first batch."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.layer = nn.Linear(64, 10)
        self.error = error

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """b c h w -> b classes, in principle."""
        raise self.error


@dataclass(frozen=True)
class Net:
    """The configuration of a `convnet`."""

    width: int
    classes: int = 10


class TinySpace:
    """Convnets of three widths; `network` replaces what is built."""

    name = "tiny"
    knobs = (Knob(name="width", choices=(4, 8, 16), ordered=True),)
    published: Mapping[str, Net] = {}
    size = 3

    def __init__(self, network: nn.Module | None = None) -> None:
        self.network = network

    def violation(self, genome: Genome) -> str | None:
        """Every genome is valid."""
        return None

    def canonical(self, genome: Genome) -> dict[str, Value]:
        """Itself."""
        return dict(genome)

    def decode(self, genome: Genome) -> Net:
        """The width."""
        return Net(int(genome["width"]))

    def encode(self, configuration: Net) -> dict[str, Value]:
        """The width."""
        return {"width": configuration.width}

    def adapt(self, configuration: Net, setting: Setting) -> Net:
        """Widths must stay whole."""
        width = configuration.width * setting.width_scale
        if width < 1 or width % 1:
            raise UnrepresentableError(f"width {configuration.width} cannot be scaled")
        return Net(int(width), setting.classes)

    def cost(self, configuration: Net) -> Cost:
        """Made up."""
        return Cost(params=configuration.width, macs=1, flops=1)

    def stage_costs(self, configuration: Net) -> Mapping[str, Cost]:
        """One stage."""
        return {"all": self.cost(configuration)}

    def cost_range(self, choices: Choices, setting: Setting) -> Mapping[Metric, tuple[int, int]]:
        """Of all widths."""
        return {"params": (4, 16), "macs": (1, 1), "flops": (1, 1)}

    def build(self, configuration: Net, *, drop_path: float = 0.0) -> nn.Module:
        """A convnet, or the network that was given."""
        if self.network is not None:
            return self.network
        return convnet(configuration.width, drop_path=drop_path, classes=configuration.classes)

    def to_dict(self, configuration: Net) -> dict[str, Any]:
        """Its two numbers."""
        return {"width": configuration.width, "classes": configuration.classes}

    def from_dict(self, values: Mapping[str, Any]) -> Net:
        """From its two numbers."""
        return Net(**values)


def asked(width: int = 8, *, replicate: int = 0, **fidelity: Any) -> Evaluation:
    """An evaluation of one epoch on digits."""
    genome: dict[str, Value] = {"width": width}
    size = Fidelity(**{"epochs": 1, "resolution": 8, **fidelity})
    return Evaluation(key=key_of(genome), genome=genome, fidelity=size, replicate=replicate)
