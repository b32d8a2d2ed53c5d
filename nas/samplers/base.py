"""What every sampler of ours is: a proposal for a trial, always an unseen member of a region."""

import random
import threading
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from nas.samplers.proposal import SeenKeys, distributions, stream
from nas.windows import Member, Region


class RegionSampler(BaseSampler):
    """Optuna's side of a sampler; a family member says what to `propose`.

    Raises LookupError from `sample_relative` where no unseen member is left or found.
    """

    def __init__(self, region: Region, *, seed: int) -> None:
        self._region = region
        self._seed = seed
        self._seen = SeenKeys(region)
        self._handed: dict[tuple[object, int], str] = {}  # by storage and trial: keys under way
        self._one_at_a_time = threading.Lock()

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
        with self._one_at_a_time:  # Optuna's n_jobs are threads
            seen, rng = self._seen.of(study), stream(self._seed, trial)
            # Another thread's proposal is not in the study until its parameters are asked for.
            seen |= set(self._handed.values())
            member = self.propose(study, trial, seen, rng)
            if member is None:
                raise LookupError("no unseen member of the region is left")
            self._handed[study._storage, trial._trial_id] = member.key
        return dict(member.genome)

    def after_trial(
        self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None
    ) -> None:
        """From now on the study itself tells of it."""
        self._handed.pop((study._storage, trial._trial_id), None)

    def __getstate__(self) -> dict[str, Any]:
        """Without the lock, which no process can send to another."""
        return {name: value for name, value in vars(self).items() if name != "_one_at_a_time"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """With another lock."""
        vars(self).update(state, _one_at_a_time=threading.Lock())

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Only for parameters that are not the region's."""
        raise LookupError(f"{param_name} is no knob of the space {self._region.space.name}")
