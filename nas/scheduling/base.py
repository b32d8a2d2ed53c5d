"""How tickets become outcomes: the part that both runners share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from nas.core.evaluation import Outcome
from nas.evaluation.job import Job
from nas.study.campaign import Campaign
from nas.study.ticket import Ticket

MakeJob = Callable[[Ticket], Job]
Listener = Callable[[Ticket, Outcome | None], None]  # None: it starts


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What one training gets, and how many run side by side."""

    workers: int
    threads: int
    gpus_per_trial: float = 0.0


class Runner(Protocol):
    """Carries a campaign out until it is finished; KeyboardInterrupt passes, and loses nothing."""

    def __call__(self, campaign: Campaign, make_job: MakeJob, listen: Listener) -> None:
        """Run; returns when the campaign is finished."""
