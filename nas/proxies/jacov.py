"""Jacobian covariance: how alike images look to a network (Mellor et al., arXiv:2006.04647v1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from nas.proxies.base import Candidate, finite
from nas.proxies.prepared import as_in_training

K = 1e-5  # keeps the logarithm of a vanishing eigenvalue finite; the paper's


@dataclass(frozen=True)
class Jacov:
    """-sum over i of log(s_i + k) + 1 / (s_i + k), s_i the eigenvalues of the correlations.

    Correlated are, image with image, the derivatives of the summed logits in the image's pixels.
    """

    name: ClassVar[str] = "jacov"
    needs_data: ClassVar[bool] = True

    def __call__(self, candidate: Candidate, /) -> float:
        """At most -1 for each image, near which all derivatives are uncorrelated."""
        model = as_in_training(candidate.model).requires_grad_(False)
        images = candidate.images.clone().requires_grad_()
        (jacobian,) = torch.autograd.grad(model(images).sum(), images)
        return finite(self.name, uncorrelated(jacobian.flatten(1)))


def uncorrelated(rows: Tensor) -> Tensor:
    """The score of derivatives b e, one row for an image; not a number where a row is constant."""
    correlations = torch.corrcoef(rows.double().cpu())
    if not correlations.isfinite().all():
        return correlations.sum()
    eigenvalues: Tensor = torch.linalg.eigvalsh(correlations) + K
    return -(eigenvalues.log() + 1 / eigenvalues).sum()
