"""Plain evolution (after arXiv:1802.01548): mutate a random member of the front, never repeat."""

import random
from math import log

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from nas.core.region import Member, Region
from nas.samplers.in_region import nearest
from nas.samplers.proposal import distributions, mutate, seen_keys, stream

START = 10  # random members before the first parent is taken
DRAWS = 40  # of which a random member is picked by its size
GOLDEN = 0.618034  # its multiples, modulo 1, spread evenly however many there are
TRIES = 100


class EvolutionSampler(BaseSampler):
    """A child differs from a front member by 1 to 3 knobs; the first are random, of all sizes.

    Raises LookupError from `sample_relative` where no unseen member is left or found.
    """

    def __init__(self, region: Region, *, seed: int) -> None:
        self._region = region
        self._seed = seed

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """The whole static space at once."""
        return distributions(self._region)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, object]:
        """The child's canonical genome."""
        seen, rng = seen_keys(study, self._region), stream(self._seed, trial)
        complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        member = self._child(study, rng, seen) if len(complete) >= START else None
        member = member or self._spread(trial.number, rng, seen)
        if member is None:
            raise LookupError("no unseen member of the region is left")
        return dict(member.genome)

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> object:
        """Only for parameters that are not the region's."""
        raise LookupError(f"{param_name} is no knob of the space {self._region.space.name}")

    def _spread(self, number: int, rng: random.Random, seen: set[str]) -> Member | None:
        """A random member of a size that the ones before it lack: most genomes are of one size."""
        drawn = [self._region.draw(rng, seen) for _ in range(DRAWS)]
        members = [member for member in drawn if member is not None]
        if not members:
            return None
        sizes = [log(member.cost.params) for member in members]
        wanted = min(sizes) + (number + 1) * GOLDEN % 1 * (max(sizes) - min(sizes))
        return min(members, key=lambda member: abs(log(member.cost.params) - wanted))

    def _child(self, study: Study, rng: random.Random, seen: set[str]) -> Member | None:
        front = study.best_trials
        if not front:
            return None
        parent = dict(rng.choice(front).params)
        for _ in range(TRIES):
            member = self._region.admit(mutate(parent, self._region, rng.choice((1, 1, 2, 3)), rng))
            if isinstance(member, Member) and member.key not in seen:
                return member
        return nearest(self._region, parent, seen, rng)
