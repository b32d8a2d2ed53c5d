"""A deterministic search is the same again, and a replay finds the trial that is not."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import optuna
import pandas as pd
import pytest

from nas.evaluation import limit
from nas.search import main

ROOT = Path(__file__).parents[2]
TRIALS = 6
TOY = (
    *("--space", "tests.nas.toy:SPACE", "--data", "digits", "--resolution", "8"),
    *("--width-scale", "1", "--data-share", "0.05", "--val-limit", "50", "--epochs", "1"),
    *("--choices", "mood=well,slow,raises,diverges", "--no-published", "--trials", str(TRIALS)),
)
TABLE = ("--space", "tests.faults.slow_table:INSTANT", "--trials", "20")


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads of so small a training mostly wait for each other."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})


def search(out: Path, name: str, *flags: str) -> pd.DataFrame:
    """The table of a search in this process."""
    assert main([*flags, "--study", name, "--out", str(out), "--quiet"]) == 0
    return table(out, name)


def table(out: Path, name: str) -> pd.DataFrame:
    """What was tried, and what came of it."""
    found = pd.read_csv(out / name / "trials.csv", dtype=str, keep_default_na=False)
    timed = [column for column in found if "second" in column or "memory" in column]
    return found.drop(columns=timed)


def replay(out: Path, name: str, *flags: str) -> int:
    """The exit code."""
    return main(["--replay", str(out / name), "--runner", "inline", *flags])


def tampered(out: Path, name: str) -> None:
    """One result of the study is not what it was."""
    with sqlite3.connect(out / name / "study.db") as database:
        (attribute,) = database.execute(
            "SELECT trial_user_attribute_id FROM trial_user_attributes"
            " WHERE key = 'measured' AND value_json LIKE '%accuracy%' LIMIT 1"
        ).fetchone()
        database.execute(
            "UPDATE trial_user_attributes SET value_json ="
            " json_set(value_json, '$.accuracy', 0.123) WHERE trial_user_attribute_id = ?",
            (attribute,),
        )
    database.close()


def test_a_replay_certifies_a_deterministic_search(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tried = len(search(tmp_path, "s", *TOY, "--runner", "inline", "--deterministic", "3"))
    assert tried >= TRIALS
    assert replay(tmp_path, "s") == 0
    said = capsys.readouterr().out
    assert f"the same: {tried} of {tried} proposals and {tried} of {tried} results" in said


def test_a_replay_finds_the_result_that_is_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search(tmp_path, "s", *TOY, "--runner", "inline", "--deterministic")
    tampered(tmp_path, "s")
    assert replay(tmp_path, "s") == 1
    assert re.search(
        r"^first difference: trial \d+: accuracy 0\.123 then, [\d.]+ now$",
        capsys.readouterr().out,
        re.MULTILINE,
    )


def test_a_replay_finds_the_value_that_the_sampler_never_saw(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search(tmp_path, "s", *TABLE, "--deterministic")
    with sqlite3.connect(tmp_path / "s" / "study.db") as database:
        database.execute("UPDATE trial_values SET value = 99.5 WHERE trial_value_id = 1")
    database.close()
    assert replay(tmp_path, "s") == 1
    assert "first difference: trial 0: values[0] 99.5 then, " in capsys.readouterr().out


def test_a_replay_wants_the_settings_of_the_study(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search(tmp_path, "s", *TOY, "--runner", "inline", "--deterministic")
    path = tmp_path / "s" / "run.json"
    content = json.loads(path.read_text())
    del content["settings"]["lag"]
    path.write_text(json.dumps(content))
    assert replay(tmp_path, "s") == 2
    assert "lag: 8 there, None asked" in capsys.readouterr().err


def test_a_search_that_was_cut_short_is_certified_as_far_as_it_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search(tmp_path, "s", *TOY, "--runner", "inline", "--deterministic")
    with sqlite3.connect(tmp_path / "s" / "study.db") as database:
        database.execute(
            "DELETE FROM trial_user_attributes WHERE key = 'position' AND value_json = '1'"
        )
    database.close()
    assert replay(tmp_path, "s") == 1
    said = capsys.readouterr().out
    assert "1 of 1 proposals" in said
    assert "left out: " in said


def test_an_asynchronous_search_is_repeated_trial_by_trial(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search(tmp_path, "s", *TOY, "--runner", "inline")
    assert replay(tmp_path, "s", "--trials", "3") == 0
    said = capsys.readouterr().out
    assert "asynchronous" in said
    assert "the same: 3 of 3 results" in said


@pytest.mark.parametrize("flags", [("--deterministic",), ()])
def test_a_space_that_evaluates_itself_is_replayed_as_well(
    flags: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search(tmp_path, "s", *TABLE, *flags)
    assert replay(tmp_path, "s") == 0
    assert "20 of 20 results" in capsys.readouterr().out


HANGING = """
import time

