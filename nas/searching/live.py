"""What a person sees while a search runs: lines, or on a terminal a board that is kept up to date.

Entered as a context, on a terminal, it is the board; else it prints a line for each ended training.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from nas.core.cost import human
from nas.core.evaluation import Outcome, Score
from nas.core.objective import Objective
from nas.reporting.front import FrontMember, front
from nas.searching.sparingly import Sparingly
from nas.study.campaign import Campaign
from nas.study.record import Record
from nas.study.ticket import Ticket

if TYPE_CHECKING:
    from nas.searching.board import Board


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
        self._board: Board | None = None

    def __enter__(self) -> Live:
        if not self._quiet and _terminal():
            from rich.console import Console  # loads slowly

            from nas.searching.board import Board

            self._board = Board(Console(stderr=True), total=self._campaign.progress.asked)
            try:
                self._board.start()
                self._show(None)
            except BaseException:  # Ctrl-C at this moment: a cursor must not stay hidden
                self.__exit__(None, None, None)
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        board, self._board = self._board, None
        if board is not None:
            board.stop()

    def __call__(self, ticket: Ticket, outcome: Outcome | None) -> None:
        """Tell of a training that starts (None) or has ended."""
        if self._quiet:
            return
        told = None if outcome is None else f"{ticket.name}: {_told(ticket, outcome)}"
        if self._board is not None:
            self._show(told)
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

    def _show(self, told: str | None) -> None:
        assert self._board is not None
        now = self._campaign.progress
        left = "" if now.seconds_left is None else f", about {now.seconds_left / 60:.1f} min left"
        self._board.tell(
            told,
            self._front(),
            done=now.complete,
            now=f"{now.running} running, {now.failed} failed{left}",
        )

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


def _terminal() -> bool:
    """Whether stderr is one that can move its cursor."""
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown")


def _told(ticket: Ticket, outcome: Outcome) -> str:
    size = f"{human(ticket.cost.params)} params, {human(ticket.cost.macs)} MACs"
    if isinstance(outcome, Score):
        return f"accuracy {outcome.accuracy:.3f}, {size}, {outcome.seconds:.0f} s"
    return f"failed, {outcome.kind}: {outcome.message} ({size})"
