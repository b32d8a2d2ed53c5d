"""What a terminal shows while a search runs: a bar, the front, and the last trainings.

Drawn again as trainings start and end; only the clock runs by itself, so that nothing of the search
is read from another thread.
"""

from collections import deque
from collections.abc import Sequence

from rich.console import Console, Group
from rich.live import Live as Screen
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from nas.core.cost import human
from nas.reporting.front import FrontMember

FRONT, LAST = 8, 5  # rows at most
PER_SECOND = 2  # redrawn


class Board:
    """The lower lines of a terminal, between `start` and `stop`; what is said goes above them."""

    def __init__(self, console: Console, *, total: int) -> None:
        self._bar = Progress(
            TextColumn("[bold]trials"),
            BarColumn(bar_width=30, complete_style="blue", finished_style="blue"),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
            console=console,
        )
        self._task = self._bar.add_task("", total=total)
        self._last: deque[str] = deque(maxlen=LAST)
        self._members: Sequence[FrontMember] = ()
        self._screen = Screen(
            self._drawn(), console=console, refresh_per_second=PER_SECOND, redirect_stdout=False
        )

    def start(self) -> None:
        """Take the lower lines."""
        self._screen.start()

    def stop(self) -> None:
        """Leave the last state standing, and the terminal as it was; harmless when repeated."""
        self._screen.stop()

    def tell(
        self, told: str | None, members: Sequence[FrontMember], *, done: int, now: str
    ) -> None:
        """Show a training that has ended, if one has, and how things stand."""
        if told is not None:
            self._last.append(told)
        self._members = members
        self._bar.update(self._task, completed=done, description=now)
        self._screen.update(self._drawn())

    def say(self, text: str) -> None:
        """A line above."""
        self._screen.console.print(Text(text), soft_wrap=True)

    def _drawn(self) -> Group:
        parts: list[Progress | Table | Text] = [self._bar]
        if self._members:
            parts.append(self._front())
        parts += [Text(line, style="dim", no_wrap=True, overflow="ellipsis") for line in self._last]
        return Group(*parts)

    def _front(self) -> Table:
        """The best of it, from the cheapest on."""
        left_out = len(self._members) - FRONT
        more = f", the dearest {FRONT} of {len(self._members)}" if left_out > 0 else ""
        table = Table(
            title=f"front{more}", title_justify="left", title_style="bold", box=None, pad_edge=False
        )
        for name in ("trial", "params", "MACs", "accuracy", "n"):
            table.add_column(name, justify="right", header_style="dim")
        for member in self._members[-FRONT:]:
            table.add_row(
                str(member.number),
                human(member.params),
                human(member.macs),
                f"{member.accuracy:.4f}" + ("*" if member.separable is False else " "),
                str(member.replicates),
            )
        return table
