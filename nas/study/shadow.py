"""What the sampler sees: a study in memory that follows the one in the storage.

Asking costs no database time, and how much the sampler knows is decided here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.trial import FrozenTrial, Trial, TrialState

from nas.core.knob import Value
from nas.core.objective import Direction


class Shadow:
    """Trials by their place: the number in the storage, or the position in a fixed order."""

    def __init__(
        self, directions: Sequence[Direction], distributions: dict[str, BaseDistribution]
    ) -> None:
        self._study = optuna.create_study(
            directions=list(directions), sampler=RandomSampler(seed=0)
        )
        self._distributions = distributions
        self._numbers: dict[int, int] = {}  # place -> number in this study

    def use(self, sampler: BaseSampler) -> None:
        """Let `sampler` propose from now on."""
        self._study.sampler = sampler

    def ask(self, fixed: Mapping[str, Value] | None = None) -> Trial:
        """A proposal, with some values given. LookupError where the sampler has none left."""
        if fixed:
            self._study.enqueue_trial(dict(fixed))
        try:
            return self._study.ask(self._distributions)
        except Exception:
            last = self._study.get_trials(deepcopy=False)[-1]
            self._study.tell(last.number, state=TrialState.FAIL)
            raise

    def bind(self, place: int, proposed: Trial, user: Mapping[str, Any]) -> None:
        """The proposal is under way there."""
        self._numbers[place] = proposed.number
        self._attach(proposed.number, user)

    def drop(self, proposed: Trial, user: Mapping[str, Any]) -> None:
        """The proposal is not carried out."""
        self._attach(proposed.number, user)
        self._study.tell(proposed, state=TrialState.FAIL)

    def follow(self, place: int, trial: FrozenTrial) -> None:
        """Let the sampler see a trial as it stands now."""
        if place not in self._numbers:
            storage = self._study._storage
            trial_id = storage.create_new_trial(self._study._study_id, template_trial=trial)
            self._numbers[place] = storage.get_trial_number_from_id(trial_id)
        elif trial.state.is_finished():
            self._end(self._numbers[place], trial)

    def _end(self, number: int, trial: FrozenTrial) -> None:
        if self._trial(number).state.is_finished():
            return
        self._attach(number, trial.user_attrs)
        self._study.tell(
            number,
            values=trial.values if trial.state == TrialState.COMPLETE else None,
            state=trial.state,
        )

    def _attach(self, number: int, user: Mapping[str, Any]) -> None:
        trial_id = self._trial(number)._trial_id
        for name, value in user.items():
            self._study._storage.set_trial_user_attr(trial_id, name, value)

    def _trial(self, number: int) -> FrozenTrial:
        storage, study = self._study._storage, self._study._study_id
        return storage.get_trial(storage.get_trial_id_from_study_id_trial_number(study, number))

    def system_attributes(self, proposed: Trial) -> dict[str, Any]:
        """What the sampler noted with a proposal, but for the values that were given."""
        noted = self._trial(proposed.number).system_attrs
        return {name: value for name, value in noted.items() if name != "fixed_params"}
