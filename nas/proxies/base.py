"""The nouns: a network to be judged (`Candidate`), and what judges it untrained (`Proxy`)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor, nn

from nas.core.cost import Cost
from nas.core.errors import InputError


class NoScoreError(InputError):
    """A network, or a batch, for which a proxy has no value."""

    def __init__(self, proxy: str, *, expected: str, got: str) -> None:
        super().__init__(
            f"{proxy}: expected {expected}; got {got}; leave {proxy} out for such a network"
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidate:
    """A network just initialised, what it costs, and the batch that some proxies show it.

    Initialise it with a seed: scores are of these weights. Networks compare only on one batch, and
    at one image size. Everything is on one device, in float32.

    Attributes:
        model: images b c h w -> logits b classes.
        cost: what the space says it costs.
        images: normalised as for training, drawn at random, b c h w; two or more.
        labels: their classes, int64, b.

    Raises:
        InputError: if the images are too few, or not as many as labels.
    """

    model: nn.Module
    cost: Cost
    images: Tensor
    labels: Tensor

    def __post_init__(self) -> None:
        if not 2 <= len(self.images) == len(self.labels):
            raise InputError(
                "candidate: expected two or more images and a label for each;"
                f" got {len(self.images)} images and {len(self.labels)} labels"
            )


class Proxy(Protocol):
    """Judges a candidate, which is afterwards as it was: weights, buffers, modes, gradients.

    No random number is drawn, so equal weights and images have equal scores.
    """

    @property
    def name(self) -> str:
        """As in the table."""

    @property
    def needs_data(self) -> bool:
        """Whether the score depends on the images."""

    def __call__(self, candidate: Candidate, /) -> float:
        """Finite, higher for more promise; NoScoreError where there is none."""


def finite(proxy: str, score: Tensor | float) -> float:
    """The score as a number. Raises NoScoreError for one that is infinite or not a number."""
    value = float(score)
    if not math.isfinite(value):
        raise NoScoreError(proxy, expected="a finite score", got=str(value))
    return value
