"""What a person sees while a search trains: lines, or on a terminal a board that is kept fresh.

Entered as a context, on a terminal, it is the board; else it prints a line for each ended training.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from types import TracebackType

from nas.core.cost import human
from nas.core.evaluation import Outcome, Score
from nas.core.objective import Objective
from nas.reporting.front import FrontMember, front
from nas.searching.board import LAST, Board, board
from nas.searching.sparingly import Sparingly
from nas.study.campaign import Campaign, Progress
from nas.study.record import Record
from nas.study.ticket import Ticket

HEADS = ("trial", "params", "MACs", "accuracy", "n")


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
        self._last: deque[str] = deque(maxlen=LAST)
        self._open = ExitStack()
        self._board: Board | None = None

    def __enter__(self) -> Live:
        total = self._campaign.progress.asked
        shown = board(HEADS, total=total, quiet=self._quiet, first=self._show)
        self._board = self._open.enter_context(shown)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._board = None
        self._open.close()

    def __call__(self, ticket: Ticket, outcome: Outcome | None) -> None:
        """Tell of a training that starts (None) or has ended."""
        if self._quiet:
            return
        told = None if outcome is None else f"{ticket.name}: {_told(ticket, outcome)}"
        if self._board is not None:
            self._last += [] if told is None else [told]
            self._show(self._board)
        elif told is not None:
            self.say(f"{self._standing()} | {told}")

    def say(self, text: str) -> None:
        """A line of news."""
        if self._quiet:
            return
        if self._board is not None:
            self._board.say(text)
        else:
            print(text, file=sys.stderr, flush=True)

    def _show(self, shown: Board) -> None:
        now = self._campaign.progress
        rows = [_row(member) for member in self._front()]
        shown.tell(tuple(self._last), rows, done=now.complete, now=", ".join(_news(now)))

    def _standing(self) -> str:
        now = self._campaign.progress
        minutes = (time.monotonic() - self._started) / 60
        left = "?" if now.seconds_left is None else f"{now.seconds_left / 60:.1f}"
        members: Sequence[FrontMember] = self._front()
        best = max((member.accuracy for member in members), default=0.0)
        return (
            f"[{now.complete}/{now.asked}] {now.running} running, {now.failed} failed,"
            f" {minutes:.1f} min, {left} left; front {len(members)}, best {best:.3f}"
        )


def _news(now: Progress) -> Iterator[str]:
    """How things stand, beside the bar."""
    if not (now.running or now.complete or now.failed):
        yield "starting"
        return
    yield f"{now.running} running"
    yield f"{now.failed} failed"
    if now.references_left:
        yield f"{now.references_left} beside the search to come"
    if now.seconds_left is not None:
        minutes = now.seconds_left / 60
        yield f"about {minutes:.1f} min left" if minutes >= 1 else "less than a minute left"


def _row(member: FrontMember) -> tuple[str, ...]:
    """As `HEADS` has it."""
    return (
        str(member.number),
        human(member.params),
        human(member.macs),
        f"{member.accuracy:.4f}" + ("*" if member.separable is False else " "),
        str(member.replicates),
    )


def _told(ticket: Ticket, outcome: Outcome) -> str:
    size = f"{human(ticket.cost.params)} params, {human(ticket.cost.macs)} MACs"
    if isinstance(outcome, Score):
        return f"accuracy {outcome.accuracy:.3f}, {size}, {outcome.seconds:.0f} s"
    return f"failed, {outcome.kind}: {outcome.message} ({size})"
