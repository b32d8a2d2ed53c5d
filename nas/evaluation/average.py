"""A moving average of the weights, which generalises better than the last ones (big steps)."""

import copy

import torch
from torch import nn


class Average:
    """average <- decay * average + (1 - decay) * weights, after every step.

    At the start the decay is smaller, (1 + step) / (10 + step), so that the initial weights are
    soon forgotten. Buffers are not averaged: batch statistics are recalibrated for these weights.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        """Starts as a copy of the model."""
        self.model = copy.deepcopy(model).requires_grad_(False)
        self._decay = decay
        self._step = 0
        self._averages: list[torch.Tensor] = list(self.model.parameters())
        self._weights: list[torch.Tensor] = list(model.parameters())

    @torch.no_grad()
    def update(self) -> None:
        """Take in the model's present weights."""
        decay = min(self._decay, (1 + self._step) / (10 + self._step))
        self._step += 1
        torch._foreach_lerp_(self._averages, self._weights, 1 - decay)
