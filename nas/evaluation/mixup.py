"""Mixup (Zhang et al., arXiv:1710.09412): images and labels of a batch, mixed pair by pair."""

import random
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from nas.evaluation.device import LAYOUT


@dataclass(frozen=True, eq=False)
class Mixed:
    """Images `b c h w`: `share` of one with label `labels`, the rest of one with `others`."""

    images: torch.Tensor
    labels: torch.Tensor
    others: torch.Tensor
    share: float

    def loss(self, logits: torch.Tensor, label_smoothing: float) -> torch.Tensor:
        """Cross-entropy of logits `b classes`, as much of either label as of its image."""
        logits = logits.float()
        loss = F.cross_entropy(logits, self.labels, label_smoothing=label_smoothing)
        if self.share == 1:
            return loss
        other = F.cross_entropy(logits, self.others, label_smoothing=label_smoothing)
        return self.share * loss + (1 - self.share) * other


def mix(images: torch.Tensor, labels: torch.Tensor, share: float) -> Mixed:
    """Each image with the one at the mirrored place of the batch, which is in random order."""
    if share < 1:
        images = torch.lerp(images.flip(0), images, share)
    return Mixed(images.contiguous(memory_format=LAYOUT), labels, labels.flip(0), share)


def draw_share(rng: random.Random, alpha: float) -> float:
    """Of the first image, Beta(alpha, alpha); 1 without mixing."""
    return rng.betavariate(alpha, alpha) if alpha else 1.0
