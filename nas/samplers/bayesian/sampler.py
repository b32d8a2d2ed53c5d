"""Bayesian optimisation that knows the costs: only what must be measured is modelled."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache

import numpy as np
from optuna.study import Study
from optuna.trial import FrozenTrial
from threadpoolctl import ThreadpoolController

from nas.core.objective import Objective
from nas.samplers.base import RegionSampler
from nas.samplers.bayesian.candidates import Neighbours, pool, unseen
from nas.samplers.bayesian.history import History, Known
from nas.samplers.bayesian.improvement import Front
from nas.samplers.bayesian.model import START, Model
from nas.samplers.bayesian.view import Encoder, View, undominated
from nas.samplers.proposal import GOLDEN
from nas.windows import Member, Region

PARENTS, CHILDREN = 10, 10  # front members that get neighbours, and how many each
REFINED, AROUND = 3, 12  # best candidates whose neighbours are looked at too, and how many of each
NEAR, FAR, OFTEN = 1.1, 4.0, 1 / 8  # where the hypervolume ends; far, what is dear may be worth it
REFERENCE = -1.0  # of the hypervolume, on the model's scale


@cache
def _blas() -> ThreadpoolController:
    """For matrices so small one thread is twice as fast as two, and trainings want the others."""
    return ThreadpoolController()


class BayesianSampler(RegionSampler):
    """Proposes the unseen member that is expected to add most hypervolume.

    Objectives that are costs of the region's members are known before evaluation; the others are
    modelled by a Gaussian process. What is being measured counts as what is expected of it, so
    that workers side by side are sent to different places. Where not exactly one objective is to
    be modelled, all are weighed into one, by other weights in each trial (ParEGO, Knowles 2006).
    """

    def __init__(self, region: Region, *, seed: int, objectives: Sequence[Objective]) -> None:
        super().__init__(region, seed=seed)
        self._objectives = tuple(objectives)
        self._history = History(region)
        self._offset = random.Random(seed).random()
        self._drawn: list[Member] = []
        self._encoder: Encoder | None = None
        self._model: Model | None = None

    def propose(
        self, study: Study, trial: FrozenTrial, seen: set[str], rng: random.Random
    ) -> Member | None:
        """By the model, once there are values; before, members of all sizes."""
        known = self._history.read(study, trial)
        if sum(one.values is not None for one in known) < START:
            place = (self._offset + trial.number * GOLDEN) % 1
            return self._region.draw(rng, seen, place=place)
        if self._encoder is None:
            self._drawn = pool(self._region, self._seed)
            self._encoder = Encoder(self._region, self._objectives, known[0].member)
            self._neighbours = Neighbours(self._region, self._encoder.bits)
        with _blas().limit(limits=1, user_api="blas"):
            found = self._best(self._encoder, known, seen, rng)
        return found if found is not None else self._region.draw(rng, seen)

    def _best(
        self, encoder: Encoder, known: Sequence[Known], seen: set[str], rng: random.Random
    ) -> Member | None:
        shares = np.array([rng.expovariate(1) for _ in self._objectives])
        every = [*(one.member for one in known), *self._drawn]
        beyond = FAR if rng.random() < OFTEN else NEAR
        view = View(encoder, self._objectives, every, shares, beyond)
        measured = [one for one in known if one.values is not None or one.failed]
        values = view.values(measured)
        model = self._model = Model.of(self._model, view, encoder, self._drawn, measured, values)
        pending = [one.member for one in known if one.values is None and not one.failed]
        tried = [*(one.member for one in measured), *pending]
        if pending:
            values = np.concatenate([values, model.expected(pending)])
        front = Front(values, view.costs(tried), REFERENCE)
        best = undominated(tried, values, view.costs(tried))
        parents = rng.sample(best, min(PARENTS, len(best)))
        near = self._neighbours.of(parents, CHILDREN, seen, rng)
        hopeful = model.ranked(front, near, drawn=True, seen=seen)[:REFINED]
        if not hopeful:
            return None
        around = self._neighbours.of(hopeful, AROUND, seen, rng)
        return model.ranked(front, unseen([*hopeful, *around], seen))[0]
