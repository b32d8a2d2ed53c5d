"""Mixup (Zhang et al., arXiv:1710.09412): images and labels of a batch, mixed pair by pair."""

import random
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from nas.evaluation.device import LAYOUT


@dataclass(frozen=True, eq=False)
class Mixed:
    """Images `b c h w`: `share` of one with label `labels`, the rest of one with `others`.

    The share is a number on the device, None where nothing is mixed.
    """

    images: torch.Tensor
    labels: torch.Tensor
    others: torch.Tensor
    share: torch.Tensor | None

    def clone(self) -> "Mixed":
        """The same in memory of its own."""
        share = None if self.share is None else self.share.clone()
        return Mixed(self.images.clone(), self.labels.clone(), self.others.clone(), share)

    def copy_(self, other: "Mixed") -> None:
        """Overwrite with another of the same size, which is mixed if this is."""
        self.images.copy_(other.images)
        self.labels.copy_(other.labels)
        self.others.copy_(other.others)
        if self.share is not None and other.share is not None:
            self.share.copy_(other.share)

    def cut(self, parts: int) -> list[tuple["Mixed", float]]:
        """In order into so many parts of nearly equal size, each with its share of the images."""
        if parts == 1:
            return [(self, 1.0)]
        tensors = (self.images, self.labels, self.others)
        split = zip(*(torch.tensor_split(tensor, parts) for tensor in tensors), strict=True)
        return [
            (Mixed(images, labels, others, self.share), len(images) / len(self.images))
            for images, labels, others in split
        ]

    def loss(self, logits: torch.Tensor, label_smoothing: float) -> torch.Tensor:
        """Cross-entropy of logits `b classes`, as much of either label as of its image."""
        logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
        loss = F.cross_entropy(logits, self.labels, label_smoothing=label_smoothing)
        if self.share is None:
            return loss
        other = F.cross_entropy(logits, self.others, label_smoothing=label_smoothing)
        return torch.lerp(other, loss, self.share)


def mix(images: torch.Tensor, labels: torch.Tensor, share: float | None) -> Mixed:
    """Each image with the one at the mirrored place of the batch, which is in random order."""
    others, weight = labels.flip(0), None
    if share is not None:
        weight = images.new_full((), share)  # filled on the device: no transfer
        images = torch.lerp(images.flip(0), images, weight)
    return Mixed(images.contiguous(memory_format=LAYOUT), labels, others, weight)


def draw_share(rng: random.Random, alpha: float) -> float | None:
    """Of the first image, Beta(alpha, alpha); None without mixing."""
    return rng.betavariate(alpha, alpha) if alpha else None
