"""One step of a training: forward, backward, optimiser."""

import torch
from torch import nn

from nas.evaluation.device import precision
from nas.evaluation.mixup import Mixed
from nas.evaluation.recipe import Recipe


def training_step(
    model: nn.Module, optimiser: torch.optim.Optimizer, batch: Mixed, recipe: Recipe
) -> torch.Tensor:
    """Improve the model by one batch; returns the loss, left on the device."""
    optimiser.zero_grad(set_to_none=True)
    with precision(batch.images.device):
        logits = model(batch.images)
    loss = batch.loss(logits, recipe.label_smoothing)
    torch.autograd.backward(loss)
    if recipe.gradient_clip:
        nn.utils.clip_grad_norm_(model.parameters(), recipe.gradient_clip)
    optimiser.step()
    return loss.detach()
