"""The searches that are killed: short trainings, inline or by Ray, and no training at all."""

from dataclasses import dataclass

NAME = "s"
_TOY = (
    *("--space", "tests.nas.toy:SPACE", "--data", "digits", "--resolution", "8"),
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

    @property
    def command(self) -> tuple[str, ...]:
        """All its arguments but --out."""
        return (*self.flags, "--study", NAME, "--trials", str(self.trials))


_NETWORKS = {"trials": 8, "number": "number", "first": "accuracy"}
SEARCHES = {
    "inline": Search(flags=(*_TOY, "--runner", "inline"), kinds=("driver",), **_NETWORKS),
    "ray": Search(
        flags=(*_TOY, "--runner", "ray", "--workers", "2"),
        kinds=("driver", "worker", "ray", "all"),
        **_NETWORKS,
    ),
    "evaluated": Search(flags=_TABLE, trials=60, number="trial", first="loss", kinds=("driver",)),
}
