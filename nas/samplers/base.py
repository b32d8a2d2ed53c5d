"""What every sampler of ours is: a proposal for a trial, always an unseen member of a region."""

import random
from abc import abstractmethod
from typing import Any

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial

from nas.samplers.proposal import Trial, distributions, seen_keys, stream
from nas.windows import Member, Region


class RegionSampler(BaseSampler):
    """Optuna's side of a sampler; a family member says what to `propose`.

    Raises LookupError from `sample_relative` where no unseen member is left or found.
    """

    def __init__(self, region: Region, *, seed: int) -> None:
        self._region = region
        self._seed = seed
        self._keys: dict[Trial, str] = {}

    @abstractmethod
    def propose(
        self, study: Study, trial: FrozenTrial, seen: set[str], rng: random.Random
    ) -> Member | None:
        """An unseen member; None where none is left or found."""

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """The whole static space at once."""
        return distributions(self._region)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """The proposed member's canonical genome."""
        seen, rng = seen_keys(study, self._region, self._keys), stream(self._seed, trial)
        member = self.propose(study, trial, seen, rng)
        if member is None:
            raise LookupError("no unseen member of the region is left")
        return dict(member.genome)

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Only for parameters that are not the region's."""
        raise LookupError(f"{param_name} is no knob of the space {self._region.space.name}")
