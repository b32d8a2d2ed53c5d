"""Whatever stops a search, what is finished stays, and the same command goes on."""

import json
import os
import signal
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from tests.nas.scheduling.process import finish, start, states, trials, wait_until

ASKED = 8
FLAGS = {
    "inline": ("--runner", "inline"),
    "ray": ("--runner", "ray", "--workers", "2"),
}


def complete(out: Path) -> dict[int, str]:
    """Number and key of each finished trial."""
    return {number: key for number, state, key in trials(out) if state == "COMPLETE"}


@pytest.mark.parametrize("runner", FLAGS)
@pytest.mark.timeout(400)
def test_a_search_that_is_interrupted_and_then_killed_loses_and_repeats_nothing(
    runner: str, tmp_path: Path
) -> None:
    """Ctrl-C twice, as a terminal sends it, then SIGKILL to all of it, then to the end."""
    flags = (*FLAGS[runner], "--trials", str(ASKED), "--fix", "mood=slow", "--no-published")

    search = start(tmp_path, *flags)
    wait_until(lambda: states(tmp_path)["COMPLETE"] >= 2, search)
    os.killpg(search.pid, signal.SIGINT)
    wait_until(lambda: states(tmp_path)["RUNNING"] == 0, search)  # it is writing down by now
    if search.poll() is None:
        os.killpg(search.pid, signal.SIGINT)
    code, printed, complaints = finish(search)
    assert code == 130, complaints
    assert "the same command goes on from here" in complaints
    assert "Traceback" not in complaints
    assert printed.lstrip().startswith("trial ")
    assert states(tmp_path)["RUNNING"] == 0
    before = complete(tmp_path)
    assert 2 <= len(before) < ASKED
    assert len(pd.read_csv(tmp_path / "s" / "trials.csv").query("state == 'COMPLETE'")) == len(
        before
    )
    assert (tmp_path / "s" / "front.html").exists()

    search = start(tmp_path, *flags)
    wait_until(lambda: len(complete(tmp_path)) >= len(before) + 2, search)
    os.killpg(search.pid, signal.SIGKILL)
    finish(search)
    after = complete(tmp_path)
    assert before.items() <= after.items()

    code, _, complaints = finish(start(tmp_path, *flags))
    assert code == 0, complaints
    assert "going on after" in complaints
    finally_complete = complete(tmp_path)
    assert after.items() <= finally_complete.items()
    assert len(finally_complete) == ASKED
    assert max(Counter(finally_complete.values()).values()) == 1
    for study in ("s", "s.reference"):
        left = states(tmp_path, study=study)
        assert not left["RUNNING"]
        assert not left["WAITING"]
    table = pd.read_csv(tmp_path / "s" / "trials.csv")
    assert sorted(table.query("state == 'COMPLETE'").number) == sorted(finally_complete)
    assert json.loads((tmp_path / "s" / "run.json").read_text())["execution"]["runner"] == runner
