"""The searches that are killed: short trainings, inline or by Ray, and no training at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults.begun import begun
from tests.faults.judge import Seen, broken_files, disagreeing, repeated, unfinished, unsaid
from tests.faults.process import OUT
from tests.faults.stored import stored

NAME = "s"
_TOY = (
    *("--space", "tests.faults.noted_toy:SPACE", "--data", "digits", "--resolution", "8"),
    *("--width-scale", "1", "--data-share", "0.05", "--val-limit", "50", "--epochs", "1"),
    *("--choices", "mood=well,slow", "--no-published", "--sampler", "random"),
)
_TABLE = ("--space", "tests.faults.slow_table:SPACE", "--sampler", "random")


@dataclass(frozen=True, kw_only=True)
class Search:
    """A command that is given again and again; `number` and `first` are columns of its table."""

    flags: tuple[str, ...]
    trials: int
    number: str
    first: str
    kinds: tuple[str, ...]
    replicates: bool = False
    storage: str = f"{OUT}/{NAME}/study.db"

    @property
    def command(self) -> tuple[str, ...]:
        """All its arguments but --out."""
        return (*self.flags, "--study", NAME, "--trials", str(self.trials))

    def seen(self, home: Path) -> Seen:
        """As of now."""
        return Seen(trials=stored(home / self.storage), begun=begun(home))

    def wrong(self, home: Path, said: str) -> Iterator[str]:
        """Whatever of its run is not as it must be at the end; `said` is what it complained of."""
        seen, folder = self.seen(home), home / OUT / NAME
        yield from repeated(seen.trials)
        yield from unfinished(seen, NAME, asked=self.trials, replicates=self.replicates)
        yield from disagreeing(seen.trials, NAME, folder, number=self.number, first=self.first)
        yield from unsaid(seen.trials, NAME, said)
        yield from broken_files(folder, alone="--storage" not in self.flags)


_NETWORKS = {"trials": 8, "number": "number", "first": "accuracy", "replicates": True}
_MEMBERS = {"trials": 60, "number": "trial", "first": "loss"}
SEARCHES = {
    "inline": Search(flags=(*_TOY, "--runner", "inline"), kinds=("driver",), **_NETWORKS),
    "ray": Search(
        flags=(*_TOY, "--runner", "ray", "--workers", "2"),
        kinds=("driver", "worker", "ray", "all"),
        **_NETWORKS,
    ),
    "evaluated": Search(flags=_TABLE, kinds=("driver",), **_MEMBERS),
    "journal": Search(
        flags=(*_TABLE, "--storage", "journal:study.log"),
        kinds=("driver",),
        storage="study.log",
        **_MEMBERS,
    ),
}
