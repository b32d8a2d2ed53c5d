"""One Optuna study in its storage, which several drivers may write at once.

Nothing but the storage is shared. A driver writes its trial down first and looks around then: of
two that want the same, the lower number stays, and the other withdraws before anything is paid.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, TrialState

from nas.core.interrupt import unbroken
from nas.core.knob import Genome
from nas.study.patience import Patient

INTERRUPTED = "interrupted"  # the failure of a trial that was cut short, and is no evaluation
RARELY = 20  # times as long as a look takes, a driver that is alone waits before the next
FAILURE = "failure"  # user attribute: why a trial has no values
OUTCOME = "measured"  # user attribute: all that an evaluation came to, in one write
DRIVER = "driver"  # user attribute: which process carries it out
CLAIM = "claim"  # system attribute: which claim of which driver a trial was written for
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
        self._claims = count()
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

    @unbroken()
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
            system_attrs={**claim.system, CLAIM: f"{self._driver} {next(self._claims)}"},
            intermediate_values={},
        )
        trial = self._created(template)
        if trial is None:
            return None
        if self._is_taken(trial, most=most):
            self.end(trial, {FAILURE: INTERRUPTED})
            return None
        return trial

    def queued(self) -> list[FrozenTrial]:
        """What waits for whoever asks next, the first first."""
        waiting = (trial for trial in self._unfinished() if trial.state == TrialState.WAITING)
        return sorted(waiting, key=lambda trial: trial.number)

    def holds(self, claim: Claim) -> bool:
        """Whether some trial, under way or ended, is what would be claimed."""
        return bool(self._holders.get(self._identity(claim.user)))

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

    @unbroken()
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

    def _created(self, template: FrozenTrial) -> FrozenTrial | None:
        """The new trial, once all that came before it is known; None if it is another's by now.

        There are two of it where the answer of the first write was lost: the first stays.
        """
        trial_id = self._storage.create_new_trial(self._id, template_trial=template)
        number, known = len(self._trials), self._storage.get_trial_id_from_study_id_trial_number
        if self._alone and known(self._id, number) == trial_id:
            template.number, template._trial_id = number, trial_id
            self._keep(template)
            return template
        self.look()
        mark = template.system_attrs[CLAIM]
        ours = [trial for trial in self.running if trial.system_attrs.get(CLAIM) == mark]
        ours.sort(key=lambda trial: trial.number)
        for other in ours[1:]:
            self.end(other, {FAILURE: INTERRUPTED})
        return ours[0] if ours else None

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
            (holders.add if _counts(trial) else holders.discard)(number)

    def _is_taken(self, trial: FrozenTrial, *, most: int | None) -> bool:
        """Whether one that came before is the same, or enough do without this one."""
        rivals = self._holders.get(self._identity(trial.user_attrs), set())
        if any(number < trial.number for number in rivals):
            return True
        earlier = sum(other.number < trial.number for other in self.running)
        return most is not None and self.complete + earlier >= most


def is_interrupted(trial: FrozenTrial) -> bool:
    """Whether it was cut short or withdrawn, and is no evaluation."""
    return trial.state == TrialState.FAIL and trial.user_attrs.get(FAILURE) == INTERRUPTED


def _counts(trial: FrozenTrial) -> bool:
    """Whether nobody else need try the same."""
    return trial.state != TrialState.WAITING and not is_interrupted(trial)
