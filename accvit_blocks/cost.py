"""What a layer costs, in closed form: the numbers of the paper's accounting, and activations.

The paper (arXiv:2406.08859, tables 1 and 3) reports "FLOPs" as fvcore counts them with the model
in train mode and a batch of one: multiply-accumulates of convolutions, linear layers and matrix
products, five per element for batch and layer normalisation, one per element going into an
*adaptive* average pool, and nothing for everything else (softmax, activations, fixed pooling).

The closed forms beside the blocks are arithmetic only, so arrays of ints may stand for any width,
side, window, head_dim or ratio: their fields are then arrays too.

What autograd keeps for the backward pass (in train mode, float32, without autocast or stochastic
depth, on a CPU with torch's own operations) is counted as hooks on saved tensors see it: each
storage once and whole, without parameters and buffers. A part of it grows with the batch, a part
does not. The native kernels keep less.
"""

from __future__ import annotations

from typing import NamedTuple

ELEMENT = 4  # bytes of a float32


class Count(NamedTuple):
    """Cost of one image through a layer, a block or a network; costs add, and scale by an int.

    Attributes:
        params: trainable parameters.
        macs: multiply-accumulates of convolutions (gates included: one per branch, channel and
            pixel), linear layers and the two attention products.
        normalised: elements that pass through a batch or layer normalisation.
        pooled: elements that enter an adaptive average pool (squeeze-and-excitation, head).
        activations: elements that the operations of `macs` put out: every convolution's (gates
            included: one per branch, channel and pixel), as Radosavovic et al. count them
            (arXiv:2003.13678, section 4), and every linear layer's and attention product's. The
            architecture decides it, not how the operations are carried out.
        saved: elements that autograd keeps of every image, with the layer that first reads them.
        saved_once: elements that it keeps once, however many the images: the statistics of batch
            norms, weights times the scales folded into them.
    """

    # A tuple, since a frozen dataclass takes thrice the time to make, and a network adds a hundred.
    params: int = 0
    macs: int = 0
    normalised: int = 0
    pooled: int = 0
    activations: int = 0
    saved: int = 0
    saved_once: int = 0

    @property
    def flops(self) -> int:
        """The paper's FLOPs: fvcore's total in train mode."""
        return self.macs + 5 * self.normalised + self.pooled

    @property
    def saved_bytes(self) -> int:
        """What autograd keeps of a batch of one image."""
        return ELEMENT * (self.saved_once + self.saved)

    @property
    def saved_bytes_per_image(self) -> int:
        """What every further image adds."""
        return ELEMENT * self.saved

    def __add__(self, other: Count) -> Count:  # type: ignore[override]  # not what tuples do
        return Count(
            self.params + other.params,
            self.macs + other.macs,
            self.normalised + other.normalised,
            self.pooled + other.pooled,
            self.activations + other.activations,
            self.saved + other.saved,
            self.saved_once + other.saved_once,
        )

    def __mul__(self, times: int) -> Count:  # type: ignore[override]
        return Count(
            times * self.params,
            times * self.macs,
            times * self.normalised,
            times * self.pooled,
            times * self.activations,
            times * self.saved,
            times * self.saved_once,
        )

    def __rmul__(self, times: int) -> Count:  # type: ignore[override]
        return self * times


def total(*counts: Count) -> Count:
    """The sum of several, in less time than one by one."""
    return Count._make(map(sum, zip(*counts)))  # noqa: B905, all are as long; asking takes time