from nas.core.evaluated import EvaluatedSpace
from nas.core.knob import Knob


class Hanging(EvaluatedSpace):
    name, objectives = "hanging", "loss:min"
    knobs = (Knob(name="x", choices=(0, 1, 2), ordered=True),)

    def evaluate(self, genome):
        if genome["x"] == 1:
            time.sleep(60)
        if genome["x"] == 2:
            raise ValueError(f"at {id(object()):x} {time.time()}")
        return {"loss": 0.5}


SPACE = Hanging()
"""


@pytest.mark.parametrize("flags", [("--deterministic",), ()])
def test_a_replay_waits_no_longer_than_the_search_did(
    flags: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "hanging_space.py").write_text(HANGING)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(limit, "ALARM", 0.0)
    asked = ("--space", "hanging_space:SPACE", "--trials", "3", "--trial-minutes", "0.005")
    found = search(tmp_path, "s", *asked, *flags)
    assert {failure.partition(":")[0] for failure in found.failure} == {"", "timeout", "error"}
    assert replay(tmp_path, "s") == 0
    assert "3 of 3 results" in capsys.readouterr().out


def told(out: Path, sql: str, *given: object) -> None:
    """Change the study of the run s by hand."""
    with sqlite3.connect(out / "s" / "study.db") as database:
        database.execute(sql, given)
    database.close()


@pytest.mark.parametrize("cost", ["params", "macs", "flops", "seed"])
@pytest.mark.parametrize("flags", [("--deterministic",), ()])
def test_a_replay_finds_the_cost_or_seed_that_is_another(
    cost: str, flags: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search(tmp_path, "s", *TOY, *flags, "--runner", "inline", "--trials", "1")
    told(tmp_path, "UPDATE trial_user_attributes SET value_json = '1' WHERE key = ?", cost)
    capsys.readouterr()
    assert replay(tmp_path, "s") == 1
    said = capsys.readouterr().out
    assert f"{cost} 1 then" in said
    assert "trainings beside the search, which the noise is taken from" in said


@pytest.mark.parametrize("flags", [("--deterministic",), ()])
def test_a_replay_finds_the_cost_of_a_member_that_is_another(
    flags: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search(tmp_path, "s", *TABLE, *flags)
    edit = "json_set(value_json, '$.costs.price', 99.0) WHERE key = 'known'"
    told(tmp_path, f"UPDATE trial_user_attributes SET value_json = {edit}")
    assert replay(tmp_path, "s") == 1
    assert "price 99.0 then" in capsys.readouterr().out


@pytest.mark.parametrize(("flags", "code", "left"), [(("--deterministic",), 1, 3), ((), 0, 1)])
@pytest.mark.parametrize("space", ["networks", "members"])
def test_a_replay_does_not_try_what_ended_the_process(
    space: str,
    flags: tuple[str, ...],
    code: int,
    left: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = TABLE if space == "members" else (*TOY, "--runner", "inline", "--fix", "mood=well")
    search(tmp_path, "s", *asked, *flags, "--trials", "8")
    at = "WHERE trial_id = (SELECT trial_id FROM trials WHERE number = 5 AND study_id = 1)"
    told(tmp_path, f"DELETE FROM trial_values {at}")
    told(tmp_path, f"UPDATE trials SET state = 'FAIL' {at}")
    told(
        tmp_path,
        "INSERT INTO trial_user_attributes (trial_id, key, value_json)"
        f" SELECT trial_id, 'failure', '\"worker-died: so\"' FROM trials {at}",
    )
    capsys.readouterr()
    assert replay(tmp_path, "s") == code
    said = capsys.readouterr().out
    assert f"left out: {left} trials, " in said
    assert f"{8 - left} of {8 - left} results" in said


@pytest.mark.parametrize("flags", [("--deterministic",), ()])
def test_a_replay_knows_that_what_was_refused_was_never_tried(
    flags: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search(tmp_path, "s", *TABLE, *flags, "--trials", "3")
    storage = f"sqlite:///{tmp_path / 's' / 'study.db'}"
    study = optuna.load_study(storage=storage, study_name="s")
    study.enqueue_trial(dict.fromkeys("abcd", 99))
    search(tmp_path, "s", *TABLE, *flags, "--trials", "6")
    assert study.trials[3].user_attrs["failure"].startswith("refused: ")
    capsys.readouterr()
    assert replay(tmp_path, "s") == 0
    assert "6 of 6 results" in capsys.readouterr().out


def test_a_deterministic_search_stopped_and_gone_on_is_as_in_one_go(tmp_path: Path) -> None:
    whole = search(tmp_path, "whole", *TABLE, "--deterministic", "--sampler", "nsgaii")
    for trials in ("7", "20"):
        again = (*TABLE, "--deterministic", "--sampler", "nsgaii", "--trials", trials)
        parts = search(tmp_path, "parts", *again)
    assert parts.equals(whole)


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a search that evaluated two rows of a table."""
    out = tmp_path_factory.mktemp("runs")
    search(out, "s", *TABLE, "--trials", "2", "--deterministic")
    return out / "s"


