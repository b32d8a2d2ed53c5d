"""What a person sees while a space evaluates itself: a line now and then, or the board."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Protocol

from nas.core.objective import Objective
from nas.reporting.evaluated import front_rows, shown
from nas.searching.board import LAST, Board, board
from nas.searching.sparingly import Sparingly
from nas.study.evaluated import Row

LINES = 5.0  # seconds from one line to the next
FRAMES = 0.5  # seconds from one look of the board to the next


class Evaluations(Protocol):
    """What is looked at: a study that evaluates."""

    complete: int
    failed: int

    def rows(self) -> list[Row]:
        """Every finished trial."""


class LiveRows:
    """Prints to stderr, so that stdout holds the front alone; a context, as `Live` is."""

    def __init__(
        self, study: Evaluations, objectives: Sequence[Objective], *, asked: int, quiet: bool
    ) -> None:
        self._study = study
        self._names = [one.name for one in objectives]
        self._rows = Sparingly(study.rows)
        self._objectives = objectives
        self._asked = asked
        self._quiet = quiet
        self._looked = time.monotonic()
        self._open = ExitStack()
        self._board: Board | None = None

    def __enter__(self) -> LiveRows:
        heads = ("trial", *self._names)
        shown = board(heads, total=self._asked, quiet=self._quiet, first=self._show)
        self._board = self._open.enter_context(shown)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._open:  # the board ends, whatever becomes of its last look
            last, self._board = self._board, None
            if last is not None and kind is None:
                self._show(last, at_once=True)

    def look(self) -> None:
        """After an evaluation; mostly it does nothing."""
        every = LINES if self._board is None else FRAMES
        if self._quiet or time.monotonic() - self._looked < every:
            return
        self._looked = time.monotonic()
        if self._board is not None:
            self._show(self._board)
        else:
            line = f"[{self._study.complete}/{self._asked}] {self._study.failed} failed"
            print(line, file=sys.stderr, flush=True)

    def _show(self, board: Board, *, at_once: bool = False) -> None:
        rows = self._rows(at_once=at_once)
        front = [
            (str(row.number), *(shown(row.value(name)) for name in self._names))
            for row in front_rows(rows, self._objectives)
        ]
        last = [f"trial {row.number}: {', '.join(self._told(row))}" for row in rows[-LAST:]]
        board.tell(last, front, done=self._study.complete, now=f"{self._study.failed} failed")

    def _told(self, row: Row) -> Iterator[str]:
        if row.failure is not None:
            yield f"failed, {row.failure}"
            return
        yield from (f"{name} {shown(row.value(name))}" for name in self._names)
