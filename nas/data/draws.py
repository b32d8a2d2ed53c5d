"""The luck of every image of a split, drawn at once, so that no subset changes an image's luck."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Draws:
    """Uniform draws for n images with k patches each; a distortion turns them into sizes.

    scale `n` in 0..1; angle `n` in -1..1; move `n 2` (x, y) in -1..1; origin `n k`, the training
    images that patches are cut from; cut and put `n k 2` (y, x) in 0..1, where a patch comes from
    and goes to; noise_seed `n`.
    """

    scale: Floats
    angle: Floats
    move: Floats
    origin: Integers
    cut: Floats
    put: Floats
    noise_seed: Integers

    def pick(self, indices: Integers) -> "Draws":
        """The draws of some images."""
        return Draws(**{field.name: getattr(self, field.name)[indices] for field in fields(self)})


def draw(count: int, *, patches: int, sources: int, own: bool, rng: np.random.Generator) -> Draws:
    """Draws for a split of `count` images; patches come from `sources` training images.

    `own` says that the split is those training images, so that image i gets no patch of itself.
    """
    origin = rng.integers(0, sources - own, size=(count, patches))
    if own:
        origin += origin >= np.arange(count)[:, None]
    return Draws(
        scale=rng.random(count),
        angle=rng.uniform(-1, 1, count),
        move=rng.uniform(-1, 1, (count, 2)),
        cut=rng.random((count, patches, 2)),
        put=rng.random((count, patches, 2)),
        noise_seed=rng.integers(0, 2**62, count),
        origin=origin,
    )