@pytest.mark.parametrize("command", [["--replay", "y"], ["--help"], [], [*TABLE, "--lost"]])
def test_a_command_that_is_no_search_is_one_line(
    command: list[str], evaluated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shutil.copytree(evaluated, tmp_path / "s") / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"command": command}))
    assert replay(tmp_path, "s") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(r"error: .*run\.json: its command is no search.*\n", said.err)


def test_a_study_that_cannot_be_read_is_not_said_to_be_unwritable(
    evaluated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(evaluated, tmp_path / "s")
    with sqlite3.connect(tmp_path / "s" / "study.db") as database:
        database.execute("UPDATE trial_user_attributes SET value_json = CAST(x'ff' AS TEXT)")
    database.close()
    assert replay(tmp_path, "s") == 2
    assert "its study cannot be read" in capsys.readouterr().err


def test_nothing_to_repeat_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay(tmp_path, "s") == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("flag", ["--seed=4", "--sampler=random", "--out=there", "--epochs=3"])
def test_what_a_replay_takes_from_the_run_is_refused(
    flag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--replay", "runs/s", flag])
    assert f"{flag.partition('=')[0]}: --replay takes all such" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--deterministic", "--minutes", "1"), "knows no clock"),
        (("--threads", "2"), "only with --deterministic"),
    ],
)
def test_what_does_not_go_together_is_one_line(
    flags: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        raise SystemExit(main([*TOY, *flags, "--out", str(tmp_path)]))
    assert left.value.code == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_two_workers_of_ray_find_what_one_process_finds(tmp_path: Path) -> None:
    """Most proposals rest on results: they may use all but the last two."""
    asked = [*TOY, "--deterministic", "2", "--sampler", "evolution", "--trials", "14"]
    one = search(tmp_path, "one", *asked, "--runner", "inline")
    command = [*asked, "--runner", "ray", "--workers", "2"]
    subprocess.run(
        [sys.executable, "-m", "nas.search", *command, "--study", "two", "--out", str(tmp_path)],
        cwd=ROOT,
        check=True,
        timeout=280,
    )
    both = [
        found.sort_values("key").reset_index(drop=True) for found in (one, table(tmp_path, "two"))
    ]
    assert both[0].drop(columns="number").equals(both[1].drop(columns="number"))
    assert replay(tmp_path, "two") == 0
