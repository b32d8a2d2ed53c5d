"""The toy with a written-out form, as a third party would offer it, and ways for it to be wrong."""

from dataclasses import replace

from toy_space import ToySpace

from nas.core.cost import Cost
from nas.core.source import Part, Source

TEXT = '''\
"""Two linear layers."""

import torch
from torch import Tensor, nn


class Net(nn.Module):
    """Images b {channels} {side} {side} -> logits b {classes}."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear({pixels}, {half})
        self.second = nn.Linear({pixels}, {half})
        self.norm = nn.BatchNorm1d({width})
        self.last = nn.Linear({width}, {classes})

    def forward(self, images: Tensor) -> Tensor:
        """b {channels} {side} {side} -> b {classes}."""
        x = images.flatten(1)
        return self.last(self.norm(torch.cat([self.first(x), self.second(x)], dim=1)))
'''


class WrittenSpace(ToySpace):
    """Its first layer is written as two, so that tensors are split and not just renamed."""

    name = "written"

    def cost(self, configuration):
        cost = super().cost(configuration)
        pixels = configuration.channels * configuration.resolution**2
        macs = (pixels + configuration.classes) * configuration.width
        return Cost(params=cost.params, macs=macs, flops=macs)

    def source(self, configuration):
        half, side = configuration.width // 2, configuration.resolution
        text = TEXT.format(
            channels=configuration.channels,
            side=side,
            pixels=configuration.channels * side**2,
            half=half,
            width=configuration.width,
            classes=configuration.classes,
        )
        split = {
            f"{name}.{kind}": Part(tensor=f"1.{kind}", rows=(index * half, (index + 1) * half))
            for index, name in enumerate(("first", "second"))
            for kind in ("weight", "bias")
        }
        norm = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
        whole = {f"norm.{kind}": Part(tensor=f"2.{kind}") for kind in norm}
        last = {f"last.{kind}": Part(tensor=f"4.{kind}") for kind in ("weight", "bias")}
        return Source(
            text=text, network="Net", title="Two layers", parts={**split, **whole, **last}
        )


class Wrong(WrittenSpace):
    """Says of its source what `change` makes of it."""

    def __init__(self, change):
        self.change = change

    def source(self, configuration):
        return self.change(super().source(configuration))


def text(old, new):
    """A source with other words in its text."""
    return lambda source: replace(source, text=source.text.replace(old, new))


def parts(**changed):
    """A source with other parts; "__" stands for "." in names, None for left out."""
    other = {name.replace("__", "."): part for name, part in changed.items()}

    def change(source):
        kept = {**source.parts, **other}
        return replace(source, parts={name: part for name, part in kept.items() if part})

    return change


SPACE = WrittenSpace()
