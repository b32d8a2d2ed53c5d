"""Norm of the first gradient (Abdelfattah et al., arXiv:2101.08134)."""

from dataclasses import dataclass
from typing import ClassVar

from nas.proxies.base import Candidate, finite
from nas.proxies.gradients import loss_gradients
from nas.proxies.prepared import as_in_training


@dataclass(frozen=True)
class GradNorm:
    """sum over layers of || dL / d theta_l ||, Euclidean, with the cross-entropy L of one batch."""

    name: ClassVar[str] = "grad-norm"
    needs_data: ClassVar[bool] = True

    def __call__(self, candidate: Candidate, /) -> float:
        """0 or more."""
        model = as_in_training(candidate.model)
        pairs = loss_gradients(self.name, model, candidate.images, candidate.labels)
        return finite(self.name, sum(float(gradient.norm()) for _, gradient in pairs))
