"""Any Optuna sampler, moved into a region: a proposal outside, or again, becomes a near member."""

import random
from collections.abc import Sequence
from typing import Any

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from nas.core.knob import Value
from nas.core.region import Member, Region
from nas.samplers.proposal import distributions, mutate, seen_keys, stream

PROPOSED = "proposed"  # system attribute: what the inner sampler said, where it was moved
TRIES = 200  # mutations at each distance before looking further away


class InRegion(BaseSampler):
    """Every proposal is an unseen member of the region; without `inner`, uniform over genomes.

    Raises LookupError from `sample_relative` where no unseen member is left or found.
    """

    def __init__(self, region: Region, *, seed: int, inner: BaseSampler | None) -> None:
        self._region = region
        self._seed = seed
        self._inner = inner

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """The whole static space at once."""
        return distributions(self._region)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """The member's canonical genome."""
        seen, rng = seen_keys(study, self._region), stream(self._seed, trial)
        if self._inner is None:
            member = self._region.draw(rng, seen)
        else:
            member = self._moved(study, trial, search_space, seen, rng)
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

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """Passed on."""
        if self._inner is not None:
            self._inner.before_trial(study, trial)

    def after_trial(
        self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None
    ) -> None:
        """Passed on."""
        if self._inner is not None:
            self._inner.after_trial(study, trial, state, values)

    def reseed_rng(self) -> None:
        """Passed on; a trial's own stream needs none."""
        if self._inner is not None:
            self._inner.reseed_rng()

    def _moved(
        self,
        study: Study,
        trial: FrozenTrial,
        search_space: dict[str, BaseDistribution],
        seen: set[str],
        rng: random.Random,
    ) -> Member | None:
        proposal = self._ask_inner(study, trial, search_space)
        near = {
            knob.name: proposal[knob.name]
            if proposal[knob.name] in knob.choices
            else rng.choice(knob.choices)
            for knob in self._region.knobs
        }
        member = self._region.admit(near)
        if isinstance(member, Member) and member.key not in seen:
            return member
        study._storage.set_trial_system_attr(trial._trial_id, PROPOSED, proposal)
        return nearest(self._region, near, seen, rng)

    def _ask_inner(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Value]:
        assert self._inner is not None
        known = self._inner.infer_relative_search_space(study, trial)
        proposal = dict(self._inner.sample_relative(study, trial, known)) if known else {}
        for name, distribution in search_space.items():
            if name not in proposal:
                proposal[name] = (
                    distribution.choices[0]  # type: ignore[attr-defined]
                    if distribution.single()
                    else self._inner.sample_independent(study, trial, name, distribution)
                )
        return proposal


def nearest(
    region: Region, genome: dict[str, Value], seen: set[str], rng: random.Random
) -> Member | None:
    """An unseen member few knobs away, else any; None where none is left or found."""
    for distance in range(1, 6):
        for _ in range(TRIES):
            member = region.admit(mutate(genome, region, distance, rng))
            if isinstance(member, Member) and member.key not in seen:
                return member
    return region.draw(rng, seen)
