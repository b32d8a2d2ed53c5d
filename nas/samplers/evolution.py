"""Plain evolution (after arXiv:1802.01548): mutate a random member of the front, never repeat."""

import random

from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from nas.samplers.base import RegionSampler
from nas.windows import Member, mutate

START = 10  # random members before the first parent is taken
GOLDEN = 0.618034  # its multiples, modulo 1, spread evenly however many there are


class EvolutionSampler(RegionSampler):
    """A child differs from a front member by 1 to 3 knobs; the first are random, of all sizes."""

    def propose(
        self, study: Study, trial: FrozenTrial, seen: set[str], rng: random.Random
    ) -> Member | None:
        """A child once there are parents."""
        complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        front = study.best_trials if len(complete) >= START else []
        if front:
            return mutate(self._region, rng.choice(front).params, seen, rng)
        # Most members are of one size: each start is of a size that the ones before it lack.
        return self._region.draw(rng, seen, place=(trial.number + 1) * GOLDEN % 1)
