"""What a terminal shows while a search runs: a bar, the front, and the last results.

Drawn again as results come; only the clock runs by itself, so that nothing of the search is read
from another thread.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, Group
    from rich.table import Table

FRONT, LAST = 8, 5  # rows at most
PER_SECOND = 2  # redrawn


@contextmanager
def board(
    heads: Sequence[str], *, total: int, quiet: bool, first: Callable[["Board"], None]
) -> Iterator["Board | None"]:
    """One while the block lasts, however it ends; None where stderr is no terminal.

    `first` tells it what it shows from the beginning.
    """
    if quiet or not _terminal():
        yield None
        return
    from rich.console import Console  # loads slowly

    made = Board(Console(stderr=True), heads, total=total)
    try:
        made.start()
        first(made)
        yield made
    finally:  # Ctrl-C at any moment: a cursor must not stay hidden
        made.stop()


class Board:
    """The lower lines of a terminal, between `start` and `stop`; what is said goes above them."""

    def __init__(self, console: "Console", heads: Sequence[str], *, total: int) -> None:
        from rich.live import Live as Screen
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        self._bar = Progress(
            TextColumn("[bold]trials"),
            BarColumn(bar_width=30, complete_style="blue", finished_style="blue"),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
        )
        self._task = self._bar.add_task("", total=total)
        self._heads = heads
        self._front: Sequence[Sequence[str]] = ()
        self._last: Sequence[str] = ()
        # What somebody's code prints to the terminal goes above; what is sent elsewhere, there.
        self._screen = Screen(
            self._drawn(),
            console=console,
            refresh_per_second=PER_SECOND,
            redirect_stdout=sys.stdout.isatty(),
        )

    def start(self) -> None:
        """Take the lower lines."""
        self._screen.start()

    def stop(self) -> None:
        """Leave the last state standing, and the terminal as it was; harmless when repeated."""
        self._screen.stop()

    def tell(
        self, last: Sequence[str], front: Sequence[Sequence[str]], *, done: int, now: str
    ) -> None:
        """Show the last results, the front with a cell for each head, and how things stand."""
        self._last, self._front = last[-LAST:], front
        self._bar.update(self._task, completed=done, description=now)
        self._screen.update(self._drawn())

    def say(self, text: str) -> None:
        """A line above."""
        from rich.text import Text

        self._screen.console.print(Text(text), soft_wrap=True)

    def _drawn(self) -> "Group":
        from rich.console import Group
        from rich.text import Text

        lines = [Text(line, style="dim", no_wrap=True, overflow="ellipsis") for line in self._last]
        left_out = len(self._front) - FRONT
        head = "front" if left_out <= 0 else f"front, the last {FRONT} of {len(self._front)}"
        front = Group(Text(head, style="bold"), self._table()) if self._front else Group()
        return Group(self._bar, front, *lines)

    def _table(self) -> "Table":
        """The last of it, in its order."""
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False)
        for head in self._heads:
            table.add_column(Text(head), justify="right", header_style="dim", no_wrap=True)
        for row in self._front[-FRONT:]:
            table.add_row(*map(Text, row))
        return table


def _terminal() -> bool:
    """Whether stderr is one that can move its cursor."""
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown")
