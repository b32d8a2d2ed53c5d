"""Plain evolution (after arXiv:1802.01548): children of random front members, never one twice."""

import random

from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from nas.samplers.base import RegionSampler
from nas.samplers.proposal import GOLDEN
from nas.windows import Member, cross, mutate

START = 10  # random members before the first parent is taken
CROSSED = 0.25  # of the children


class EvolutionSampler(RegionSampler):
    """A child differs from a front member by 1 to 3 knobs, or takes each knob from one of two.

    The first, before there are parents, are random and of all sizes.
    """

    def propose(
        self, study: Study, trial: FrozenTrial, seen: set[str], rng: random.Random
    ) -> Member | None:
        """A child once there are parents."""
        complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        front = study.best_trials if len(complete) >= START else []
        if len(front) > 1 and rng.random() < CROSSED:
            mother, father = rng.sample(front, 2)
            return cross(self._region, mother.params, father.params, seen, rng)
        if front:
            return mutate(self._region, rng.choice(front).params, seen, rng)
        # Most members are of one size: each start is of a size that the ones before it lack.
        return self._region.draw(rng, seen, place=(trial.number + 1) * GOLDEN % 1)
