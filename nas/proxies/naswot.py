"""NASWOT: how differently images switch the network's units (Mellor et al., arXiv:2006.04647)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from nas.proxies.base import Candidate, NoScoreError, finite
from nas.proxies.prepared import as_in_training
from nas.proxies.watch import Watch


@dataclass(frozen=True)
class Naswot:
    """log |K|, with K_ij the number of units that images i and j switch alike.

    The paper's units are ReLUs, on where their input is positive. For GELU, SiLU and other soft
    rectifiers the sign of the input is taken as well, although it splits no linear regions there;
    tanh, sigmoid and softmax switch nothing off and are not counted. So queries, keys and values
    of an attention have no part in it, the MLP behind them has.
    """

    name: ClassVar[str] = "naswot"
    needs_data: ClassVar[bool] = True

    def __call__(self, candidate: Candidate, /) -> float:
        """Grows with the logarithm of the number of units, times that of the images."""
        codes = Codes(len(candidate.images))
        with torch.no_grad(), Watch(codes.take):
            as_in_training(candidate.model)(candidate.images)
        if not codes.units:
            raise NoScoreError(
                self.name,
                expected="rectifiers (relu, gelu, silu, ...)",
                got=f"none in {type(candidate.model).__name__}",
            )
        return finite(self.name, log_determinant(codes.alike()))


class Codes:
    """Which units are on, compared between images as they come; none is kept."""

    def __init__(self, images: int) -> None:
        self.units = 0
        self._products = torch.zeros(images, images, dtype=torch.float64)

    def take(self, inputs: Tensor) -> None:
        """Units' inputs, the images along the first axis, or as its outer part: (b n) ... .

        Raises NoScoreError where that axis is no multiple of the images.
        """
        images = len(self._products)
        if inputs.ndim == 0 or inputs.shape[0] % images:
            raise NoScoreError(
                Naswot.name,
                expected=f"activations with {images} images along their first axis",
                got=f"the shape {tuple(inputs.shape)}",
            )
        # 1 and -1, whose products sum exactly in float32 up to 16 million units of one activation.
        signs = torch.where(inputs > 0, 1.0, -1.0).reshape(images, -1)
        self.units += signs.shape[1]
        self._products += (signs @ signs.T).double().cpu()

    def alike(self) -> Tensor:
        """K, b b: units less the Hamming distance of two codes."""
        return (self.units + self._products) / 2


def log_determinant(alike: Tensor) -> Tensor:
    """log |K| of a symmetric K without negative eigenvalues, b b in float64.

    Raises NoScoreError where K is singular: equal codes, or fewer units than images.
    """
    eigenvalues = torch.linalg.eigvalsh(alike)
    rounding = len(alike) * torch.finfo(alike.dtype).eps * eigenvalues[-1]
    if eigenvalues[0] <= rounding:
        raise NoScoreError(
            Naswot.name,
            expected="units that tell all images apart",
            got=f"codes of rank {int((eigenvalues > rounding).sum())} for {len(alike)} images",
        )
    logarithm: Tensor = eigenvalues.log().sum()
    return logarithm
