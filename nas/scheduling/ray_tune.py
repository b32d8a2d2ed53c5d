"""Ray Tune runs the trainings; this is the only home of ray. The study stays the only truth.

Ray's own Optuna searcher loses constraints and attributes, and its restore repeats finished trials;
so a searcher of ours hands out tickets of a campaign, and every start is a fresh Tuner. Import this
module only after `nas.scheduling.environment.configure`.
"""

import logging
import os
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import ray
from ray import tune
from ray.tune.search import Searcher

from nas.core.errors import InputError
from nas.core.evaluation import Failure, Outcome
from nas.evaluation.failures import kind_of, message_of
from nas.evaluation.job import run_job
from nas.scheduling.base import Listener, MakeJob, Resources
from nas.study.campaign import Campaign
from nas.study.ticket import Ticket

OBJECT_STORE_BYTES = 128 * 2**20  # jobs and outcomes are a few kilobytes


class RayRunner:
    """Trainings as Tune trials, on this machine alone or on the cluster at `address`."""

    def __init__(self, resources: Resources, *, address: str | None = None) -> None:
        self._resources = resources
        self._address = address

    def __call__(self, campaign: Campaign, make_job: MakeJob, listen: Listener) -> None:
        """Run until the campaign is finished; ray is stopped however it ends."""
        with _connected(self._resources, self._address), tempfile.TemporaryDirectory() as scratch:
            trainable = tune.with_resources(ProxyTraining, _demand(self._resources))
            while not campaign.finished:
                tuner = tune.Tuner(
                    trainable,
                    tune_config=tune.TuneConfig(
                        search_alg=TicketSearcher(campaign, make_job, listen),
                        num_samples=-1,
                        reuse_actors=True,
                    ),
                    run_config=tune.RunConfig(storage_path=scratch, verbose=0, log_to_file=False),
                )
                tuner.fit()


class ProxyTraining(tune.Trainable):
    """One job as one step of a Tune trial; the actor is used again, so data are prepared once."""

    def setup(self, config: dict[str, Any]) -> None:
        """Take the job."""
        self._job = config["job"]

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Take the next job."""
        self._job = new_config["job"]
        return True

    def step(self) -> dict[str, Any]:
        """Train; a failure is an outcome as well, even one before the training."""
        started = time.monotonic()
        try:
            outcome = run_job(self._job)
        except Exception as error:
            outcome = Failure(
                kind=kind_of(error),
                message=message_of(error),
                seconds=time.monotonic() - started,
                device=self._job.device,
            )
        return {"outcome": outcome, "done": True}

    def save_checkpoint(self, checkpoint_dir: str) -> None:
        """Nothing: a training that is cut short starts again."""

    def load_checkpoint(self, checkpoint: Any) -> None:
        """Nothing."""


class TicketSearcher(Searcher):
    """Tune asks it for configurations and tells it results; it asks and tells the campaign."""

    def __init__(self, campaign: Campaign, make_job: MakeJob, listen: Listener) -> None:
        super().__init__()
        self._campaign = campaign
        self._make_job = make_job
        self._listen = listen
        self._tickets: dict[str, tuple[Ticket, float]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Nothing of a campaign is pickled: Tune's own checkpoints are never read."""
        return {}

    def suggest(self, trial_id: str) -> Any:
        """A job; None while the workers are busy; the end once the campaign is finished."""
        ticket = self._campaign.next()
        if ticket is None:
            return Searcher.FINISHED if self._campaign.finished else None
        self._tickets[trial_id] = ticket, time.monotonic()
        self._listen(ticket, None)
        return {"job": self._make_job(ticket)}

    def on_trial_complete(
        self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False
    ) -> None:
        """Write the outcome down; a trial without one died with its worker."""
        ticket, started = self._tickets.pop(trial_id)
        outcome: Outcome | None = None if error or result is None else result.get("outcome")
        if outcome is None:
            outcome = Failure(
                kind="worker-died",
                message="the worker process ended without a result; its memory may have run out",
                seconds=time.monotonic() - started,
                device="unknown",
            )
        self._campaign.done(ticket, outcome)
        self._listen(ticket, outcome)

    def save(self, checkpoint_path: str) -> None:
        """Nothing: the study holds everything."""

    def restore(self, checkpoint_path: str) -> None:
        """Nothing: a fresh start asks the study."""


def _demand(resources: Resources) -> dict[str, float]:
    """What Ray reserves for one training; it hides the GPU from one that asks for none."""
    demand: dict[str, float] = {"cpu": resources.threads}
    if resources.gpus_per_trial:
        demand["gpu"] = resources.gpus_per_trial
    return demand


@contextmanager
def _connected(resources: Resources, address: str | None) -> Iterator[None]:
    logging.getLogger("ray.tune").setLevel(logging.CRITICAL)  # failures are the study's to tell
    with (
        warnings.catch_warnings(),
        Path(os.devnull).open("w") as nowhere,
        redirect_stdout(nowhere),  # ray prints there, in a screenful, that a worker died
    ):
        warnings.simplefilter("ignore")  # ray warns of its own deprecations
        try:
            if address is None:
                _start_local(resources)
            else:
                ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, ValueError, RuntimeError) as error:
            reason = " ".join(str(error).split())[:200]
            where = "on this machine" if address is None else f"at --ray-address {address}"
            raise InputError(f"ray: cannot be started or reached {where}: {reason}") from error
        try:
            _check_capacity(resources)
            yield
        finally:
            ray.shutdown()


def _start_local(resources: Resources) -> None:
    ray.init(
        num_cpus=resources.workers * resources.threads,
        object_store_memory=OBJECT_STORE_BYTES,
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
        _node_ip_address="127.0.0.1",
    )


def _check_capacity(resources: Resources) -> None:
    """Ray would wait for ever for what does not exist."""
    there = ray.cluster_resources()  # type: ignore[no-untyped-call]
    for name, wanted in (("CPU", resources.threads), ("GPU", resources.gpus_per_trial)):
        if wanted > there.get(name, 0):
            raise InputError(
                f"a trial asks for {wanted:g} {name}s; there are {there.get(name, 0):g};"
                " lower --gpus-per-trial or --workers"
            )
