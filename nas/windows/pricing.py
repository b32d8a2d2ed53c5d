"""The exact costs of many configurations at once, looked up along the chain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import pandas as pd

from nas.core.chain import Chain
from nas.core.errors import InputError
from nas.core.knob import Value
from nas.windows.arrays import Ints, Layer, layers


@dataclass(frozen=True)
class _Lookup:
    """One position's steps by the state before them and the values they stand for.

    Attributes:
        values: of each of the position's knobs, every value it has there.
        keys: sorted; state and values as one number.
        step: the step of each key.
        layer: the steps.
    """

    values: tuple[pd.Index, ...]
    keys: Ints
    step: Ints
    layer: Layer


class Prices:
    """Made once for a chain; then some 0.1 million configurations a second and more."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._lookups = [
            _lookup(layer, len(position.knobs))
            for layer, position in zip(layers(chain), chain.positions, strict=True)
        ]

    def __call__(self, columns: Mapping[str, Sequence[Value]] | pd.DataFrame) -> Ints:
        """Canonical genomes, a column of values for each knob, n long -> costs n 3, as `METRICS`.

        InputError names the first row that is no canonical genome of the chain.
        """
        if not self._chain.size:
            raise InputError("the chain has no path: no configuration has a price")
        rows = len(columns[self._chain.positions[0].knobs[0]])
        states = np.zeros(rows, dtype=np.int64)
        cost = np.zeros((rows, 3), dtype=np.int64)
        for position, lookup in zip(self._chain.positions, self._lookups, strict=True):
            codes = [
                _codes(values, columns[name])
                for name, values in zip(position.knobs, lookup.values, strict=True)
            ]
            keys = _keys(states, codes, lookup.values)
            place = np.minimum(np.searchsorted(lookup.keys, keys), len(lookup.keys) - 1)
            known = lookup.keys[place] == keys
            for code in codes:
                known &= code >= 0
            if not known.all():
                raise InputError(
                    f"row {int(np.argmin(known))}: {', '.join(position.knobs)} is no canonical"
                    " choice there; take the space's canonical genome"
                )
            step = lookup.step[place]
            cost += lookup.layer.cost[step]
            states = lookup.layer.after[step]
        return cost


def _lookup(layer: Layer, knobs: int) -> _Lookup:
    step = np.repeat(np.arange(len(layer.steps)), layer.ways)
    rows = [values for taken in layer.steps for values in taken.values]
    values = tuple(
        pd.Index(list(dict.fromkeys(row[knob] for row in rows)), dtype=object)
        for knob in range(knobs)
    )
    codes = [_codes(index, [row[knob] for row in rows]) for knob, index in enumerate(values)]
    keys = _keys(layer.before[step], codes, values)
    order = np.argsort(keys)
    return _Lookup(values, keys[order], step[order], layer)


def _codes(values: pd.Index, column: Sequence[Value] | pd.Series) -> Ints:
    """The number of each value, -1 for one that is none of them."""
    codes: Ints = values.get_indexer(pd.Index(np.asarray(column, dtype=object)))
    return codes


def _keys(states: Ints, codes: Sequence[Ints], values: Sequence[pd.Index]) -> Ints:
    """State and values as one number, unlike any other's."""
    keys = states * prod(len(index) for index in values)
    scale = 1
    for code, index in zip(codes, values, strict=True):
        keys = keys + code * scale
        scale *= len(index)
    return keys
