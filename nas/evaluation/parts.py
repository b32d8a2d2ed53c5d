"""What a training does where memory is too small for a batch: again, with the batch in parts."""

import gc
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from nas.evaluation.batches import steps_per_epoch
from nas.evaluation.failures import kind_of

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Fitted(Generic[Result]):
    """A network, what came of its training, and in how many parts each batch fitted."""

    model: nn.Module
    result: Result
    parts: int


def most_parts(model: nn.Module, *, images: int, batch_size: int) -> int:
    """Of a batch, where so many images make an epoch: then a part is as small as it may be.

    That is one image, and two for a batch norm, which has no statistics of one value.
    """
    smallest = images // steps_per_epoch(images, batch_size)
    least = 2 if any(isinstance(module, _BatchNorm) for module in model.modules()) else 1
    return max(1, smallest // least)


def part_of(size: int, parts: int, *, least: int) -> int:
    """The size of a batch's largest part, but `least` or more."""
    return max(least, math.ceil(size / parts))


def until_it_fits(
    build: Callable[[], nn.Module],
    train: Callable[[nn.Module, int], Result],
    *,
    most: Callable[[nn.Module], int],
    parts: int,
    device: torch.device,
) -> Fitted[Result]:
    """Train in so many `parts`, and each time that memory runs out, from the start in twice those.

    Whatever `train` raises passes, also for want of memory where a network's `most` parts do not
    help. What an attempt held is given back before the next one.
    """
    while True:
        model = build()
        limit = most(model)
        parts = min(parts, limit)
        try:
            return Fitted(model=model, result=train(model, parts), parts=parts)
        except Exception as error:
            if kind_of(error) != "out-of-memory" or parts >= limit:
                raise
        del model
        free(device)
        parts = min(2 * parts, limit)


def free(device: torch.device) -> None:
    """Give back what nobody holds any more: cycles first, then what PyTorch keeps of a GPU."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
