"""What a worker of Ray Tune does: one job as one step of a Tune trial."""

import time
from typing import Any

from ray import tune

from nas.evaluation.failures import failure_of
from nas.scheduling.errand import Returned, carried_out


class ProxyTraining(tune.Trainable):
    """The actor is used again for the next trial, so that data are prepared once."""

    def setup(self, config: dict[str, Any]) -> None:
        """Take the errand."""
        self._errand = config["errand"]

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Take the next errand."""
        self._errand = new_config["errand"]
        return True

    def step(self) -> dict[str, Any]:
        """Train; a failure is an outcome as well, even one before the training."""
        started = time.monotonic()
        try:
            came = carried_out(self._errand)
        except Exception as error:
            seconds = time.monotonic() - started
            device = self._errand.job.device
            came = Returned(outcome=failure_of(error, seconds=seconds, device=device))
        return {"came": came, "done": True}

    def save_checkpoint(self, checkpoint_dir: str) -> None:
        """Nothing: a training that is cut short starts again."""

    def load_checkpoint(self, checkpoint: Any) -> None:
        """Nothing."""
