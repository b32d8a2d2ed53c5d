"""Images to squares: bilinear, antialiased. Images that are not square are squashed, not cut."""

import torch
from torch.nn.functional import interpolate

CHUNK = 4096  # images at a time: bounds the float copy of large originals


def resize(images: torch.Tensor, side: int) -> torch.Tensor:
    """Uint8 `n c h w` -> float32 `n c side side` in 0..1."""
    squares = torch.empty(len(images), images.shape[1], side, side)
    for start in range(0, len(images), CHUNK):
        part = images[start : start + CHUNK].float().div_(255)
        if part.shape[2:] != (side, side):
            part = interpolate(
                part, size=(side, side), mode="bilinear", align_corners=False, antialias=True
            )
        squares[start : start + CHUNK] = part
    return squares
