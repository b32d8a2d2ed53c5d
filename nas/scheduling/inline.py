"""One training after the other in this process: for debugging, and for tests."""

import time

from nas.evaluation.job import run_job
from nas.evaluation.outcome import checked_outcome
from nas.scheduling.base import Listener, MakeJob
from nas.study.campaign import Campaign

IDLE = 0.2  # seconds


def run_inline(campaign: Campaign, make_job: MakeJob, listen: Listener) -> None:
    """Until the campaign is finished."""
    while not campaign.finished:
        ticket = campaign.next()
        if ticket is None:
            time.sleep(IDLE)  # another driver may yet fail at what it has begun
            continue
        listen(ticket, None)
        outcome = checked_outcome(run_job(make_job(ticket)))
        campaign.done(ticket, outcome)
        listen(ticket, outcome)
