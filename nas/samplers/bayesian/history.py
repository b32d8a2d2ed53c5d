"""What a study tells the model: members with their values, members that failed, pending ones."""

from __future__ import annotations

from dataclasses import dataclass

from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from nas.core.knob import Value
from nas.windows import Member, Region

BLAMED = ("diverged", "out-of-memory", "error")  # failures that are the member's own
_STATES = (TrialState.COMPLETE, TrialState.FAIL, TrialState.RUNNING)


@dataclass(frozen=True)
class Known:
    """A proposed member; without `values` it is pending, or `failed`."""

    member: Member
    values: tuple[float, ...] | None
    failed: bool


class History:
    """Reads studies of one region; members are priced once."""

    def __init__(self, region: Region) -> None:
        self._region = region
        self._members: dict[tuple[Value, ...], Member | None] = {}
        self._ended: dict[tuple[object, int], Known | None] = {}  # by storage and trial

    def read(self, study: Study, trial: FrozenTrial) -> list[Known]:
        """Everything but `trial` itself, in the order of the trials."""
        known = []
        trials = study._storage.get_all_trials(study._study_id, deepcopy=False, states=_STATES)
        for other in trials:
            if other.number == trial.number:
                continue
            place = (study._storage, other._trial_id)
            if place in self._ended:
                one = self._ended[place]
            else:
                one = self._known(other)
                if other.state.is_finished():
                    self._ended[place] = one
            if one is not None:
                known.append(one)
        return known

    def _known(self, trial: FrozenTrial) -> Known | None:
        """None for what teaches nothing."""
        failed = trial.state == TrialState.FAIL
        if failed and not str(trial.user_attrs.get("failure", "")).startswith(BLAMED):
            return None
        member = self._member(trial)
        if member is None:
            return None
        return Known(member, None if trial.values is None else tuple(trial.values), failed)

    def _member(self, trial: FrozenTrial) -> Member | None:
        """None for what is no member, such as what somebody queued by hand."""
        names = [knob.name for knob in self._region.knobs]
        if any(name not in trial.params for name in names):
            return None
        values = tuple(trial.params[name] for name in names)
        if values not in self._members:
            admitted = self._region.admit(trial.params)
            self._members[values] = admitted if isinstance(admitted, Member) else None
        return self._members[values]
