"""SNIP: how much the loss feels the loss of each weight (Lee et al., arXiv:1810.02340)."""

from dataclasses import dataclass
from typing import ClassVar

from nas.proxies.base import Candidate, finite
from nas.proxies.gradients import loss_gradients, saliency
from nas.proxies.prepared import as_in_training


@dataclass(frozen=True)
class Snip:
    """sum over weights of | theta * dL / d theta |, with the cross-entropy L of one batch.

    The paper divides by this sum, as it compares the weights of one network; to compare networks,
    arXiv:2101.08134 takes the sum itself.
    """

    name: ClassVar[str] = "snip"
    needs_data: ClassVar[bool] = True

    def __call__(self, candidate: Candidate, /) -> float:
        """0 or more."""
        model = as_in_training(candidate.model)
        pairs = loss_gradients(self.name, model, candidate.images, candidate.labels)
        return finite(self.name, saliency(pairs))
