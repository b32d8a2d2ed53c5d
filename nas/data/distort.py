"""Harder, still real images: moved, turned, scaled, cluttered and noisy, once per image.

In the tradition of "cluttered translated MNIST" (Mnih et al. 2014, arXiv:1406.6247): an object on a
black canvas among patches of other objects. It makes a small data set tell good networks from
better ones. Sizes are relative to the canvas, so all resolutions show the same scene (but
noise is per pixel).
"""

from dataclasses import dataclass

import numpy as np
import torch
from einops import rearrange
from torch.nn.functional import affine_grid, grid_sample

from nas.data.draws import Draws, Floats
from nas.data.errors import DataError
from nas.data.resize import resize

CHUNK = 1024  # images at a time: bounds the working memory


@dataclass(frozen=True, kw_only=True)
class Distortion:
    """How far images are changed.

    shift: 0 keeps the object in the middle, 1 lets it lie anywhere on the canvas.
    rotate: the largest angle to either side, in degrees.
    scale: the object's side as a share of the canvas' side, least and most.
    clutter: how many patches of other training images are added, by maximum.
    clutter_size: a patch's side as a share of the object's (mean) side.
    noise: standard deviation of additive Gaussian noise, as a share of the full range.
    """

    shift: float = 0.0
    rotate: float = 0.0
    scale: tuple[float, float] = (1.0, 1.0)
    clutter: int = 0
    clutter_size: float = 0.3
    noise: float = 0.0

    def __post_init__(self) -> None:
        """Refuse values out of range, NaN included."""
        low, high = self.scale
        for name, value, wanted, fits in (
            ("shift", self.shift, "0 to 1", 0 <= self.shift <= 1),
            ("rotate", self.rotate, "0 to 180 degrees", 0 <= self.rotate <= 180),
            ("scale", self.scale, "0 < least <= most <= 1", 0 < low <= high <= 1),
            ("clutter", self.clutter, "0 or more patches", self.clutter >= 0),
            ("clutter_size", self.clutter_size, "above 0, up to 1", 0 < self.clutter_size <= 1),
            ("noise", self.noise, "0 to 1", 0 <= self.noise <= 1),
        ):
            if not fits:
                raise DataError(f"distortion: expected {name} in {wanted}; got {value}; change it")


DISTORTIONS: dict[str, Distortion | None] = {
    "none": None,
    "mild": Distortion(shift=1.0, rotate=10.0, scale=(0.7, 0.9), noise=0.02),
    "clutter": Distortion(shift=1.0, rotate=10.0, scale=(0.45, 0.6), clutter=6, noise=0.02),
    "hard": Distortion(shift=1.0, rotate=30.0, scale=(0.4, 0.6), clutter=10, noise=0.08),
}


def distort(
    images: torch.Tensor,
    sources: torch.Tensor,
    draws: Draws,
    *,
    distortion: Distortion,
    resolution: int,
) -> torch.Tensor:
    """Image i by draws[i]: uint8 `n c h w` -> float32 `n c r r` in 0..1.

    `sources` are all training images, uint8 `m c h w`; draws name the clutter's origin among them.
    """
    canvas = torch.empty(len(images), images.shape[1], resolution, resolution)
    for start in range(0, len(images), CHUNK):
        stop = min(start + CHUNK, len(images))
        part = draws.pick(np.arange(start, stop))
        piece = _place(images[start:stop], part, distortion=distortion, resolution=resolution)
        if distortion.clutter:
            _paste(piece, sources, part, distortion=distortion)
        if distortion.noise:
            piece += distortion.noise * _noise(piece, part)
        canvas[start:stop] = piece.clamp_(0, 1)
    return canvas


def _place(
    images: torch.Tensor, draws: Draws, *, distortion: Distortion, resolution: int
) -> torch.Tensor:
    """Each object scaled, turned and moved on a black canvas."""
    low, high = distortion.scale
    side = max(1, round(high * resolution))
    objects = resize(images, side)  # antialiased here: below, it shrinks by high/low at most
    scale = torch.from_numpy(low + (high - low) * draws.scale)
    angle = torch.from_numpy(draws.angle * np.deg2rad(distortion.rotate))
    move = torch.from_numpy(draws.move) * distortion.shift * (1 - scale)[:, None]
    cos, sin = torch.cos(angle) / scale, torch.sin(angle) / scale
    turn = torch.stack([torch.stack([cos, sin], -1), torch.stack([-sin, cos], -1)], -2)
    # affine_grid maps a place on the canvas to a place in the object, so it holds the inverse.
    theta = torch.cat([turn, -turn @ move[:, :, None]], dim=-1).float()
    shape = [len(images), images.shape[1], resolution, resolution]
    grid = affine_grid(theta, shape, align_corners=False)
    return grid_sample(objects, grid, mode="bilinear", align_corners=False)


def _paste(
    canvas: torch.Tensor, sources: torch.Tensor, draws: Draws, *, distortion: Distortion
) -> None:
    """Patches of other images onto the canvas, in place, by maximum."""
    count, channels, resolution, _ = canvas.shape
    side = max(1, round(sum(distortion.scale) / 2 * resolution))
    patch = max(1, round(distortion.clutter_size * side))
    used, place = np.unique(draws.origin, return_inverse=True)
    others = resize(sources[torch.from_numpy(used)], side)
    flat = rearrange(canvas, "n c h w -> n c (h w)")
    chosen = torch.from_numpy(place.reshape(draws.origin.shape))
    for k in range(distortion.clutter):
        cut = _corner(draws.cut[:, k], side - patch, side, patch)
        put = _corner(draws.put[:, k], resolution - patch, resolution, patch)
        origin = rearrange(others[chosen[:, k]], "n c h w -> n c (h w)")
        pieces = origin.gather(2, cut[:, None].expand(count, channels, -1))
        flat.scatter_reduce_(2, put[:, None].expand(count, channels, -1), pieces, "amax")


def _corner(fraction: Floats, room: int, width: int, patch: int) -> torch.Tensor:
    """Flat places of a patch whose corner lies at `fraction` (`n 2`, 0..1) of the room: `n p*p`."""
    corner = torch.from_numpy(np.minimum(fraction * (room + 1), room).astype(np.int64))
    steps = torch.arange(patch)
    rows = corner[:, 0, None, None] + steps[:, None]
    columns = corner[:, 1, None, None] + steps
    return rearrange(rows * width + columns, "n y x -> n (y x)")


def _noise(canvas: torch.Tensor, draws: Draws) -> torch.Tensor:
    """Gaussian noise by each image's own seed, so that it does not depend on its neighbours."""
    noise = torch.empty_like(canvas)
    generator = torch.Generator()
    for place, seed in zip(noise, draws.noise_seed.tolist(), strict=True):
        place.normal_(generator=generator.manual_seed(seed))
    return noise
