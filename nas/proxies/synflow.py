"""SynFlow: what flows through all paths, without any data (Tanaka et al., arXiv:2006.05467)."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import nn

from nas.proxies.base import Candidate, finite
from nas.proxies.gradients import gradients, saliency
from nas.proxies.linear_form import LinearForm
from nas.proxies.watch import Watch


@dataclass(frozen=True)
class Synflow:
    """log of the sum over weights of |theta| * dR / d|theta|, with R = 1^T (prod |theta_l|) 1.

    R is the sum of the logits for an image of ones, all parameters positive and everything but
    weights taken out (`LinearForm`), as the paper defines it for plain layers; the sum over a
    network is arXiv:2101.08134's. It counts each path by its strength times its length.

    Limits: queries, keys, gates and squeeze-and-excitations decide how paths are weighed, and
    count for nothing themselves. Where normalisation would hold the signal, R grows with depth
    and width, soon beyond float32: hence float64, the logarithm, and a score of depth foremost.
    """

    name: ClassVar[str] = "synflow"
    needs_data: ClassVar[bool] = False

    def __call__(self, candidate: Candidate, /) -> float:
        """A logarithm; the images give their shape alone."""
        model = _positive(candidate.model)
        ones = torch.ones_like(candidate.images[:1], dtype=torch.float64)
        with Watch(), LinearForm():  # the watch makes fast code of a network's own step aside
            flow = model(ones).sum()
        return finite(self.name, saliency(gradients(self.name, flow, model)).log())


def _positive(model: nn.Module) -> nn.Module:
    positive = copy.deepcopy(model).double().eval()
    with torch.no_grad():
        for parameter in positive.parameters():
            parameter.abs_()
    return positive
