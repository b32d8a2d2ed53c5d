"""python -m tests.faults.drivers: four processes drive one study; a line of drivers.csv for each.

400 instant trials on a PostgreSQL server of its own, and on Optuna's journal file; some 4 minutes
on two shared cores.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from optuna.trial import FrozenTrial, TrialState

from nas.study.book import DRIVER
from tests.faults.process import ROOT
from tests.faults.slow_table import KNOBS
from tests.last import note
from tests.nas.database import postgresql, trials_of

INSTANT, SLOW = (f"tests.faults.slow_table:{name}" for name in ("INSTANT", "SPACE"))
CREW, TRIALS = 4, 400
STORAGES, SAMPLERS = ("journal", "postgresql"), ("random", "bayesian")
SECONDS = 280.0  # for a driver from its start to its end
TABLE = Path(__file__).with_suffix(".csv")


@contextmanager
def shared(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty storage."""
    if kind == "journal":
        yield f"journal:{folder / 'study.log'}"
        return
    with postgresql() as url:
        yield url


def start(space: str, storage: str, folder: Path, trials: int, *more: str) -> subprocess.Popen[str]:
    """One driver; all of them give the same command, and write into the same folder."""
    where = ["--study", "s", "--storage", storage, "--out", str(folder)]
    command = ["--space", space, *where, "--trials", str(trials), *more]
    return subprocess.Popen(
        [sys.executable, "-m", "nas.search", *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def together(space: str, storage: str, folder: Path, trials: int, *more: str) -> list[FrozenTrial]:
    """All drivers from beginning to end; the study's trials."""
    crew = [start(space, storage, folder, trials, *more) for _ in range(CREW)]
    for driver in crew:
        said = driver.communicate(timeout=SECONDS)
        assert driver.returncode == 0, said
    return trials_of(storage, "s")


def wrong(trials: list[FrozenTrial], wanted: int, folder: Path) -> Iterator[str]:
    """What is lost, double or left, and what the tables do not say alike."""
    complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    if len(complete) != wanted:
        yield f"{len(complete)} complete, {wanted} asked for"
    if (keys := len({trial.user_attrs["key"] for trial in complete})) != len(complete):
        yield f"{len(complete) - keys} of them double"
    for trial in trials:
        if trial.state in (TrialState.RUNNING, TrialState.WAITING):
            yield f"trial {trial.number} is {trial.state.name} at the end"
    written = pd.read_csv(folder / "s" / "trials.csv")
    if sorted(written.trial) != sorted(trial.number for trial in complete):
        yield "trials.csv has other trials"
    if written.duplicated(list(KNOBS)).any():
        yield "trials.csv has a member twice"
    if json.loads((folder / "s" / "run.json").read_text())["study"] != "s":
        yield "run.json is another's"


def main() -> int:
    """Exit code 1 if anything was wrong."""
    found = 0
    for kind in STORAGES:
        for sampler in SAMPLERS:
            try:
                row, breaches = _measured(kind, sampler)
            except pytest.skip.Exception as reason:
                print(f"{kind}: {reason}", file=sys.stderr)
                continue
            print(row, flush=True)
            note(TABLE, [row], by=("storage", "sampler"))
            found += breaches
    return 1 if found else 0


def _measured(kind: str, sampler: str) -> tuple[dict[str, object], int]:
    """A row, and how many breaches."""
    with tempfile.TemporaryDirectory(prefix="drivers-") as home, shared(kind, Path(home)) as url:
        started = time.monotonic()
        trials = together(INSTANT, url, Path(home), TRIALS, "--sampler", sampler)
        took = time.monotonic() - started
        breaches = list(wrong(trials, TRIALS, Path(home)))
    for breach in breaches:
        print(f"{kind}, {sampler}: {breach}", file=sys.stderr)
    by_each = Counter(trial.user_attrs[DRIVER] for trial in trials if trial.values)
    row = {
        "storage": kind,
        "sampler": sampler,
        "drivers": CREW,
        "trials": TRIALS,
        "complete_by_each": " ".join(str(count) for _, count in by_each.most_common()),
        "seconds": f"{took:.0f}",
        "breaches": len(breaches),
    }
    return row, len(breaches)


if __name__ == "__main__":
    sys.exit(main())
