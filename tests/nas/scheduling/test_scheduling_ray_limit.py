"""Trainings on Ray that do not end by themselves: each is ended in time, and the rest goes on."""

from pathlib import Path

import pandas as pd
import pytest

from tests.nas.scheduling.process import commands, finish, start, states, tree, wait_until

LIMIT = 0.2  # minutes
FLAGS = (
    *("--space", "tests.nas.evaluation.troubled:SPACE", "--workers", "2", "--no-published"),
    *("--fix", "width=4", "--fix", "kernel=1", "--fix", "pool=max"),
    *("--choices", "mood=well,hangs,stubborn,seizes"),
    *("--trials", "2", "--trial-minutes", str(LIMIT)),
)
NAMED = {
    "hangs": "timeout: out of time in troubled.py:",
    "stubborn": "timeout: ",
    "seizes": "timeout: the worker process was ended, for the training did not end in time",
}


@pytest.mark.slow
def test_what_hangs_in_a_worker_is_ended_by_name_and_leaves_no_process(tmp_path: Path) -> None:
    search = start(tmp_path, *FLAGS)
    wait_until(lambda: states(tmp_path)["COMPLETE"] + states(tmp_path)["FAIL"] >= 1, search)
    running = commands(tree(search.pid))
    code, _, complaints = finish(search)
    assert code == 0, complaints
    assert "Traceback" not in complaints

    table = pd.read_csv(tmp_path / "s" / "trials.csv", dtype=str, keep_default_na=False)
    assert len(table) == 4  # every network of the window
    assert set(table[table.mood == "well"].state) == {"COMPLETE"}
    for mood, failure in NAMED.items():
        assert all(told.startswith(failure) for told in table[table.mood == mood].failure), mood
    (told,) = (line for line in complaints.splitlines() if line.startswith("failures: "))
    assert told == "failures: 3 timeout"
    assert not states(tmp_path)["RUNNING"]
    assert not [pid for pid, command in commands(running).items() if command == running[pid]]
