"""Derivatives of one number of a network in its weights, from which several proxies are made."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nas.proxies.base import NoScoreError

Pairs = Sequence[tuple[Tensor, Tensor]]  # each weight with its gradient


def gradients(proxy: str, number: Tensor, model: nn.Module) -> Pairs:
    """The trainable weights of convolutions and products: those of two axes or more.

    The papers sum over these layers. Biases, norms and gates have one axis, whatever module holds
    them. Branches stacked in one tensor are one layer. Where the number does not depend on a
    weight, its gradient is zero.

    Raises NoScoreError, in the proxy's name, where the number depends on no parameter, or where
    there are no such weights.
    """
    weights = [weight for weight in model.parameters() if weight.requires_grad and weight.ndim >= 2]
    if not weights or not number.requires_grad:
        raise NoScoreError(
            proxy,
            expected="trainable weights of two axes or more between images and logits",
            got=f"none in {type(model).__name__}",
        )
    found = torch.autograd.grad(number, weights, allow_unused=True, materialize_grads=True)
    return [(weight.detach(), gradient) for weight, gradient in zip(weights, found, strict=True)]


def loss_gradients(proxy: str, model: nn.Module, images: Tensor, labels: Tensor) -> Pairs:
    """Gradients of the cross-entropy of a batch.

    Raises NoScoreError as `gradients`, and where a label is no class of the network's.
    """
    logits = model(images)
    if logits.shape[-1] <= int(labels.max()):  # on a GPU, the loss would stop the whole process
        raise NoScoreError(
            proxy,
            expected=f"logits for class {int(labels.max())}",
            got=f"{logits.shape[-1]} classes",
        )
    return gradients(proxy, F.cross_entropy(logits, labels), model)


def saliency(pairs: Pairs) -> Tensor:
    """Sum over weights of |theta * gradient|, in float64."""
    layers = [(weight * gradient).abs().sum(dtype=torch.float64) for weight, gradient in pairs]
    return torch.stack(layers).sum()
