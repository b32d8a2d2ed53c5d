"""One step of a training: forward, backward, optimiser; a batch too large goes in parts."""

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
        self,
        forward: Callable[..., torch.Tensor],
        optimiser: Optimiser,
        recipe: Recipe,
        parts: int = 1,
    ) -> None:
        """`forward` is the model, or what computes the same: images b c h w -> logits b classes.

        Gradients are summed over `parts` of a batch, each with its share of the images, which
        gives the whole batch's gradient but for what depends on a batch: batch norms take the
        statistics of a part, and random depth is drawn for each.
        """
        self._forward = forward
        self._parts = parts
        self.optimiser = optimiser
        self._smoothing = recipe.label_smoothing

    def __call__(self, batch: Mixed) -> torch.Tensor:
        """The loss, left on the device, where the next step may overwrite it."""
        first, *others = (self._backward(part, share) for part, share in batch.cut(self._parts))
        self.optimiser.step()
        return sum(others, first)

    def _backward(self, part: Mixed, share: float) -> torch.Tensor:
        """Add a part's share to the gradients; its share of the loss."""
        with precision(part.images.device):
            logits = self._forward(part.images)
        loss = part.loss(logits, self._smoothing) * share
        torch.autograd.backward(loss)
        return loss.detach()
