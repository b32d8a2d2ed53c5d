"""One training after the other in this process: for debugging, and for tests."""

from nas.evaluation.job import run_job
from nas.scheduling.base import Listener, MakeJob
from nas.study.campaign import Campaign


def run_inline(campaign: Campaign, make_job: MakeJob, listen: Listener) -> None:
    """Until the campaign is finished."""
    while (ticket := campaign.next()) is not None:
        listen(ticket, None)
        outcome = run_job(make_job(ticket))
        campaign.done(ticket, outcome)
        listen(ticket, outcome)
