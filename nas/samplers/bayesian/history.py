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

    def read(self, study: Study, trial: FrozenTrial) -> list[Known]:
        """Everything but `trial` itself, in the order of the trials."""
        known = []
        trials = study._storage.get_all_trials(study._study_id, deepcopy=False, states=_STATES)
        for other in trials:
            if other.number == trial.number:
                continue
            failed = other.state == TrialState.FAIL
            if failed and not str(other.user_attrs.get("failure", "")).startswith(BLAMED):
                continue
            member = self._member(other)
            if member is not None:
                values = None if other.values is None else tuple(other.values)
                known.append(Known(member, values, failed))
        return known

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
