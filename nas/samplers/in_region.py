"""Any Optuna sampler, moved into a region: a proposal outside, or again, becomes a near member."""

import random
from collections.abc import Sequence

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from nas.core.knob import Value
from nas.samplers.base import RegionSampler
from nas.samplers.proposal import distributions
from nas.windows import Member, Region, changed

PROPOSED = "proposed"  # system attribute: what the inner sampler said, where it was moved
TRIES = 200  # mutations at each distance before looking further away


class InRegion(RegionSampler):
    """Every proposal is an unseen member of the region; without `inner`, any is as likely."""

    def __init__(self, region: Region, *, seed: int, inner: BaseSampler | None) -> None:
        super().__init__(region, seed=seed)
        self._inner = inner

    def propose(
        self, study: Study, trial: FrozenTrial, seen: set[str], rng: random.Random
    ) -> Member | None:
        """The inner sampler's proposal, moved if it must be."""
        if self._inner is None:
            return self._region.draw(rng, seen)
        return self._moved(study, trial, seen, rng)

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """Passed on."""
        if self._inner is not None:
            self._inner.before_trial(study, trial)

    def after_trial(
        self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None
    ) -> None:
        """Passed on."""
        super().after_trial(study, trial, state, values)
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
        seen: set[str],
        rng: random.Random,
    ) -> Member | None:
        proposal = self._ask_inner(study, trial, distributions(self._region))
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
            member = region.admit(changed(genome, region, distance, rng))
            if isinstance(member, Member) and member.key not in seen:
                return member
    return region.draw(rng, seen)
