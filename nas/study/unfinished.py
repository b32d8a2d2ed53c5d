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

    `killed`: see `cut_short`.
    """
    queued = 0
    for trial in cut_short(search, dead, killed=killed):
        if len(trial.params) == knobs:
            kept = {
                name: trial.user_attrs[name] for name in (POSITION,) if name in trial.user_attrs
            }
            search.queue(trial.params, {KEY: _key(trial), **kept})
            queued += 1
    return queued


def cut_short(book: Book, dead: _Dead, *, killed: bool) -> list[FrozenTrial]:
    """End what dead drivers had under way; those to be tried again.

    `killed`: the process ended without a word. A training that was under way each of
    `ATTEMPTS` times is taken for the cause, and fails.
    """
    again = []
    for trial in [trial for trial in book.running if dead(trial)]:
        if killed and _times_killed(book, trial) + 1 >= ATTEMPTS:
            book.end(trial, {FAILURE: f"worker-died: with the search, {ATTEMPTS} times"})
        elif book.end(trial, {**({KILLED: True} if killed else {}), FAILURE: INTERRUPTED}):
            again.append(trial)
    return again


def _times_killed(book: Book, trial: FrozenTrial) -> int:
    """How often an earlier attempt at the same evaluation ended with the process."""
    return sum(
        other.state == TrialState.FAIL
        and other.user_attrs.get(KILLED, False)
        and _evaluation(other) == _evaluation(trial)
        for other in book.trials()
    )


def _evaluation(trial: FrozenTrial) -> tuple[str, object]:
    return _key(trial), trial.user_attrs.get("replicate")


def _key(trial: FrozenTrial) -> str:
    return str(trial.user_attrs.get(KEY) or key_of(trial.params))
