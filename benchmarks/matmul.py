"""What the machine can do: a large matrix product, in the precision of trainings."""

import torch

from benchmarks.machine import timed
from benchmarks.step import wait

TRIES = 5
PRECISION = {"cpu": torch.float32, "cuda": torch.bfloat16}


def matmul_flops_per_second(device: torch.device, *, side: int) -> float:
    """Floating-point operations a second of a `side` x `side` product: the best of five."""
    left, right = torch.randn(2, side, side, device=device, dtype=PRECISION[device.type])

    def work() -> None:
        torch.mm(left, right)
        wait(device)

    return 2 * side**3 / min(timed(work, runs=TRIES).seconds)
