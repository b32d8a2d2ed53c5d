"""How good a trained network is on the validation images."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from nas.core.errors import InputError
from nas.evaluation.device import LAYOUT, precision
from nas.evaluation.limit import in_time


@dataclass(frozen=True, kw_only=True)
class Scored:
    """Share of images classified correctly, 0..1, and mean cross-entropy in nats."""

    accuracy: float
    loss: float


@torch.inference_mode()
def score(
    model: nn.Module,
    images: torch.Tensor,
    labels: torch.Tensor,
    *,
    batch_size: int,
    deadline: float | None = None,
) -> Scored:
    """Of images `n c h w` with labels `n`, in evaluation mode; the model's mode is kept.

    One transfer from the device, at the end. InputError without images; OutOfTime after the
    `deadline`, a time of `time.monotonic()`.
    """
    if not len(images):
        raise InputError("validation images: expected 1 or more; got none")
    mode = model.training
    model.eval()
    correct, loss = torch.zeros((), device=images.device), torch.zeros((), device=images.device)
    try:
        for part, truth in zip(
            torch.split(images, batch_size), torch.split(labels, batch_size), strict=True
        ):
            in_time(deadline, "while scoring")
            with precision(images.device):
                logits = model(part.contiguous(memory_format=LAYOUT)).float()
            correct += (logits.argmax(dim=1) == truth).sum()
            loss += F.cross_entropy(logits, truth, reduction="sum")
    finally:
        model.train(mode)
    return Scored(accuracy=float(correct) / len(images), loss=float(loss) / len(images))
