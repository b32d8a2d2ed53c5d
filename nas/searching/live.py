"""What a person sees while a search runs: a line for each ended training, and where it stands."""

import sys
import time
from collections.abc import Callable, Sequence

from nas.core.cost import human
from nas.core.evaluation import Outcome, Score
from nas.core.objective import Objective
from nas.reporting.front import front
from nas.searching.sparingly import Sparingly
from nas.study.campaign import Campaign
from nas.study.record import Record
from nas.study.ticket import Ticket


class Live:
    """Prints to stderr, so that stdout holds the front alone."""

    def __init__(
        self,
        campaign: Campaign,
        records: Callable[[], Sequence[Record]],
        objectives: Sequence[Objective],
        *,
        quiet: bool,
    ) -> None:
        self._campaign = campaign
        self._front = Sparingly(lambda: front(records(), objectives))
        self._quiet = quiet
        self._started = time.monotonic()

    def __call__(self, ticket: Ticket, outcome: Outcome | None) -> None:
        """Tell of a training that starts (None) or has ended."""
        if self._quiet or outcome is None:
            return
        self.say(f"{self._standing()} | {ticket.name}: {_told(ticket, outcome)}")

    def say(self, text: str) -> None:
        """A line of news."""
        if not self._quiet:
            print(text, file=sys.stderr, flush=True)

    def _standing(self) -> str:
        now = self._campaign.progress
        minutes = (time.monotonic() - self._started) / 60
        left = "?" if now.seconds_left is None else f"{now.seconds_left / 60:.1f}"
        members = self._front()
        best = max((member.accuracy for member in members), default=0.0)
        return (
            f"[{now.complete}/{now.asked}] {now.running} running, {now.failed} failed,"
            f" {minutes:.1f} min, {left} left; front {len(members)}, best {best:.3f}"
        )


def _told(ticket: Ticket, outcome: Outcome) -> str:
    size = f"{human(ticket.cost.params)} params, {human(ticket.cost.macs)} MACs"
    if isinstance(outcome, Score):
        return f"accuracy {outcome.accuracy:.3f}, {size}, {outcome.seconds:.0f} s"
    return f"failed, {outcome.kind}: {outcome.message} ({size})"
