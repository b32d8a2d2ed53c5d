"""The Gaussian process of a study, kept from proposal to proposal while it only grows."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from nas.samplers.bayesian.history import Known
from nas.samplers.bayesian.improvement import Front
from nas.samplers.bayesian.process import Members, Process, fitted
from nas.samplers.bayesian.view import Encoder, View
from nas.windows import Member

Reals = NDArray[np.float64]
START = 4  # members of all sizes that are measured before anything is modelled
GROWTH = 1.1  # hyperparameters are fitted again when there are so many times more values
SURE = 200  # the most hopeful candidates, whose uncertainty is worked out


class Model:
    """What is expected of the members that were drawn, and of any others.

    Args:
        drawn: candidates of every proposal, whose covariances are kept.
        count: hyperparameters are those of the first so many values, also in a search that goes on.
    """

    def __init__(
        self,
        view: View,
        encoder: Encoder,
        drawn: Sequence[Member],
        measured: Sequence[Known],
        count: int,
    ) -> None:
        self._view, self._drawn, self._count = view, drawn, count
        self._keys = [one.member.key for one in measured]
        members = view.encoded([one.member for one in measured])
        # On a scale of their own, so that what came later changes nothing.
        kernel = fitted(encoder.features, members[:count], view.values(measured[:count]))
        self._process = Process(encoder.features, kernel, members)
        self._pool = view.encoded(drawn)
        self._across = self._process.covariance(self._pool)

    @classmethod
    def of(
        cls,
        last: Model | None,
        view: View,
        encoder: Encoder,
        drawn: Sequence[Member],
        measured: Sequence[Known],
        values: Reals,
    ) -> Model:
        """The last one, with what was measured since; another, where it will not do any more."""
        count = START
        while int(count * GROWTH) + 1 <= len(measured):
            count = int(count * GROWTH) + 1
        if last is None or not last._holds(view, measured, count):
            last = cls(view, encoder, drawn, measured, count)
        last._learn(view, measured, values)
        return last

    def _holds(self, view: View, measured: Sequence[Known], count: int) -> bool:
        known = {one.member.key for one in measured}
        alike = view.same_scale(self._view) and not view.mixed
        return alike and count == self._count and known.issuperset(self._keys)

    def _learn(self, view: View, measured: Sequence[Known], values: Reals) -> None:
        """What came late is put last, whatever the number of its trial."""
        place = {one.member.key: index for index, one in enumerate(measured)}
        old = set(self._keys)
        new = [one.member for one in measured if one.member.key not in old]
        if new:
            added = view.encoded(new)
            self._process.grow(added)
            beside = self._process.covariance_with(self._pool, added)
            self._across = np.concatenate([self._across, beside], axis=1)
            self._keys += [member.key for member in new]
        self._view = view
        self._process.learn(values[[place[key] for key in self._keys]])

    def expected(self, members: Sequence[Member]) -> Reals:
        """Of members that are being measured."""
        return self._process.mean(self._process.covariance(self._view.encoded(members)))

    def ranked(
        self,
        front: Front,
        others: Sequence[Member],
        *,
        drawn: bool = False,
        seen: Collection[str] = (),
    ) -> list[Member]:
        """Best first, among others and the unseen of those `drawn`; only the hopeful ones.

        At first all are taken to be as unsure; then those that might be the best are compared in
        earnest.
        """
        candidates, members, across = list(others), None, None
        if others:
            members = self._view.encoded(others)
            across = self._process.covariance(members)
        if drawn:
            left = [i for i, member in enumerate(self._drawn) if member.key not in seen]
            candidates += [self._drawn[index] for index in left]
            members, across = _joined(
                members, across, self._pool[np.array(left, int)], self._across[left]
            )
        if members is None or across is None or not candidates:
            return []
        mean, costs = self._process.mean(across), self._view.costs(candidates)
        hopeful = np.arange(len(candidates))
        if len(candidates) > SURE:
            guess = front.improvement(mean, np.full(len(mean), 0.5), costs)
            hopeful = np.argsort(-guess, kind="stable")[:SURE]
        deviation = self._process.deviation(members[hopeful], across[hopeful])
        worth = front.improvement(mean[hopeful], deviation, costs[hopeful])
        return [candidates[index] for index in hopeful[np.argsort(-worth, kind="stable")]]


def _joined(
    members: Members | None, across: Reals | None, more: Members, beside: Reals
) -> tuple[Members, Reals]:
    if members is None or across is None:
        return more, beside
    both = Members(
        bits=np.concatenate([members.bits, more.bits]),
        costs=np.concatenate([members.costs, more.costs]),
    )
    return both, np.concatenate([across, beside])
