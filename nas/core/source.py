"""What a space may offer so that its networks can be taken home: each as one file of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a tensor of the file is in the network that the space builds.

    Attributes:
        tensor: a name in the built network's state dict.
        rows: the first and the one past the last row of it; None for the whole. Its values fill the
            file's tensor in their order, whatever shape it has there.
    """

    tensor: str
    rows: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class FeatureMap:
    """One of the maps that a network's `features` returns.

    `stride` is the pixels of the image, row by row, to one of the map.
    """

    channels: int
    stride: int


@dataclass(frozen=True, kw_only=True)
class Source:
    """A network, written out.

    Attributes:
        text: a Python module that imports torch and nothing else.
        network: the name in it of the nn.Module, which is made without arguments and maps images
            b c h w to logits b classes.
        title: what the network is called, in a few words.
        parts: for each tensor of its state dict the part of the built network's that it is. All of
            them together are the built network's state dict, each value once.
        features: the maps that its method `features(images)` returns, from fine to coarse; empty
            where it has no such method.
        licence: of the text, as an SPDX identifier; None where the space does not say.
    """

    text: str
    network: str
    title: str
    parts: Mapping[str, Part]
    features: tuple[FeatureMap, ...] = field(default=())
    licence: str | None = None
