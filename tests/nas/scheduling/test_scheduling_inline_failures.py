"""A search in which single trials fail in every way: each is named, and the rest goes on."""

import json
import os
from dataclasses import dataclass, replace
from typing import Any

import optuna
import pandas as pd
import pytest

from nas.evaluation import limit
from nas.evaluation.job import Job
from nas.scheduling import inline
from nas.search import main
from nas.study.storage import open_storage
from tests.nas.evaluation.troubled import job

FAILURES = {
    "raises": "error: ValueError: the toy does not want to",
    "diverges": "diverged: the training loss is nan at step ",
    "explodes": "diverged: the training loss is ",
    "late": "diverged: the validation loss is nan after ",
    "memory": "out-of-memory: OutOfMemoryError: the toy wants more memory",
    "hangs": "timeout: out of time in troubled.py:",
    "frozen": "error: network: expected a parameter to train; ",
    "unbuilt": "error: --space tests.nas.evaluation.troubled:SPACE: build raised KeyError: 'plan'",
    "babbles": "bad-result: expected a Score or a Failure; got dict: {'accuracy': 'high'}",
}
COUNTS = {"error": 3, "diverged": 3, "out-of-memory": 1, "timeout": 1, "bad-result": 1}
MINUTES = 5.0  # allowed for a trial; no test waits for so long
WELL = ("well", "hungry")


@dataclass(frozen=True)
class Ended:
    """A search that has ended."""

    code: int
    said: str
    table: pd.DataFrame
    trials: list[optuna.trial.FrozenTrial]


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Of one network in each mood; those that babble send back what is no outcome."""
    out, run_job = tmp_path_factory.mktemp("inline"), inline.run_job

    def sent(asked: Job) -> Any:
        assert asked.seconds == 60 * MINUTES
        mood = asked.evaluation.genome["mood"]
        if mood == "babbles":
            return json.loads('{"accuracy": "high"}')
        return run_job(replace(asked, seconds=1.0) if mood == "hangs" else asked)

    run_job(job())  # what PyTorch imports in its first training may take longer than is allowed
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limit, "ALARM", 0.1)
        patch.setattr(inline, "run_job", sent)
        patch.setattr(os, "sched_getaffinity", lambda _: {0})
        said: list[str] = []
        patch.setattr("sys.stderr.write", said.append)
        code = main(
            [
                *("--space", "tests.nas.evaluation.troubled:SPACE", "--data", "digits"),
                *("--resolution", "8", "--width-scale", "1", "--data-share", "0.05"),
                *("--val-limit", "50", "--epochs", "1", "--runner", "inline", "--no-published"),
                *("--fix", "width=4", "--fix", "kernel=1", "--fix", "pool=max"),
                *("--choices", f"mood={','.join((*WELL, *FAILURES))}"),
                *(
                    "--trials",
                    "6",
                    "--trial-minutes",
                    str(MINUTES),
                    "--study",
                    "s",
                    "--out",
                    str(out),
                ),
            ]
        )
    storage = open_storage(f"sqlite:///{out / 's' / 'study.db'}")
    return Ended(
        code=code,
        said="".join(said),
        table=pd.read_csv(out / "s" / "trials.csv", dtype=str, keep_default_na=False),
        trials=optuna.load_study(study_name="s", storage=storage).trials,
    )


def test_every_trial_ends_and_the_rest_goes_on(search: Ended) -> None:
    assert search.code == 0
    assert sorted(search.table.mood) == sorted((*WELL, *FAILURES))
    assert set(search.table[search.table.mood.isin(WELL)].state) == {"COMPLETE"}


@pytest.mark.parametrize("mood", FAILURES)
def test_each_failure_is_named_in_the_table_and_in_the_study(search: Ended, mood: str) -> None:
    (told,) = search.table[search.table.mood == mood].failure
    assert told.startswith(FAILURES[mood])
    (trial,) = (trial for trial in search.trials if trial.params["mood"] == mood)
    assert trial.state.name == "FAIL"
    assert trial.user_attrs["failure"] == told


def test_the_exit_summary_counts_each_kind(search: Ended) -> None:
    (line,) = (line for line in search.said.splitlines() if line.startswith("failures: "))
    counts = (told.split() for told in line.removeprefix("failures: ").split(", "))
    assert {kind: int(count) for count, kind in counts} == COUNTS


def test_a_batch_that_was_cut_to_fit_is_told_in_the_table_and_in_the_study(search: Ended) -> None:
    parts = {
        trial.params["mood"]: trial.user_attrs.get("measured", {}).get("parts")
        for trial in search.trials
    }
    assert [parts[mood] for mood in WELL] == [1, 4]
    table = search.table.set_index("mood")
    assert [table.loc[mood].parts for mood in WELL] == ["1", "4"]
    assert table.loc["raises"].parts == ""
