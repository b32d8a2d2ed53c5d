"""Size as promise: what every other proxy must beat, as it costs nothing to know."""

from dataclasses import dataclass
from typing import ClassVar

from nas.proxies.base import Candidate


@dataclass(frozen=True)
class Params:
    """Trainable parameters, as the space counts them."""

    name: ClassVar[str] = "params"
    needs_data: ClassVar[bool] = False

    def __call__(self, candidate: Candidate, /) -> float:
        """A whole number."""
        return float(candidate.cost.params)


@dataclass(frozen=True)
class Macs:
    """Multiply-accumulates of one image, as the space counts them."""

    name: ClassVar[str] = "macs"
    needs_data: ClassVar[bool] = False

    def __call__(self, candidate: Candidate, /) -> float:
        """A whole number."""
        return float(candidate.cost.macs)
