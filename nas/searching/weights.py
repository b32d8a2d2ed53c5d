"""Which trained weights a search keeps on disk: those of the front, unless asked otherwise."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from nas.core.objective import Objective
from nas.reporting.front import front
from nas.searching.sparingly import Sparingly
from nas.study.record import Record
from nas.study.run import Run
from nas.study.ticket import Ticket


class WeightKeeper:
    """Says where a training leaves its weights, and deletes those that left the front."""

    def __init__(
        self,
        run: Run,
        objectives: Sequence[Objective],
        records: Callable[[], Sequence[Record]],
        *,
        which: Literal["front", "all", "none"],
    ) -> None:
        self._run = run
        self._objectives = objectives
        self._records = records
        self._which = which
        self._tidy = Sparingly(self._unlink)

    def path(self, ticket: Ticket) -> Path | None:
        """Where a trial's weights go; None where they are not wanted."""
        if self._which == "none" or ticket.role != "search":
            return None
        evaluation = ticket.evaluation
        return self._run.weights_path(evaluation.key, evaluation.replicate).resolve()

    def tidy(self, *, at_once: bool = False) -> None:
        """Delete those of complete trials off the front; a running one is not judged yet."""
        if self._which == "front":
            self._tidy(at_once=at_once)

    def _unlink(self) -> bool:
        records = self._records()
        on_front = {member.key for member in front(records, self._objectives)}
        there = {path.name for path in self._run.weights_path("", 0).parent.glob("*")}
        for record in records:
            path = self._run.weights_path(record.key, record.replicate)
            off = record.role == "search" and record.complete and record.key not in on_front
            if off and path.name in there:
                path.unlink(missing_ok=True)
        return True
