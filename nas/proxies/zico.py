"""ZiCo: gradients that are large and agree among batches (Li et al., arXiv:2301.11300)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from nas.proxies.base import Candidate, NoScoreError, finite
from nas.proxies.gradients import loss_gradients
from nas.proxies.prepared import as_in_training


@dataclass(frozen=True)
class Zico:
    """sum over layers of log(sum over weights of E|g| / sqrt(Var|g|)), over `parts` of the batch.

    Definition 2 of the paper, which finds two batches to be best; g is a weight's gradient of the
    cross-entropy. Parts follow each other in the batch, and batch norms see one part at a time.
    Weights whose gradient is as large in all parts, and layers of nothing else, are left out. Of
    those that nearly are, rounding decides: other kernels on a CPU moved a score by 0.1 %.
    """

    parts: int = 2
    name: ClassVar[str] = "zico"
    needs_data: ClassVar[bool] = True

    def __call__(self, candidate: Candidate, /) -> float:
        """Any number."""
        if len(candidate.images) < self.parts:
            raise NoScoreError(
                self.name, expected=f"{self.parts} images", got=f"{len(candidate.images)}"
            )
        model = as_in_training(candidate.model)
        of_parts = [
            [gradient for _, gradient in loss_gradients(self.name, model, images, labels)]
            for images, labels in zip(
                candidate.images.tensor_split(self.parts),
                candidate.labels.tensor_split(self.parts),
                strict=True,
            )
        ]
        agreed = [agreement(layer) for layer in zip(*of_parts, strict=True)]
        logs = [layer.log() for layer in agreed if layer > 0]
        if not logs:
            raise NoScoreError(
                self.name, expected="gradients that differ among images", got="equal ones"
            )
        return finite(self.name, sum(map(float, logs)))


def agreement(gradients: Sequence[Tensor]) -> Tensor:
    """Sum over weights of E|g| / sqrt(Var|g|) of one layer's gradients, one for each part."""
    sizes = torch.stack([gradient.abs() for gradient in gradients])
    deviation, mean = torch.std_mean(sizes, dim=0, correction=0)
    differ = deviation > 0
    return (mean[differ] / deviation[differ]).sum(dtype=torch.float64)
