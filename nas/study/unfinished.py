"""Trials that a driver left without an outcome: ended, and those worth it queued again."""

from collections.abc import Callable

from optuna.trial import FrozenTrial, TrialState

from nas.core.space import key_of
from nas.samplers.proposal import KEY
from nas.study.book import FAILURE, INTERRUPTED, Book
from nas.study.proposals import POSITION

KILLED = "killed"  # user attribute of a trial: it was under way when its driver was killed
ATTEMPTS = 3  # at a training that ends the process itself, as one in this process may
_Dead = Callable[[FrozenTrial], bool]


def queue_again(search: Book, dead: _Dead, *, knobs: int, killed: bool) -> int:
    """Queue what dead drivers had under way with a value for each of so many knobs; how many.

    `killed`: the process ended without a word. A training that was under way each of
    `ATTEMPTS` times is taken for the cause, and fails.
    """
    queued = 0
    for trial in _left(search, dead):
        if killed and _times_killed(search, trial) + 1 >= ATTEMPTS:
            search.end(trial, {FAILURE: f"worker-died: with the search, {ATTEMPTS} times"})
            continue
        noted = {KILLED: True} if killed else {}
        ended = search.end(trial, {**noted, FAILURE: INTERRUPTED})
        if ended and len(trial.params) == knobs:
            kept = {
                name: trial.user_attrs[name] for name in (POSITION,) if name in trial.user_attrs
            }
            search.queue(trial.params, {KEY: _key(trial), **kept})
            queued += 1
    return queued


def drop_unfinished(reference: Book, dead: _Dead) -> None:
    """What the references still lack is asked for anew, so none may wait from last time."""
    for trial in _left(reference, dead):
        reference.end(trial, {FAILURE: INTERRUPTED})


def _left(book: Book, dead: _Dead) -> list[FrozenTrial]:
    return [trial for trial in book.running if dead(trial)]


def _times_killed(search: Book, trial: FrozenTrial) -> int:
    """How often an earlier attempt at the same network ended with the process."""
    return sum(
        other.state == TrialState.FAIL
        and other.user_attrs.get(KILLED, False)
        and _key(other) == _key(trial)
        for other in search.trials()
    )


def _key(trial: FrozenTrial) -> str:
    return str(trial.user_attrs.get(KEY) or key_of(trial.params))
