"""Measured values on the scale of the model: the better half as it is, the worse half drawn in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


class Scale:
    """(value - median) / spread of the better half; below -1 logarithmic, for wrecks lie far away.

    Args:
        values: those measured, larger is better; one or more.
    """

    def __init__(self, values: Reals) -> None:
        self._unit = float(np.abs(values).max()) or 1.0  # so that squares stay finite
        values = values / self._unit
        self._centre = float(np.median(values))
        better = values[values >= self._centre] - self._centre
        spread = float(np.sqrt((better**2).mean()))
        self._spread = spread if spread > 0 else float(values.std()) or 1.0

    def __call__(self, values: Reals) -> Reals:
        values = np.asarray(values, dtype=np.float64) / self._unit
        scaled = (values - self._centre) / self._spread
        below = np.minimum(scaled + 1, 0)
        out: Reals = np.where(scaled < -1, -1 - np.log1p(-below), scaled)
        return out
