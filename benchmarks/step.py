"""The work that is timed: one step of a training as the search takes it, or one inference."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import nn

from nas.evaluation.device import precision
from nas.evaluation.execution import make_step
from nas.evaluation.mixup import Mixed, mix
from nas.evaluation.recipe import Recipe

Work = Callable[[], object]
RECIPE = Recipe()  # with gradient clipping and label smoothing


def random_batch(
    images: int, *, shape: tuple[int, int, int], classes: int, device: torch.device
) -> Mixed:
    """So many images of noise, channels last, with labels."""
    pixels = torch.randn(images, *shape, generator=torch.Generator().manual_seed(0))
    return mix(pixels.to(device), (torch.arange(images) % classes).to(device), None)


def training(model: nn.Module, batch: Mixed) -> Work:
    """Forward, cross-entropy, backward, clipping, AdamW; done when the device is.

    The model is the optimiser's from then on, and must be given to no other.
    """
    step = make_step(model.train(), RECIPE, batch.images.device)

    def work() -> None:
        step(batch)
        wait(batch.images.device)

    return work


def inference(model: nn.Module, batch: Mixed) -> Work:
    """Logits in evaluation mode; done when the device is."""
    model.eval()

    @torch.inference_mode()
    def work() -> None:
        with precision(batch.images.device):
            model(batch.images)
        wait(batch.images.device)

    return work


MODES: Mapping[str, Callable[[nn.Module, Mixed], Work]] = MappingProxyType(
    {"training": training, "inference": inference}
)


def wait(device: torch.device) -> None:
    """Until the device has done all that it was given; a CPU has."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
