"""Four processes, one study: together they do what one would, whatever database they share."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas
import pytest
from optuna.trial import FrozenTrial, TrialState

from tests.nas.database import postgresql, trials_of

ROOT = Path(__file__).parents[2]
INSTANT, SLOW = (f"tests.faults.slow_table:{name}" for name in ("INSTANT", "SPACE"))


@pytest.fixture(params=["journal", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where the study lies."""
    if request.param == "journal":
        yield f"journal:{tmp_path / 'study.log'}"
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
    """Four drivers from beginning to end; the study's trials."""
    crew = [start(space, storage, folder, trials, *more) for _ in range(4)]
    for driver in crew:
        said = driver.communicate(timeout=280)
        assert driver.returncode == 0, said
    return trials_of(storage, "s")


def check(trials: list[FrozenTrial], wanted: int, folder: Path) -> None:
    """None lost, none double, none left, and the tables say the same."""
    complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    assert len(complete) == wanted
    assert len({trial.user_attrs["key"] for trial in complete}) == wanted
    assert not any(trial.state == TrialState.RUNNING for trial in trials)
    written = pandas.read_csv(folder / "s" / "trials.csv")
    assert len(written) == wanted
    assert not written.duplicated(list("abcd")).any()
    assert json.loads((folder / "s" / "run.json").read_text())["study"] == "s"


@pytest.mark.parametrize("storage", ["journal"], indirect=True)
def test_four_drivers_end_with_exactly_the_trials_asked_for(storage: str, tmp_path: Path) -> None:
    trials = together(SLOW, storage, tmp_path, 60, "--sampler", "random")
    check(trials, 60, tmp_path)
    assert len({trial.user_attrs["driver"] for trial in trials if trial.values}) > 1


@pytest.mark.slow
@pytest.mark.parametrize("sampler", ["random", "bayesian"])
def test_four_drivers_four_hundred_trials(storage: str, sampler: str, tmp_path: Path) -> None:
    check(together(INSTANT, storage, tmp_path, 400, "--sampler", sampler), 400, tmp_path)


@pytest.mark.parametrize("storage", ["postgresql"], indirect=True)
def test_one_that_is_killed_is_replaced_by_the_others(storage: str, tmp_path: Path) -> None:
    crew = [start(SLOW, storage, tmp_path, 60, "--sampler", "random") for _ in range(2)]
    while not trials_of(storage, "s"):
        assert crew[0].poll() is None
        time.sleep(0.1)
    crew[0].kill()
    crew[0].communicate(timeout=60)
    said = crew[1].communicate(timeout=280)
    assert crew[1].returncode == 0, said
    check(trials_of(storage, "s"), 60, tmp_path)
