"""Genomes and costs as numbers between which the model measures distances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nas.core.knob import Genome, Knob
from nas.windows import Region

Reals = NDArray[np.float64]


class Features:
    """Each knob as bits whose differing number is the distance of two values, 0 to 1.

    Unordered: a bit a choice, two of which differ, each worth 1/2. Ordered: a bit a step between
    neighbours, which are worth 1 together along the choices that are left.

    Attributes:
        knobs: those with a choice left. A dead one may hold a value that narrowing took away, so
            all that the space offers have bits.
        owner: of each bit, which of the knobs it is of.
        worth: of each bit, what a difference there is worth.
    """

    def __init__(self, region: Region) -> None:
        left = {knob.name: len(knob.choices) for knob in region.knobs}
        self.knobs = [knob for knob in region.space.knobs if left[knob.name] > 1]
        codes = [_codes(knob) for knob in self.knobs]
        self._codes = [
            dict(zip(knob.choices, code, strict=True))
            for knob, code in zip(self.knobs, codes, strict=True)
        ]
        bits = [code.shape[1] for code in codes]
        worth = [1 / (left[knob.name] - 1) if knob.ordered else 1 / 2 for knob in self.knobs]
        self.owner = np.repeat(np.arange(len(codes)), bits)
        self.worth = np.repeat(np.array(worth, dtype=np.float64), bits)

    def bits(self, genome: Genome) -> Reals:
        """All knobs' bits, one after the other."""
        rows = [code[genome[knob.name]] for knob, code in zip(self.knobs, self._codes, strict=True)]
        return np.concatenate([np.zeros(0), *rows])


def _codes(knob: Knob) -> Reals:
    """A row of bits for each choice."""
    count = len(knob.choices)
    if knob.ordered:
        return np.tril(np.ones((count, count)), -1)[:, : count - 1]
    return np.eye(count)
