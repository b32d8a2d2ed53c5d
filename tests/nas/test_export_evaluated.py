"""python -m nas.export on a run whose space evaluated itself: nothing to export, said in a line."""

import json

import pytest

from nas import export
from nas.commandline import run
from nas.search import main


@pytest.fixture
def study(tmp_path, capsys):
    table = tmp_path / "table.csv"
    table.write_text("a,acc,params\n" + "".join(f"{a},{a % 3},{a + 1}\n" for a in range(6)))
    asked = "--knobs a --objectives acc:max,params:min --costs params --trials 5 --study one"
    command = f"--space tabular:{table} {asked} --out {tmp_path / 'runs'}"
    assert main(command.split()) == 0
    capsys.readouterr()
    return tmp_path / "runs" / "one"


def exported(study, out):
    given = ["--study", str(study), "--trial", "0", "--out", str(out)]
    return run(lambda: export.main(given))


def test_there_is_no_network_to_export(study, tmp_path, capsys):
    assert exported(study, tmp_path / "out") == 2
    said = capsys.readouterr().err
    assert "evaluates itself, so there is no network to export" in said
    assert said.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", ["[]", "{", json.dumps({"settings": None})])
def test_a_damaged_run_is_still_called_damaged(study, tmp_path, capsys, content):
    (study / "run.json").write_text(content)
    assert exported(study, tmp_path / "out") == 2
    said = capsys.readouterr().err
    assert "no network" not in said
    assert said.count("\n") == 1
