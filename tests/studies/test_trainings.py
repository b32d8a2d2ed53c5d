"""A study's trainings are carried out once each, and another run goes on from their table."""

from dataclasses import replace

import pandas as pd
import pytest

from nas.core.errors import InputError
from nas.core.evaluation import Failure, Score
from studies import pool
from studies.setup import Setup
from studies.trainings import COLUMNS, Training, train


@pytest.fixture(scope="module")
def setup():
    return Setup.of(
        *("--space", "tests.nas.toy:SPACE", "--data", "digits", "--resolution", "8"),
        *("--width-scale", "1", "--epochs", "1", "--data-share", "0.05", "--val-limit", "40"),
    )


@pytest.fixture
def planned(setup):
    genomes = [dict(member.genome) for member in setup.region.members[:2]]
    return [
        Training(
            label=f"network {index}",
            member=setup.member(genome),
            replicate=replicate,
            fidelity=setup.fidelity,
        )
        for replicate in range(2)
        for index, genome in enumerate(genomes)
    ]


@pytest.fixture
def carried_out(monkeypatch):
    """Identities of what was trained; in this process, and without training."""
    jobs = []

    class Pool:
        def __init__(self, *_args, **_named):
            """As the one it stands for."""

        def submit(self, _run, job):
            from concurrent.futures import Future

            jobs.append((job.evaluation.key, job.evaluation.replicate))
            done = Future()
            done.set_result(
                Score(accuracy=0.5, loss=1.0, seconds=2.0, device="cpu", images_per_second=1.0)
                if job.evaluation.replicate < 5
                else Failure(kind="diverged", message="NaN", seconds=1.0, device="cpu")
            )
            return done

        def shutdown(self, **_named):
            """Nothing to end."""

    monkeypatch.setattr(pool, "ProcessPoolExecutor", Pool)
    return jobs


def test_each_is_trained_once_and_is_a_row(setup, planned, carried_out, tmp_path):
    rows = train(setup, [*planned, planned[0]], out=tmp_path / "t.csv", workers=1)
    assert len(carried_out) == len(set(carried_out)) == 4
    assert list(rows["label"])[:2] == ["network 0", "network 1"]
    assert len(rows) == 5
    assert list(pd.read_csv(tmp_path / "t.csv").columns) == COLUMNS


def test_what_the_table_holds_is_not_trained_again(setup, planned, carried_out, tmp_path):
    train(setup, planned[:2], out=tmp_path / "t.csv", workers=1)
    before = (tmp_path / "t.csv").read_text()
    train(setup, planned, out=tmp_path / "t.csv", workers=1)
    assert len(carried_out) == 4
    assert (tmp_path / "t.csv").read_text().startswith(before)


def test_another_fidelity_is_another_training(setup, planned, carried_out, tmp_path):
    longer = [replace(one, fidelity=replace(one.fidelity, epochs=2)) for one in planned]
    rows = train(setup, [*planned, *longer], out=tmp_path / "t.csv", workers=1)
    assert len(carried_out) == 8
    assert set(rows["epochs"]) == {1, 2}


def test_a_table_of_another_setup_is_refused(setup, planned, carried_out, tmp_path):
    train(setup, planned[:1], out=tmp_path / "t.csv", workers=1)
    other = Setup(settings=replace(setup.settings, seed=1))
    with pytest.raises(InputError, match="another --out"):
        train(other, planned, out=tmp_path / "t.csv", workers=1)
    assert len(carried_out) == 1


def test_a_file_that_is_no_table_is_refused(setup, planned, carried_out, tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="expected the columns"):
        train(setup, planned, out=tmp_path / "t.csv", workers=1)
    assert carried_out == []


def test_a_failure_is_a_row_and_only_failures_are_an_error(setup, planned, carried_out, tmp_path):
    failing = [replace(one, replicate=one.replicate + 5) for one in planned]
    rows = train(setup, [planned[0], failing[0]], out=tmp_path / "t.csv", workers=1)
    assert list(rows["failure"].fillna("")) == ["", "diverged: NaN"]
    with pytest.raises(InputError, match="no training succeeded"):
        train(setup, failing, out=tmp_path / "t.csv", workers=1)


def test_a_real_training_gives_the_accuracy_of_a_search(setup, planned, tmp_path):
    from nas.evaluation.job import run_job

    rows = train(setup, planned[:1], out=tmp_path / "t.csv", workers=1)
    outcome = run_job(planned[0].job(setup))
    assert isinstance(outcome, Score)
    assert rows["accuracy"].iloc[0] == outcome.accuracy
