"""Four processes, one study: together they do what one would, whatever database they share."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState
from sqlalchemy.engine import make_url

from nas.search import main
from nas.study.book import CLAIM, DRIVER
from nas.study.drivers import Drivers
from nas.study.storage import open_storage
from tests.faults.drivers import INSTANT, SAMPLERS, SLOW, STORAGES, shared, start, together, wrong
from tests.faults.wire import wired
from tests.nas.database import trials_of


@pytest.fixture(params=STORAGES)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where the study lies."""
    with shared(request.param, tmp_path) as url:
        yield url


@pytest.mark.parametrize("storage", ["journal"], indirect=True)
def test_four_drivers_end_with_exactly_the_trials_asked_for(storage: str, tmp_path: Path) -> None:
    trials = together(SLOW, storage, tmp_path, 60, "--sampler", "random")
    assert list(wrong(trials, 60, tmp_path)) == []
    assert len({trial.user_attrs[DRIVER] for trial in trials if trial.values}) > 1


@pytest.mark.slow  # the last result of its kind: tests/faults/drivers.csv
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_four_drivers_four_hundred_trials(storage: str, sampler: str, tmp_path: Path) -> None:
    trials = together(INSTANT, storage, tmp_path, 400, "--sampler", sampler)
    assert list(wrong(trials, 400, tmp_path)) == []


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
    assert list(wrong(trials_of(storage, "s"), 60, tmp_path)) == []


@pytest.mark.parametrize("storage", ["journal"], indirect=True)
def test_of_two_with_other_settings_one_is_refused_before_it_tries_anything(
    storage: str, tmp_path: Path
) -> None:
    crew = [start(SLOW, storage, tmp_path, 8, "--seed", str(seed)) for seed in range(2)]
    said = [driver.communicate(timeout=280)[1] for driver in crew]
    codes = [driver.returncode for driver in crew]
    assert sorted(codes) == [0, 2], said
    seed = codes.index(0)
    assert said[1 - seed].count("\n") == 1
    assert f"other settings: seed: {seed} there, {1 - seed} asked" in said[1 - seed]
    trials = trials_of(storage, "s")
    assert len({trial.user_attrs[DRIVER] for trial in trials}) == 1
    assert list(wrong(trials, 8, tmp_path)) == []
    assert json.loads((tmp_path / "s" / "run.json").read_text())["settings"]["seed"] == seed


@pytest.mark.slow
@pytest.mark.parametrize("storage", ["postgresql"], indirect=True)
def test_a_database_that_is_away_for_a_while_costs_no_trial_and_makes_none_twice(
    storage: str, tmp_path: Path
) -> None:
    """Also between a trial's commit and the answer to that: such a one is written twice."""
    place, cuts = make_url(storage), 8
    with wired(place.port or 0) as wire:
        through = place.set(port=wire.port).render_as_string()
        with start(SLOW, through, tmp_path, 300, "--sampler", "random") as driver:
            try:
                while not trials_of(storage, "s"):
                    assert driver.poll() is None, driver.communicate()
                    time.sleep(0.1)
                for cut in range(cuts):
                    wire.cut()
                    if cut % 4:  # the next connection spells its first statements out
                        wire.cut_at_the_answer_to(b"INSERT INTO trials ", b"COMMIT")
                        wire.mend()
                        while not wire.is_cut and driver.poll() is None:
                            time.sleep(0.005)
                    time.sleep(0.3)
                    wire.mend()
                    time.sleep(1.5)
                said = driver.communicate(timeout=200)[1]
            finally:
                driver.kill()
    assert driver.returncode == 0, said
    assert "Traceback" not in said
    trials = trials_of(storage, "s")
    assert list(wrong(trials, 300, tmp_path)) == []
    claims = Counter(trial.system_attrs[CLAIM] for trial in trials)
    assert max(claims.values()) > 1, "none was written twice, so that this shows nothing"


# Who drives it in which way


def asked(out: Path, trials: int, *flags: str) -> list[str]:
    """The arguments of a search for so many instant trials."""
    where = ("--study", "s", "--out", str(out), "--trials", str(trials))
    return ["--space", INSTANT, "--sampler", "random", *where, *flags]


def test_a_driver_that_finds_the_database_in_the_run_takes_nobody_for_dead(tmp_path: Path) -> None:
    """Without --storage, in the folder of a run that has one: another driver may be at it."""
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    assert main(asked(tmp_path, 3, "--storage", url)) == 0
    study = optuna.load_study(storage=open_storage(url), study_name="s")
    living = Drivers(study._storage, study._study_id, alone=False)
    theirs = study.ask()
    theirs.set_user_attr(DRIVER, living.name)
    assert main(asked(tmp_path, 6, "--minutes", "0.05")) == 0
    assert study.trials[theirs.number].state == TrialState.RUNNING
    assert sum(trial.state == TrialState.COMPLETE for trial in study.trials) == 5
    living.close()
    assert main(asked(tmp_path, 6)) == 0
    assert study.trials[theirs.number].state == TrialState.FAIL
    assert sum(trial.state == TrialState.COMPLETE for trial in study.trials) == 6


def test_the_database_of_a_run_that_one_process_drives_is_not_shared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(asked(tmp_path / "a", 3)) == 0
    url = f"sqlite:///{tmp_path / 'a' / 's' / 'study.db'}"
    capsys.readouterr()
    assert main(asked(tmp_path / "b", 3, "--storage", url)) == 2
    assert "driven by one process; leave --storage out" in capsys.readouterr().err
    assert not (tmp_path / "b").exists()


def test_a_database_that_several_share_is_not_driven_as_if_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where it lies as that of a run would."""
    folder = tmp_path / "b" / "s"
    folder.mkdir(parents=True)
    assert main(asked(tmp_path / "a", 3, "--storage", f"sqlite:///{folder / 'study.db'}")) == 0
    capsys.readouterr()
    assert main(asked(tmp_path / "b", 3)) == 2
    assert "give the same --storage as they do" in capsys.readouterr().err
