"""Images in batches of nearly equal size, so that no short one is left over."""

import math

import torch


def steps_per_epoch(count: int, batch_size: int) -> int:
    """How many batches `count` images make: none above `batch_size`, none of a single image.

    A single image has no batch statistics. Only an odd number of images in twos cannot meet
    both; then one batch has three.
    """
    return max(1, min(math.ceil(count / batch_size), count // 2))


def batches(indices: torch.Tensor, batch_size: int) -> tuple[torch.Tensor, ...]:
    """Indices `n` cut in order into `steps_per_epoch` parts, whose sizes differ by one at most."""
    return torch.tensor_split(indices, steps_per_epoch(len(indices), batch_size))
