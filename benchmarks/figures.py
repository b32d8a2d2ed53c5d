"""What a timing says: images a second, operations a second, and their share of the possible."""

from collections.abc import Mapping
from types import MappingProxyType

from benchmarks.machine import Timing

# A multiply-accumulate is two operations. The backward pass computes two products, for the
# gradients of inputs and of weights, where the forward pass computes one.
FLOPS_PER_MAC: Mapping[str, int] = MappingProxyType({"training": 3 * 2, "inference": 2})


def figures(
    timing: Timing, *, mode: str, macs: int, batch: int, matmul: float
) -> dict[str, int | float]:
    """Columns of one timing.

    macs: of one image's forward pass. matmul: operations a second of a large matrix product on the
    same machine at the same time, of which `share_of_matmul` is a share.
    """
    flops = FLOPS_PER_MAC[mode] * macs * batch / timing.median
    return {
        "n": len(timing.seconds),
        "seconds": timing.median,
        "spread": timing.spread,
        "images_per_second": batch / timing.median,
        "macs": macs,
        "flops_per_second": flops,
        "matmul_flops_per_second": matmul,
        "share_of_matmul": flops / matmul,
    }
