"""A study as the model sees it: what is known of members, what is modelled, what was measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nas.core.objective import Objective
from nas.samplers.bayesian.features import Features
from nas.samplers.bayesian.history import Known
from nas.samplers.bayesian.process import Members
from nas.samplers.bayesian.scale import Scale
from nas.windows import Member, Region

Reals = NDArray[np.float64]
WRECK = -2.5  # of a member that failed, on the model's scale


class Encoder:
    """Members as numbers, each worked out once.

    Attributes:
        priced: the objectives that are costs, known before evaluation.
        features: of the knobs.
    """

    def __init__(self, region: Region, objectives: Sequence[Objective], some: Member) -> None:
        self.features = Features(region)
        self.priced = [one for one in objectives if _prices(some, one.name)]
        self._bits: dict[str, Reals] = {}
        self._costs: dict[str, list[float]] = {}

    def bits(self, members: Sequence[Member]) -> Reals:
        """Of their knobs, n f."""
        for member in members:
            if member.key not in self._bits:
                self._bits[member.key] = self.features.bits(member.genome)
        return np.array([self._bits[member.key] for member in members])

    def costs(self, members: Sequence[Member]) -> Reals:
        """Of which less is better, n k."""
        for member in members:
            if member.key not in self._costs:
                self._costs[member.key] = [
                    member.cost.value(one.name) * (1 if one.direction == "minimize" else -1)
                    for one in self.priced
                ]
        rows = [self._costs[member.key] for member in members]
        return np.array(rows, dtype=np.float64).reshape(len(members), len(self.priced))


class View:
    """Scales that hold for one proposal.

    Args:
        shares: how much each objective weighs where there is not exactly one to be modelled.
        beyond: see `costs`.

    Attributes:
        mixed: whether there is not, so that one value stands for all objectives.
    """

    def __init__(
        self,
        encoder: Encoder,
        objectives: Sequence[Objective],
        members: Sequence[Member],
        shares: Reals,
        beyond: float,
    ) -> None:
        self._encoder, self._beyond = encoder, beyond
        unknown = [i for i, one in enumerate(objectives) if one not in encoder.priced]
        self.mixed = len(unknown) != 1
        self._modelled = 0 if self.mixed else unknown[0]
        self._signs = np.array([1 if one.direction == "maximize" else -1 for one in objectives])
        self._shares = shares / shares.sum()
        costs = encoder.costs(members)
        self._low, self._high = costs.min(0, initial=np.inf), costs.max(0, initial=-np.inf)
        self._positive = self._low > 0

    def same_scale(self, other: View) -> bool:
        """Whether members are encoded alike in both."""
        return bool((self._low == other._low).all() and (self._high == other._high).all())

    def encoded(self, members: Sequence[Member]) -> Members:
        """For the model: costs by their logarithms, centred, spanning 2."""
        low, high = self._log(self._low), self._log(self._high)
        at = self._log(self._encoder.costs(members))
        return Members(
            bits=self._encoder.bits(members),
            costs=2 * (at - low) / np.maximum(high - low, 1e-12) - 1,
        )

    def costs(self, members: Sequence[Member]) -> Reals:
        """For the hypervolume: 0 the cheapest; none where they are mixed in.

        The hypervolume ends at 1, so many (`beyond`) times as far as the dearest is. Were it as
        far, the dearest could add nothing however good it is.
        """
        if self.mixed:
            return np.zeros((len(members), 0))
        span = self._beyond * np.maximum(self._high - self._low, 1e-12)
        out: Reals = (self._encoder.costs(members) - self._low) / span
        return out

    def values(self, measured: Sequence[Known]) -> Reals:
        """What came of them, on the model's scale, larger is better; failures far below."""
        rows = np.array([one.values for one in measured if one.values is not None])
        scaled = iter(self._scaled(rows * self._signs))
        return np.array([WRECK if one.values is None else next(scaled) for one in measured])

    def _scaled(self, rows: Reals) -> Reals:
        if not self.mixed:
            return Scale(rows[:, self._modelled])(rows[:, self._modelled])
        low, high = rows.min(0), rows.max(0)
        weighed = (rows - low) / np.maximum(high - low, 1e-12) * self._shares
        single = weighed.min(1) + 0.05 * weighed.sum(1)
        return Scale(single)(single)

    def _log(self, costs: Reals) -> Reals:
        logs: Reals = np.where(self._positive, np.log(np.where(self._positive, costs, 1.0)), costs)
        return logs


def undominated(members: Sequence[Member], values: Reals, costs: Reals) -> list[Member]:
    """Those that no other beats: values larger is better, costs less."""
    return [
        member
        for member, value, cost in zip(members, values, costs, strict=True)
        if not ((values > value) & (costs <= cost).all(1)).any()
    ]


def _prices(member: Member, name: str) -> bool:
    try:
        member.cost.value(name)
    except KeyError:
        return False
    return True
