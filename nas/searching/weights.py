"""Which trained weights a search keeps on disk: those of the front, unless asked otherwise."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from nas.core.objective import Objective
from nas.reporting.front import front
from nas.study.record import Record
from nas.study.run import Run
from nas.study.ticket import Ticket


class WeightKeeper:
    """Says where a training leaves its weights, and deletes those that left the front."""

    def __init__(
        self, run: Run, objectives: Sequence[Objective], *, which: Literal["front", "all", "none"]
    ) -> None:
        self._run = run
        self._objectives = objectives
        self._which = which

    def path(self, ticket: Ticket) -> Path | None:
        """Where a trial's weights go; None where they are not wanted."""
        if self._which == "none" or ticket.role != "search":
            return None
        evaluation = ticket.evaluation
        return self._run.weights_path(evaluation.key, evaluation.replicate).resolve()

    def tidy(self, records: Sequence[Record]) -> None:
        """Delete those of complete trials off the front; a running one is not judged yet."""
        if self._which != "front":
            return
        on_front = {member.key for member in front(records, self._objectives)}
        for record in records:
            if record.role == "search" and record.complete and record.key not in on_front:
                self._run.weights_path(record.key, record.replicate).unlink(missing_ok=True)
