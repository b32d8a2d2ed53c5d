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


def distributions(region: Region) -> dict[str, BaseDistribution]:
    """One static categorical distribution a knob, over all its choices however narrowed.

    A dead knob holds its canonical value, which narrowing may have taken away for live ones.
    """
    return {knob.name: CategoricalDistribution(knob.choices) for knob in region.space.knobs}


class SeenKeys:
    """Keys of every trial that ran, runs or waits; an interrupted one may be tried again.

    What has ended does not change: it is read once for each study, up to the first under way.
    """

    def __init__(self, region: Region) -> None:
        self._region = region
        self._study: tuple[object, int] | None = None
        self._read = 0  # how many of the first trials have ended
        self._ended: set[str] = set()  # their keys

    def of(self, study: Study) -> set[str]:
        """Those of a study as it stands."""
        if self._study != (study._storage, study._study_id):
            self._study = study._storage, study._study_id
            self._read, self._ended = 0, set()
        trials = study._storage.get_all_trials(study._study_id, deepcopy=False)[self._read :]
        under_way = next((at for at, one in enumerate(trials) if not one.state.is_finished()), None)
        ended = trials[:under_way]
        self._read += len(ended)
        self._ended.update(key for trial in ended if (key := self._key(trial)) is not None)
        rest = (self._key(trial) for trial in trials[len(ended) :])
        return self._ended.union(key for key in rest if key is not None)

    def _key(self, trial: FrozenTrial) -> str | None:
        """None for what was cut short, or is no member."""
        if trial.state == TrialState.PRUNED or trial.user_attrs.get("failure") == "interrupted":
            return None
        key: str | None = trial.user_attrs.get(KEY)
        if key is None and len(trial.params) == len(self._region.knobs):
            return key_of(self._region.space.canonical(trial.params))
        return key


def stream(seed: int, trial: FrozenTrial) -> random.Random:
    """A trial's own random numbers: a hash of seed and number, so a resumed search repeats none."""
    digest = hashlib.sha256(f"{seed}:{trial.number}".encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))
