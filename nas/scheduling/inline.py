"""One training after the other in this process: for debugging, and for tests."""

import time

from nas.core.evaluation import Outcome
from nas.core.interrupt import raise_swallowed
from nas.evaluation.failures import failure_of
from nas.evaluation.job import Job, run_job
from nas.evaluation.outcome import checked_outcome
from nas.scheduling.base import Listener, MakeJob
from nas.study.campaign import Campaign

IDLE = 0.2  # seconds


def run_inline(campaign: Campaign, make_job: MakeJob, listen: Listener) -> None:
    """Until the campaign is finished."""
    while not campaign.finished:
        raise_swallowed()
        ticket = campaign.next()
        if ticket is None:
            time.sleep(IDLE)  # another driver may yet fail at what it has begun
            continue
        listen(ticket, None)
        outcome = _outcome(make_job(ticket))
        campaign.done(ticket, outcome)
        listen(ticket, outcome)


def _outcome(job: Job) -> Outcome:
    """Somebody's network may call exit(): a worker would end, the search must not."""
    started = time.monotonic()
    try:
        return checked_outcome(run_job(job))
    except SystemExit as error:
        return failure_of(error, seconds=time.monotonic() - started, device=job.device)
