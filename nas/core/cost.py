"""What a network costs to deploy, known without training it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Metric = Literal["params", "macs", "flops"]
METRICS: tuple[Metric, ...] = ("params", "macs", "flops")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What a budget may bound, and what else a space knows without training or building.

    Attributes:
        params: trainable parameters.
        macs: multiply-accumulates of one image.
        flops: of one image, as the space's paper counts them.
        activations: elements that convolutions, linear layers and products of activations put out
            for one image; None where a space does not say.
        saved_bytes: what autograd keeps for the backward pass of one image, in float32, without
            parameters and buffers; None where a space does not say.
        saved_bytes_per_image: what every further image of a batch adds to that, so that n images
            keep saved_bytes + (n - 1) * saved_bytes_per_image; less than saved_bytes where
            something derived from weights is kept but once. None where a space does not say.
    """

    params: int
    macs: int
    flops: int
    activations: int | None = None
    saved_bytes: int | None = None
    saved_bytes_per_image: int | None = None

    def of(self, metric: Metric) -> int:
        """One of the three that budgets bound, by its name."""
        return {"params": self.params, "macs": self.macs, "flops": self.flops}[metric]

    def value(self, name: str) -> float:
        """Any of those that may be bounded or weighed. Raises KeyError for another."""
        return {"params": self.params, "macs": self.macs, "flops": self.flops}[name]

    @property
    def size(self) -> float:
        """By which small and large are told apart."""
        return self.params

    def __str__(self) -> str:
        return f"{human(self.params)} parameters, {human(self.macs)} MACs"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class NamedCost(Cost):
    """Costs under a space's own names, which need be no counts: milliseconds, millions."""

    params: int = 0
    macs: int = 0
    flops: int = 0
    named: Mapping[str, float]

    def value(self, name: str) -> float:
        """One of its own. Raises KeyError for another."""
        return self.named[name]

    @property
    def size(self) -> float:
        """The first of them; 0 where there is none."""
        return next(iter(self.named.values()), 0.0)

    def __str__(self) -> str:
        return ", ".join(f"{human(value)} {name}" for name, value in self.named.items())


def exact(count: int) -> str:
    """A count in the largest unit that says it exactly, as a window is written: 28.35M."""
    for unit, size in (("G", 10**9), ("M", 10**6), ("K", 10**3)):
        if count >= size and count % (size // 1000) == 0:
            return (
                f"{count // size}.{count % size * 1000 // size:03d}".rstrip("0").rstrip(".") + unit
            )
    return str(count)


def human(count: float) -> str:
    """A count in the units people write: 28.37M, 4.21G; exact below a thousand."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("K", 1e3)):
        if abs(count) >= size:
            return f"{count / size:.4g}{unit}"
    return f"{count:.4g}"
