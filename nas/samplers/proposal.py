"""What samplers share: a study's seen keys, a trial's random stream, Optuna's view of a region."""

import hashlib
import random

from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from nas.core.space import key_of
from nas.windows import Region

GOLDEN = 0.618034  # its multiples, modulo 1, spread evenly however many there are
KEY = "key"  # the user attribute under which each trial keeps its key
Trial = tuple[object, int]  # its storage, and its number there
_PROPOSED = (TrialState.COMPLETE, TrialState.RUNNING, TrialState.WAITING, TrialState.FAIL)


def distributions(region: Region) -> dict[str, BaseDistribution]:
    """One static categorical distribution a knob, over all its choices however narrowed.

    A dead knob holds its canonical value, which narrowing may have taken away for live ones.
    """
    return {knob.name: CategoricalDistribution(knob.choices) for knob in region.space.knobs}


def seen_keys(study: Study, region: Region, known: dict[Trial, str] | None = None) -> set[str]:
    """Keys of every trial that ran, runs or waits; an interrupted one may be tried again.

    `known` remembers the keys of trials that have ended without one, from call to call.
    """
    keys, known = set(), {} if known is None else known
    for trial in study._storage.get_all_trials(study._study_id, deepcopy=False, states=_PROPOSED):
        if trial.user_attrs.get("failure") == "interrupted":
            continue
        key = trial.user_attrs.get(KEY)
        if key is not None:
            keys.add(key)
        elif len(trial.params) == len(region.knobs):
            place = (study._storage, trial._trial_id)
            if place not in known:
                known[place] = key_of(region.space.canonical(trial.params))
            keys.add(known[place])
    return keys


def stream(seed: int, trial: FrozenTrial) -> random.Random:
    """A trial's own random numbers: a hash of seed and number, so a resumed search repeats none."""
    digest = hashlib.sha256(f"{seed}:{trial.number}".encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))
