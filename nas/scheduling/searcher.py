"""Tune asks it for configurations and tells it results; it asks and tells the campaign."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ray.tune.search import Searcher

from nas.core.evaluation import Failure, Outcome
from nas.evaluation.failures import kind_of_death
from nas.evaluation.job import Job
from nas.evaluation.outcome import checked_outcome
from nas.scheduling.base import Listener, MakeJob
from nas.scheduling.errand import Errand, Returned
from nas.scheduling.nodes import dead_nodes, lost_nodes
from nas.study.campaign import Campaign
from nas.study.ticket import Ticket


@dataclass(frozen=True, kw_only=True)
class _UnderWay:
    """A Tune trial: its ticket, its errand, and what was so when it started."""

    ticket: Ticket
    errand: Errand
    started: float
    dead_nodes: int
    attempt: int = 1


class TicketSearcher(Searcher):
    """Hands out the campaign's tickets as errands, and writes down what comes of them.

    A training that ends while a node of the cluster dies is started once more elsewhere; one that
    ends its own process, or the second time, is a failure.

    Attributes:
        broken: what the campaign raised, such as that its storage is gone; Tune makes text of it.
    """

    def __init__(
        self,
        campaign: Campaign,
        make_job: MakeJob,
        listen: Listener,
        dispatch: Callable[[Job], Errand],
    ) -> None:
        super().__init__()
        self._campaign = campaign
        self._make_job = make_job
        self._listen = listen
        self._dispatch = dispatch
        self._under_way: dict[str, _UnderWay] = {}
        self._again: list[_UnderWay] = []
        self.broken: Exception | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Nothing of a campaign is pickled: Tune's own checkpoints are never read."""
        return {}

    def suggest(self, trial_id: str) -> Any:
        """An errand; None while the workers are busy; the end once the campaign is finished."""
        if self.broken is not None:
            raise self.broken
        with self._noted():
            trial = self._repeated() if self._again else self._begun()
            if trial is None:
                return Searcher.FINISHED if self._campaign.finished else None
        self._under_way[trial_id] = trial
        return {"errand": trial.errand}

    def _repeated(self) -> _UnderWay:
        lost = self._again.pop(0)
        return replace(lost, attempt=2, started=time.monotonic(), dead_nodes=dead_nodes())

    def _begun(self) -> _UnderWay | None:
        ticket = self._campaign.next()
        if ticket is None:
            return None
        self._listen(ticket, None)
        return _UnderWay(
            ticket=ticket,
            errand=self._dispatch(self._make_job(ticket)),
            started=time.monotonic(),
            dead_nodes=dead_nodes(),
        )

    def on_trial_complete(
        self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False
    ) -> None:
        """Write the outcome down; a trial without one died with its worker."""
        trial = self._under_way.pop(trial_id, None)
        if trial is None:  # Tune asks once more where the first time raised
            return
        came = None if error or result is None else result.get("came")
        if came is None and trial.attempt == 1 and lost_nodes() > trial.dead_nodes:
            self._again.append(trial)
            return
        with self._noted():
            if isinstance(came, Returned):
                came.deliver(trial.errand.job.weights)
                came = came.outcome
            outcome = _death(trial) if came is None else checked_outcome(came)
            self._campaign.done(trial.ticket, outcome)
            self._listen(trial.ticket, outcome)

    @contextmanager
    def _noted(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.broken = error
            raise

    def save(self, checkpoint_path: str) -> None:
        """Nothing: the study holds everything."""

    def restore(self, checkpoint_path: str) -> None:
        """Nothing: a fresh start asks the study."""


def _death(trial: _UnderWay) -> Outcome:
    seconds, job = time.monotonic() - trial.started, trial.errand.job
    kind = kind_of_death(seconds, job.seconds)
    if kind == "timeout":
        message = "the worker process was ended, for the training did not end in time"
    elif trial.attempt > 1:
        message = "its node died, and the worker process on another one as well"
    else:
        message = "the worker process ended without a result; its memory may have run out"
    return Failure(kind=kind, message=message, seconds=seconds, device="unknown")
