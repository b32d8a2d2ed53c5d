"""The full race, `make race`: every command holds, and one of them is run small."""

import subprocess
from pathlib import Path

import pandas as pd
import pytest

from nas.commandline import run
from studies.sampler_race import __main__ as single
from studies.sampler_race import full

ROOT = Path(__file__).parents[2]


def test_the_target_starts_the_full_race():
    said = subprocess.run(
        ["make", "--dry-run", "race", "TABLES=here"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "-m studies.sampler_race.full --tables here" in said.stdout


def test_the_sub_space_is_raced_from_here_and_gone_on_with(tmp_path, capsys):
    asked = f"--tables {tmp_path} --only subspace --out {tmp_path} --evaluations 25 --seeds"
    assert full.main([*asked.split(), "1"]) == 0
    runs = pd.read_csv(tmp_path / "runs.csv")
    assert {*runs["sampler"]} == {"random", *full.FOUR, *full.OURS}
    assert {*runs["problem"]} == {"subspace"}
    capsys.readouterr()
    assert full.main([*asked.split(), "1"]) == 0
    assert capsys.readouterr().err == ""


def test_a_table_that_is_not_there_is_left_out_and_said(tmp_path, capsys):
    asked = f"--tables {tmp_path} --only transnas,nb201 --out {tmp_path / 'out'}"
    assert full.main(asked.split()) == 0
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 3
    assert all(line.endswith("not there, so not raced") for line in said)


def test_every_command_is_one_that_the_race_understands(tmp_path, monkeypatch):
    raced = []

    def note(command):
        args = single._parser().parse_args(command)
        assert {*args.samplers} <= {*single.SAMPLERS}
        assert {*args.variants} <= {*single.VARIANTS}
        assert (args.table is None) == (args.knobs == ())
        raced.append((args.table and args.table.name, args.batch))

    monkeypatch.setattr(full, "race", note)
    for table in {one.table for one in full.RACES} - {None}:
        (tmp_path / table).touch()
    assert full.main(["--tables", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    assert len(raced) == len({*raced}) + 2 == len(full.RACES)  # the variants are of one table


def test_an_unknown_race_costs_one_line(tmp_path, capsys):
    asked = f"--tables {tmp_path} --only nb301 --out {tmp_path}"
    assert run(lambda: full.main(asked.split())) == 2
    assert "--only nb301: expected some of nb201, variants" in capsys.readouterr().err


@pytest.mark.parametrize("name", full.NAMES)
def test_no_two_races_of_a_name_are_the_same(name):
    own = [one for one in full.RACES if one.name == name]
    assert len({*own}) == len(own)
