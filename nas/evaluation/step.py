"""One step of a training: forward, backward, optimiser."""

from collections.abc import Callable

import torch

from nas.evaluation.device import precision
from nas.evaluation.mixup import Mixed
from nas.evaluation.optimiser import Optimiser
from nas.evaluation.recipe import Recipe


class Step:
    """Improves a model by one batch, operation by operation; never waits for the device."""

    compile_seconds = 0.0  # spent so far on making the step faster; part of the training's time

    def __init__(
        self, forward: Callable[..., torch.Tensor], optimiser: Optimiser, recipe: Recipe
    ) -> None:
        """`forward` is the model, or what computes the same: images b c h w -> logits b classes."""
        self._forward = forward
        self.optimiser = optimiser
        self._smoothing = recipe.label_smoothing

    def __call__(self, batch: Mixed) -> torch.Tensor:
        """The loss, left on the device, where the next step may overwrite it."""
        with precision(batch.images.device):
            logits = self._forward(batch.images)
        loss = batch.loss(logits, self._smoothing)
        torch.autograd.backward(loss)
        self.optimiser.step()
        return loss.detach()
