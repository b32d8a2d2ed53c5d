"""What a layer costs, in closed form, in the four numbers the paper's accounting needs.

The paper (arXiv:2406.08859, tables 1 and 3) reports "FLOPs" as fvcore counts them with the model
in train mode and a batch of one: multiply-accumulates of convolutions, linear layers and matrix
products, five per element for batch and layer normalisation, one per element going into an
*adaptive* average pool, and nothing for everything else (softmax, activations, fixed pooling).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Count:
    """Cost of one image through a layer, a block or a network; costs add, and scale by an int.

    Attributes:
        params: trainable parameters.
        macs: multiply-accumulates of convolutions (gates included: one per branch, channel and
            pixel), linear layers and the two attention products.
        normalised: elements that pass through a batch or layer normalisation.
        pooled: elements that enter an adaptive average pool (squeeze-and-excitation, head).
    """

    params: int = 0
    macs: int = 0
    normalised: int = 0
    pooled: int = 0

    @property
    def flops(self) -> int:
        """The paper's FLOPs: fvcore's total in train mode."""
        return self.macs + 5 * self.normalised + self.pooled

    def __add__(self, other: Count) -> Count:
        return Count(
            self.params + other.params,
            self.macs + other.macs,
            self.normalised + other.normalised,
            self.pooled + other.pooled,
        )

    def __mul__(self, times: int) -> Count:
        return Count(
            times * self.params,
            times * self.macs,
            times * self.normalised,
            times * self.pooled,
        )

    __rmul__ = __mul__
