"""Plain evolution (after arXiv:1802.01548): mutate a random member of the front, never repeat."""

import random

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from nas.core.region import Member, Region
from nas.samplers.in_region import nearest
from nas.samplers.proposal import distributions, mutate, seen_keys, stream

START = 10  # random members before the first parent is taken
TRIES = 100


class EvolutionSampler(BaseSampler):
    """A child differs from a random front member by one to three knobs; the first ones are random.

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
        member = member or self._region.draw(rng, seen)
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
