"""What a whole search takes beside its trainings: proposals, storage, Ray, images, drawing.

    python -m benchmarks.overhead [--quick] [--trials N] [-- ARGUMENTS OF nas.search]

One search as a person gives it, two workers by Ray. `training_seconds` is the median that a
training says it took, `between_seconds` the median time that a worker is without one, from the end
of the last to the end of the next but for that training, `share` the sum of the latter over that of
the former. Each worker's first training waits for its process and is left out; so is the end of the
search, when a worker has nothing more to do. `command_seconds` is all of it, start and end.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import optuna

from benchmarks.arguments import RESULTS
from benchmarks.table import write
from nas.commandline import Parser, count, run
from nas.core.errors import InputError
from nas.study.book import OUTCOME
from nas.study.run import read_run
from nas.study.storage import open_storage

SEARCH = ("--space", "accvit", "--budget", "5M-30M", "--device", "cpu")
SMALL = (
    *("--data", "digits", "--epochs", "1", "--data-share", "0.01", "--val-limit", "10"),
    *("--resolution", "64", "--runner", "inline", "--no-published"),
)


class Training(NamedTuple):
    """When a worker was given it, when its outcome was written down, and what it says it took."""

    began: datetime
    ended: datetime
    seconds: float


def trainings(folder: Path) -> list[Training]:
    """Those of a run that have ended, the search's and those beside it, as they began."""
    storage = open_storage(read_run(folder).storage_url, create=False)
    found = [
        Training(trial.datetime_start, trial.datetime_complete, noted["seconds"])
        for name in optuna.get_all_study_names(storage)
        for trial in optuna.load_study(storage=storage, study_name=name).get_trials(deepcopy=False)
        if (noted := trial.user_attrs.get(OUTCOME)) is not None
        if trial.datetime_start is not None and trial.datetime_complete is not None
    ]
    return sorted(found)


def between(found: Sequence[Training], *, workers: int) -> list[float]:
    """Seconds of a worker beside each training, but for the first one of each."""
    ends = sorted(one.ended for one in found)
    return [
        (one.ended - freed).total_seconds() - one.seconds
        for one, freed in zip(found[workers:], ends, strict=False)
    ]


def measured(arguments: Sequence[str], *, trials: int, workers: int) -> dict[str, object]:
    """The row of one search."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "nas.search", *arguments, "--trials", str(trials)]
        started = time.perf_counter()
        done = subprocess.run([*command, "--study", "s", "--out", out, "--quiet"], check=False)
        took = time.perf_counter() - started
        if done.returncode:
            raise InputError(f"the search ended with exit code {done.returncode}")
        found = trainings(Path(out) / "s")
    lost = between(found, workers=workers)
    return {
        "workers": workers,
        "trainings": len(found),
        "training_seconds": statistics.median(one.seconds for one in found),
        "between_seconds": statistics.median(lost),
        "share": sum(lost) / sum(one.seconds for one in found[workers:]),
        "command_seconds": took,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print, and write the table."""
    parser = Parser(prog="python -m benchmarks.overhead", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one process, to see that it works")
    parser.add_argument("--trials", type=count, default=24, metavar="N", help="default 24")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR")
    parser.add_argument("search", nargs="*", help="arguments of nas.search, after --")
    args = parser.parse_args(argv)
    workers = 1 if args.quick else 2
    more = SMALL if args.quick else ("--workers", str(workers))
    row = measured((*SEARCH, *more, *args.search), trials=args.trials, workers=workers)
    write([row], args.out / "overhead.csv")


if __name__ == "__main__":
    sys.exit(run(main))
