"""python -m nas.costs: members three ways, a record to go on from, exit code 1 for a wrong one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nas.commandline import run
from nas.costs.__main__ import main

ROOT = Path(__file__).parents[3]
TOY = "tests.nas.costs.exact_toy:SPACE"
WRONG = "tests.nas.costs.exact_toy:WRONG"


@pytest.fixture
def command(capsys):
    def call(*arguments):
        try:
            code = run(lambda: main([*arguments, "--jobs", "1"]))
        except SystemExit as stop:
            code = stop.code
        return code, *capsys.readouterr()

    return call


def test_members_whose_costs_agree_end_with_zero_and_are_not_counted_again(command, tmp_path):
    record = tmp_path / "new" / "verified.jsonl"
    code, out, _ = command("--space", TOY, "--count", "3", "--record", str(record))
    assert code == 0
    assert "toy: 3 members three ways, 0 disagree (3 counted now" in out
    kept = record.read_text()
    record.write_text(kept[:-10])  # cut off in the last line
    assert "(1 counted now" in command("--space", TOY, "--count", "3", "--record", str(record))[1]
    assert "(0 counted now" in command("--space", TOY, "--count", "3", "--record", str(record))[1]
    assert sorted(json.loads(line)["task"] for line in record.read_text().splitlines()) == sorted(
        json.loads(line)["task"] for line in kept.splitlines()
    )


def test_a_disagreement_is_shown_and_ends_with_one_also_from_the_record(command, tmp_path):
    record = tmp_path / "verified.jsonl"
    code, out, _ = command("--space", WRONG, "--count", "1", "--record", str(record))
    assert code == 1
    assert "px: total: parameters -1" in out
    assert "1 members three ways, 1 disagree (1 counted now" in out
    code, out, _ = command("--space", WRONG, "--count", "1", "--record", str(record))
    assert code == 1
    assert "1 disagree (0 counted now" in out


def test_a_result_of_another_cost_model_is_counted_anew(command, tmp_path):
    record = tmp_path / "verified.jsonl"
    assert command("--space", WRONG, "--count", "1", "--record", str(record))[0] == 1
    code, out, _ = command("--space", TOY, "--count", "1", "--record", str(record))
    assert code == 0
    assert "0 disagree (1 counted now" in out


@pytest.mark.parametrize(
    "text", ["bread\nmilk\n", "bread", "{}\n", '["task"]\n', "7\n", "[" * 60_000 + "\n"]
)
def test_a_record_that_is_no_record_costs_one_line_and_stays_as_it_is(command, tmp_path, text):
    record = tmp_path / "notes.txt"
    record.write_text(text)
    code, _, complaint = command("--space", TOY, "--count", "1", "--record", str(record))
    assert code == 2
    assert complaint.startswith(f"error: --record {record}: expected this command's own file")
    assert complaint.count("\n") == 1
    assert record.read_text() == text


def test_several_processes_find_what_one_does(command):
    """As people run it: what a process that runs a package's main defines, others cannot load."""
    arguments = ("--space", WRONG, "--count", "4")
    code, alone, _ = command(*arguments)
    started = [sys.executable, "-m", "nas.costs", *arguments, "--jobs", "2"]
    several = subprocess.run(started, capture_output=True, text=True, timeout=200, cwd=ROOT)
    said = [
        sorted(line for line in out.splitlines() if "px: total" in line)
        for out in (alone, several.stdout)
    ]
    assert code == several.returncode == 1
    assert said[0] == said[1]
    assert len(said[0]) == 4
