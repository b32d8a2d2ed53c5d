"""One Optuna study in its storage, which several drivers may write at once.

Nothing but the storage is shared. A driver writes its trial down first and looks around then: of
two that want the same, the lower number stays, and the other withdraws before anything is paid.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, TrialState

from nas.core.knob import Genome
from nas.study.patience import Patient

INTERRUPTED = "interrupted"  # the failure of a trial that was cut short, and is no evaluation
RARELY = 20  # times as long as a look takes, a driver that is alone waits before the next
FAILURE = "failure"  # user attribute: why a trial has no values
OUTCOME = "measured"  # user attribute: all that an evaluation came to, in one write
DRIVER = "driver"  # user attribute: which process carries it out
_Identity = Callable[[Mapping[str, Any]], Hashable | None]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A trial that is about to begin: what it tries, and what is known of it beforehand."""

    params: Genome
    distributions: dict[str, BaseDistribution]
    user: dict[str, Any]
    system: dict[str, Any]


class Book:
    """Trials are claimed, finished, queued and read here; those of other drivers are seen too.

    `identity` says from a trial's attributes what no two of the study may share. `alone`: no other
    driver writes, so what is queued by hand is looked for once in a while only.
    """

    def __init__(
        self,
        storage: BaseStorage,
        study_id: int,
        *,
        driver: str,
        identity: _Identity,
        alone: bool = False,
    ) -> None:
        self._storage: Any = Patient(storage)
        self._id = study_id
        self._driver = driver
        self._identity = identity
        self._alone = alone
        self._look_at = 0.0
        self._trials: dict[int, FrozenTrial] = {}
        self._open: set[int] = set()  # numbers of those that have not ended
        self._holders: dict[Hashable, set[int]] = {}
        self._news: dict[int, FrozenTrial] = {}
        self.complete = 0

    def glance(self) -> None:
        """Read what has changed, if it may have."""
        if not self._alone or time.monotonic() >= self._look_at:
            self.look()

    def look(self) -> None:
        """Read what has changed."""
        started = time.monotonic()
        for trial in self._storage.get_all_trials(self._id, deepcopy=False):
            known = self._trials.get(trial.number)
            if known is None or known.state != trial.state or trial.number in self._open:
                self._keep(trial)
        ended = time.monotonic()
        self._look_at = ended + RARELY * (ended - started)

    def news(self) -> list[FrozenTrial]:
        """Trials that began or ended since the last call, in order; no queued or withdrawn one."""
        changed, self._news = self._news, {}
        return [changed[number] for number in sorted(changed)]

    @property
    def running(self) -> list[FrozenTrial]:
        """Under way, whoever's they are."""
        return [trial for trial in self._unfinished() if trial.state == TrialState.RUNNING]

    @property
    def elsewhere(self) -> int:
        """How many are under way in other drivers."""
        return sum(trial.user_attrs.get(DRIVER) != self._driver for trial in self.running)

    def trials(self) -> Iterable[FrozenTrial]:
        """All that are known, in no certain order."""
        return self._trials.values()

    def claim(self, claim: Claim, *, most: int | None = None) -> FrozenTrial | None:
        """Begin a trial; None where another driver was first, or `most` are begun or complete."""
        template = FrozenTrial(
            number=-1,
            trial_id=-1,
            state=TrialState.RUNNING,
            value=None,
            values=None,
            datetime_start=datetime.now(),
            datetime_complete=None,
            params=dict(claim.params),
            distributions=claim.distributions,
            user_attrs={**claim.user, DRIVER: self._driver},
            system_attrs=claim.system,
            intermediate_values={},
        )
        trial = self._created(template)
        if self._is_taken(trial, below=trial.number, most=most):
            self.end(trial, {FAILURE: INTERRUPTED})
            return None
        return trial

    def take(self) -> FrozenTrial | None:
        """The first queued trial, now this driver's; None where none is queued."""
        for trial in sorted(self._unfinished(), key=lambda trial: trial.number):
            if trial.state != TrialState.WAITING:
                continue
            try:
                taken = self._storage.set_trial_state_values(trial._trial_id, TrialState.RUNNING)
            except UpdateFinishedTrialError:
                taken = False
            if taken:
                self._storage.set_trial_user_attr(trial._trial_id, DRIVER, self._driver)
                self.look()
                return self._trials[trial.number]
        return None

    def hold(self, trial: FrozenTrial, claim: Claim, *, most: int | None = None) -> bool:
        """Go on with a trial that was taken from the queue; False where it went back there."""
        for name, value in claim.params.items():
            if name not in trial.params:
                kind = claim.distributions[name]
                self._storage.set_trial_param(
                    trial._trial_id, name, kind.to_internal_repr(value), kind
                )
        for name, value in claim.user.items():
            self._storage.set_trial_user_attr(trial._trial_id, name, value)
        self.look()
        mine = self._trials[trial.number]
        if not self._is_taken(mine, below=None, most=most):
            return True
        if not self._rivals(mine, below=None):
            self.queue(claim.params, claim.user)
        self.end(mine, {FAILURE: INTERRUPTED})
        return False

    def queue(self, params: Genome, user: Mapping[str, Any]) -> None:
        """To be begun by whoever asks next."""
        template = optuna.trial.create_trial(
            state=TrialState.WAITING,
            system_attrs={"fixed_params": dict(params)},
            user_attrs=dict(user),
        )
        self._storage.create_new_trial(self._id, template_trial=template)
        self.look()

    def note(self, trial: FrozenTrial, name: str, value: Any) -> None:
        """An attribute of a trial that has not ended."""
        self._storage.set_trial_user_attr(trial._trial_id, name, value)

    def end(
        self, trial: FrozenTrial, user: Mapping[str, Any], values: Sequence[float] | None = None
    ) -> bool:
        """Write an outcome down, attributes first, so that what has ended is whole.

        Without `values` the trial has failed. False where another driver has taken it for dead.
        """
        state = TrialState.FAIL if values is None else TrialState.COMPLETE
        try:
            for name, value in user.items():
                self._storage.set_trial_user_attr(trial._trial_id, name, value)
            self._storage.set_trial_state_values(trial._trial_id, state, values)
        except UpdateFinishedTrialError:
            self.look()
            return False
        self._keep(self._ended(trial, user, state, values))
        return True

    def _ended(
        self,
        trial: FrozenTrial,
        user: Mapping[str, Any],
        state: TrialState,
        values: Sequence[float] | None,
    ) -> FrozenTrial:
        """What the storage now holds, without reading it."""
        known = self._trials[trial.number]
        return FrozenTrial(
            number=known.number,
            trial_id=known._trial_id,
            state=state,
            value=None,
            values=None if values is None else list(values),
            datetime_start=known.datetime_start,
            datetime_complete=datetime.now(),
            params=known.params,
            distributions=known.distributions,
            user_attrs={**known.user_attrs, **user},
            system_attrs=known.system_attrs,
            intermediate_values={},
        )

    def _unfinished(self) -> Iterable[FrozenTrial]:
        return [self._trials[number] for number in self._open]

    def _created(self, template: FrozenTrial) -> FrozenTrial:
        """The new trial, once all that came before it is known."""
        trial_id = self._storage.create_new_trial(self._id, template_trial=template)
        number, known = len(self._trials), self._storage.get_trial_id_from_study_id_trial_number
        if self._alone and known(self._id, number) == trial_id:
            template.number, template._trial_id = number, trial_id
            self._keep(template)
            return template
        self.look()
        return next(trial for trial in self._unfinished() if trial._trial_id == trial_id)

    def _keep(self, trial: FrozenTrial) -> None:
        """Into the index, and among the news if it is any."""
        number, before = trial.number, self._trials.get(trial.number)
        self._trials[number] = trial
        if trial.state.is_finished():
            self._open.discard(number)
        else:
            self._open.add(number)
        if before is None or before.state != trial.state:
            self.complete += trial.state == TrialState.COMPLETE
            if trial.state != TrialState.WAITING:
                self._news[number] = trial
        elif number in self._news:
            self._news[number] = trial
        identity = self._identity(trial.user_attrs)
        if identity is not None:
            holders = self._holders.setdefault(identity, set())
            (holders.add if self._counts(trial) else holders.discard)(number)

    def _counts(self, trial: FrozenTrial) -> bool:
        """Whether nobody else need try the same."""
        if trial.state == TrialState.WAITING:
            return False
        return trial.user_attrs.get(FAILURE) != INTERRUPTED

    def _is_taken(self, trial: FrozenTrial, *, below: int | None, most: int | None) -> bool:
        """Whether there is a rival, or enough without this one."""
        if self._rivals(trial, below=below):
            return True
        others = sum(
            other.number != trial.number and (below is None or other.number < below)
            for other in self.running
        )
        return most is not None and self.complete + others >= most

    def _rivals(self, trial: FrozenTrial, *, below: int | None) -> bool:
        """Whether another trial, of those with a number below, has the same identity."""
        held = self._holders.get(self._identity(trial.user_attrs), set()) - {trial.number}
        return any(below is None or number < below for number in held)
