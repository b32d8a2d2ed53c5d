"""Trials that a search left without an outcome: ended, and those worth it queued again."""

from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from nas.core.space import key_of
from nas.study.reading import INTERRUPTED

KILLED = "killed"  # user attribute of a trial: it was under way when the process was killed
ATTEMPTS = 3  # at a training that ends the process itself, as one in this process may


def queue_again(search: Study, *, knobs: int, killed: bool) -> int:
    """Queue the running trials that have a value for each of so many knobs; how many there were.

    `killed`: the process ended without a word. A training that was under way each of
    `ATTEMPTS` times is taken for the cause, and fails.
    """
    again = []
    for trial in search.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        if killed and _times_killed(search, trial) + 1 >= ATTEMPTS:
            _end(search, trial, f"worker-died: with the search, {ATTEMPTS} times")
            continue
        _end(search, trial, INTERRUPTED, killed=killed)
        if len(trial.params) == knobs:
            again.append(trial)
    for trial in again:
        search.enqueue_trial(trial.params, user_attrs={"key": _key(trial)})
    return len(again)


def drop_unfinished(reference: Study) -> None:
    """What the references still lack is asked for anew, so none may wait from last time."""
    unfinished = (TrialState.RUNNING, TrialState.WAITING)
    for trial in reference.get_trials(deepcopy=False, states=unfinished):
        _end(reference, trial, INTERRUPTED)


def drop_unproposed(search: Study) -> None:
    """A sampler that found nothing leaves a running trial without a genome behind."""
    for trial in search.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        if not trial.params:
            _end(search, trial, INTERRUPTED)


def _times_killed(search: Study, trial: FrozenTrial) -> int:
    """How often an earlier attempt at the same network ended with the process."""
    return sum(
        other.user_attrs.get(KILLED, False) and _key(other) == _key(trial)
        for other in search.get_trials(deepcopy=False, states=(TrialState.FAIL,))
    )


def _end(study: Study, trial: FrozenTrial, reason: str, *, killed: bool = False) -> None:
    """End a trial without values; attributes first, so that it is whole once it has ended."""
    if killed:
        study._storage.set_trial_user_attr(trial._trial_id, KILLED, True)
    study._storage.set_trial_user_attr(trial._trial_id, "failure", reason)
    study._storage.set_trial_state_values(trial._trial_id, state=TrialState.FAIL)


def _key(trial: FrozenTrial) -> str:
    return str(trial.user_attrs.get("key") or key_of(trial.params))
