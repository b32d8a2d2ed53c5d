"""A search of a space that brings its own evaluation, as a person starts it."""

import csv
import signal
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path

import optuna
import pytest
from optuna.exceptions import StorageInternalError
from optuna.trial import TrialState

from nas.core.evaluated import EvaluatedSpace
from nas.core.knob import Knob
from nas.search import main
from nas.study.book import Book
from nas.study.proposals import Proposals

KNOBS = "--knobs a,b --objectives acc:max,params:min --costs params"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    rows = [f"{a},{b},{(a * 7 + b * 3) % 11},{a + 0.5 * b}" for a in range(6) for b in range(6)]
    path.write_text("\n".join(["a,b,acc,params", *rows]) + "\n")
    return path


@pytest.fixture
def search(tmp_path, table, capsys):
    """The exit code, what was printed, and the rows of trials.csv."""

    def call(arguments: str = "", *, asked: str = KNOBS):
        command = f"--space tabular:{table} {asked} --out {tmp_path / 'runs'} {arguments}"
        try:
            code = main(command.split())
        except SystemExit as left:
            code = int(left.code or 0)
        found = sorted((tmp_path / "runs").glob("*/trials.csv"))
        rows = [list(csv.DictReader(path.read_text().splitlines())) for path in found]
        return code, capsys.readouterr(), rows

    return call


def test_trials_have_a_column_for_each_knob_objective_and_cost_in_order(search):
    code, _, (rows,) = search("--trials 8")
    assert code == 0
    assert [*rows[0]][:4] == ["a", "b", "acc", "params"]
    assert [int(row["trial"]) for row in rows] == [*range(8)]
    assert len({(row["a"], row["b"]) for row in rows}) == 8
    for row in rows:
        assert float(row["acc"]) == (int(row["a"]) * 7 + int(row["b"]) * 3) % 11
        assert float(row["params"]) == int(row["a"]) + 0.5 * int(row["b"])


@pytest.mark.parametrize("sampler", ["bayesian", "random", "evolution", "tpe", "nsgaii"])
def test_an_exhausted_table_ends_well(search, sampler):
    code, said, (rows,) = search(f"--trials 100 --sampler {sampler}")
    assert code == 0
    assert len(rows) == 36
    assert "no other member was found" in said.err


def test_it_stays_inside_the_window(search):
    _, _, (rows,) = search("--trials 100 --budget 2-3.5")
    assert len(rows) == 12
    assert all(2 <= float(row["params"]) <= 3.5 for row in rows)


def test_narrowed_knobs_and_within_do_the_same_for_any_cost(search):
    _, _, (rows,) = search("--trials 100 --within params=-1 --choices a=0,1")
    assert {(row["a"], row["b"]) for row in rows} == {
        ("0", "0"),
        ("0", "1"),
        ("0", "2"),
        ("1", "0"),
    }


def test_the_same_command_goes_on_and_repeats_nothing(search):
    _, _, (first,) = search("--trials 6 --study same")
    _, _, (rows,) = search("--trials 12 --study same")
    assert rows[:6] == first
    assert len({(row["a"], row["b"]) for row in rows}) == 12


def test_stopped_and_gone_on_is_the_same_as_at_once(search):
    search("--trials 5 --study parts")
    search("--trials 14 --study parts")
    _, _, runs = search("--trials 14 --study whole")
    parts, whole = runs
    assert [(row["a"], row["b"]) for row in parts] == [(row["a"], row["b"]) for row in whole]


def test_another_table_under_the_same_name_is_refused(search, table):
    search("--trials 3 --study same")
    table.write_text(table.read_text().replace("0,0,0,0.0", "0,0,9,0.0"))
    code, said, _ = search("--trials 6 --study same")
    assert code == 2
    assert "the data are not the same any more (digest)" in said.err
    assert len(said.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "asked", "words"),
    [
        ("--epochs 3", KNOBS, "--epochs: tabular:"),
        ("--data digits", KNOBS, "brings its own evaluation"),
        ("--flops 1-2", KNOBS, "expected one of the costs (params); got 'flops'"),
        ("--within params", KNOBS, "expected COST=LO-HI"),
        ("--within params=5-1", KNOBS, "the lower bound is above"),
        ("--within params=cheap", KNOBS, "expected a window such as"),
        ("--budget 900-", KNOBS, "fits: params 900-; nearest: params 7.5; widen it"),
        ("--budget=-0.2 --fix a=1", KNOBS, "nearest: params 1; widen it"),
        ("--budget 2.6-2.9", KNOBS, "nearest: params 2.5 and 3; widen it"),
        ("--within params=9- --fix a=5 --fix b=0", KNOBS, "nearest: params 5; widen it"),
        ("--workers 2", KNOBS, "--workers: tabular:"),
        ("--workers=2", KNOBS, "several processes with --storage"),
        ("--runner ray", KNOBS, "brings its own evaluation, in this process"),
        ("--device auto", KNOBS, "--device: tabular:"),
        ("--keep-weights front", KNOBS, "brings its own evaluation, leave it out"),
        ("--storage journal:/no/where/x.log", KNOBS, "/no/where does not exist"),
        ("--storage sqlite:////no/where/x.db", KNOBS, "/no/where does not exist"),
        ("--fix a=77", KNOBS, "expected one of 0, 1, 2, 3, 4, 5"),
        ("", "--objectives acc:max", "expected --knobs as well"),
        ("", "--knobs a,a --objectives acc:max", "each once"),
    ],
)
def test_a_mistake_costs_one_line(search, tmp_path, arguments, asked, words):
    code, said, _ = search(arguments, asked=asked)
    assert code == 2
    assert words in said.err
    assert len(said.err.strip().splitlines()) == 1
    assert not [*(tmp_path / "runs").glob("*")]


def test_what_goes_without_saying_may_be_said(search):
    assert search("--trials 3 --runner inline --workers 1")[0] == 0


def test_the_command_that_looks_at_a_journal_names_its_file(search, tmp_path):
    _, said, _ = search(f"--trials 3 --storage journal:{tmp_path / 'a.log'}")
    assert f"watch: optuna-dashboard --host 127.0.0.1 {tmp_path / 'a.log'}\n" in said.out


def test_choices_that_no_row_has_together_are_told_as_such(search, table):
    table.write_text(table.read_text().replace("0,0,0,0.0\n", ""))
    code, said, _ = search("--fix a=0 --fix b=0")
    assert code == 2
    assert "has all of these choices" in said.err


def test_bounds_that_are_not_met_together_are_told_with_what_is_near(search, table):
    columns = [f"{line},{9 - number}" for number, line in enumerate(table.read_text().split()[1:])]
    table.write_text("\n".join(["a,b,acc,params,time", *columns]) + "\n")
    asked = "--knobs a,b --objectives acc:max,params:min --costs params,time"
    code, said, _ = search("--within params=-0.5 --within time=-4", asked=asked)
    assert code == 2
    assert "nearest: params 1 with time -4; or time 8 with params -0.5; widen it" in said.err


def test_windows_of_self_evaluating_spaces_are_refused_for_networks(capsys, tmp_path):
    assert main(["--space", "accvit", "--within", "params=1-2", "--out", str(tmp_path)]) == 2
    assert "--budget, --macs or --flops" in capsys.readouterr().err


def test_flags_of_tables_are_refused_for_networks(capsys, tmp_path):
    assert main(["--space", "accvit", "--knobs", "a,b", "--out", str(tmp_path)]) == 2
    assert "only for tables" in capsys.readouterr().err


FAILING = """
from nas.core.evaluated import EvaluatedSpace
from nas.core.knob import Knob

class Failing(EvaluatedSpace):
    name = "failing"
    objectives = "loss:min"
    knobs = (Knob(name="x", choices=tuple(range(30)), ordered=True),)

    def evaluate(self, genome):
        if genome["x"] % 3 == 0:
            raise RuntimeError("no luck")
        return {"loss": float("nan") if genome["x"] % 3 == 1 else abs(genome["x"] - 20)}

SPACE = Failing()

class Never(Failing):
    def evaluate(self, genome):
        raise RuntimeError("never")

NEVER = Never()
"""


@pytest.fixture
def failing(tmp_path, monkeypatch):
    (tmp_path / "failing_space.py").write_text(FAILING)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "failing_space", raising=False)


@pytest.mark.usefixtures("failing")
def test_what_fails_costs_the_trial_and_not_the_search(tmp_path, capsys):
    command = f"--space failing_space:SPACE --trials 8 --out {tmp_path / 'runs'}"
    assert main(command.split()) == 0
    (path,) = (tmp_path / "runs").glob("*/trials.csv")
    rows = list(csv.DictReader(path.read_text().splitlines()))
    done = [row for row in rows if not row["failure"]]
    assert all(int(row["x"]) % 3 == 2 for row in done)
    assert {row["failure"] for row in rows} <= {
        "",
        "error: RuntimeError: no luck (failing_space.py:12)",
        "bad-result: loss = nan is not finite",
    }
    assert "failures:" in capsys.readouterr().err


@pytest.mark.usefixtures("failing")
def test_a_search_in_which_all_fails_ends_with_code_1(tmp_path, capsys):
    command = f"--space failing_space:NEVER --trials 3 --out {tmp_path / 'runs'}"
    assert main(command.split()) == 1
    assert "error: no trial succeeded" in capsys.readouterr().err


BASE = """
from nas.core.evaluated import EvaluatedSpace
from nas.core.knob import Knob

class Space(EvaluatedSpace):
    name, objectives = "space", "loss:min,size:min"
    knobs = (Knob(name="x", choices=tuple(range(9)), ordered=True), Knob(name="y", choices=(1, 2)))

    def cost(self, genome):
        return {"size": genome["x"]}

    def evaluate(self, genome):
        return {"loss": 9 - genome["x"]}
"""


@pytest.mark.parametrize(
    ("defect", "said"),
    [
        ("knobs = ()", "knobs: expected one"),
        ("knobs = (Knob(name='x', choices=()),)", "knob x: expected a tuple of 1 to 2000"),
        ("knobs = (Knob(name='x', choices=(1, 1.0)),)", "knob x: expected choices that differ"),
        ("knobs = (Knob(name='x', choices=((1, 2),)),)", "knob x: expected strings, numbers"),
        ("knobs = (Knob(name=3, choices=(1,)),)", "knobs: expected nas.core.knob.Knob"),
        ("knobs = (Knob(name='loss', choices=(1,)),)", "raised KeyError"),
        ("objectives = 3", "objectives: expected words"),
        ("objectives = 'loss'", "expected name:max or name:min"),
        ("members = ()", "members: expected one or more"),
        ("def cost(self, genome): return [1]", "cost expected numbers by name"),
        ("def cost(self, genome): return {'size': 1 / 0}", "cost raised ZeroDivisionError"),
        ("def cost(self, genome): return {'size': float('inf')}", "expected finite numbers"),
        ("def cost(self, genome): return {str(genome['x']): 1}", "the same names for every"),
        ("def violation(self, genome): return False", "expected a reason or None; got False"),
        ("def violation(self, genome): raise OSError('no disk')", "violation raised OSError"),
        ("def violation(self, genome): return 'never'", "no member was found in 20,000 draws"),
    ],
)
def test_a_defective_space_costs_one_line(tmp_path, monkeypatch, capsys, defect, said):
    (tmp_path / "defective.py").write_text(f"{BASE}\n    {defect}\n\nSPACE = Space()\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "defective", raising=False)
    code = main(["--space", "defective:SPACE", "--trials", "3", "--out", str(tmp_path / "runs")])
    err = capsys.readouterr().err
    assert code == 2
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_a_cost_that_goes_wrong_late_keeps_what_was_found(tmp_path, monkeypatch, capsys):
    late = "def cost(self, genome): return {'size': genome['x'] if genome['x'] < 8 else 1 / 0}"
    (tmp_path / "late_space.py").write_text(f"{BASE}\n    {late}\n\nSPACE = Space()\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "late_space", raising=False)
    monkeypatch.setattr("nas.core.evaluated_check.valid_genomes", lambda *_: [{"x": 0, "y": 1}])
    command = f"--space late_space:SPACE --sampler random --trials 20 --out {tmp_path / 'runs'}"
    code, err = main(command.split()), capsys.readouterr().err
    assert code == 2
    assert "cost raised ZeroDivisionError" in err


@pytest.mark.parametrize("content", ["[]", "null", "3", "{", '{"settings": 3}'])
def test_a_damaged_run_is_told_in_a_line(search, tmp_path, content):
    search("--trials 3 --study same")
    (tmp_path / "runs" / "same" / "run.json").write_text(content)
    code, said, _ = search("--trials 6 --study same")
    assert code == 2
    assert len(said.err.strip().splitlines()) == 1


def test_a_strangers_study_is_left_alone(search, tmp_path):
    storage = f"sqlite:///{tmp_path / 'other.db'}"
    other = optuna.create_study(storage=storage, study_name="same", directions=["minimize"])
    other.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    code, said, _ = search(f"--trials 3 --study same --storage {storage}")
    assert code == 2
    assert len(said.err.strip().splitlines()) == 1
    assert not optuna.load_study(storage=storage, study_name="same").user_attrs


class Signals(EvaluatedSpace):
    """Is told to stop at its fifth price or value, and takes that for something of its own."""

    name, objectives = "signals", "loss:min,price:min"
    knobs = (Knob(name="x", choices=tuple(range(20)), ordered=True),)
    prices = calls = 0

    def cost(self, genome):
        return {"price": float(genome["x"])}

    def evaluate(self, genome):
        Signals.calls += 1
        with suppress(BaseException):
            if Signals.calls == 5:
                signal.raise_signal(signal.SIGINT)
        return {"loss": 0.5}


SIGNALS = Signals()


def test_a_ctrl_c_that_an_evaluation_swallows_ends_the_search_all_the_same(tmp_path, capsys):
    where = ["--space", f"{__name__}:SIGNALS", "--out", str(tmp_path), "--study", "s"]
    Signals.calls = 0
    assert main([*where, "--trials", "12"]) == 130
    assert "the same command goes on from here" in capsys.readouterr().err
    assert main([*where, "--trials", "12"]) == 0
    assert Signals.calls == 12


@pytest.mark.parametrize("place", [(Book, "_created"), (Book, "_ended"), (Proposals, "_bind")])
def test_a_ctrl_c_while_a_trial_is_written_down_loses_and_repeats_nothing(
    tmp_path, monkeypatch, place
):
    where = ["--space", f"{__name__}:SIGNALS", "--out", str(tmp_path), "--study", "s"]
    owner, name = place
    honest, times = getattr(owner, name), []

    def stopped(self, *given):
        times.append(1)
        if len(times) == 3:
            signal.raise_signal(signal.SIGINT)
        return honest(self, *given)

    Signals.calls = 5
    monkeypatch.setattr(owner, name, stopped)
    assert main([*where, "--trials", "12", "--sampler", "random"]) == 130
    study = optuna.load_study(storage=f"sqlite:///{tmp_path / 's' / 'study.db'}", study_name="s")
    assert not [trial for trial in study.trials if trial.state == TrialState.RUNNING]
    assert main([*where, "--trials", "12", "--sampler", "random"]) == 0
    assert Signals.calls == 5 + 12


def test_a_complete_trial_is_one_whatever_else_is_noted_with_it(search, tmp_path):
    """As the storage counts: a driver that did not would wait for ever."""
    search("--trials 3")
    (database,) = tmp_path.glob("runs/*/study.db")
    with sqlite3.connect(database) as connection:
        connection.execute(
            "INSERT INTO trial_user_attributes (trial_id, key, value_json)"
            " SELECT trial_id, 'failure', '\"error: so\"' FROM trials"
        )
    connection.close()
    code, _, (rows,) = search("--trials 5")
    assert code == 0
    assert len(rows) == 5


def test_a_storage_that_is_lost_costs_one_line_and_the_table_is_written(
    tmp_path, monkeypatch, capsys
):
    honest, ends = Book.end, []

    def lost(self, *given):
        raise StorageInternalError("gone")

    def end(self, *given):
        ends.append(1)
        if len(ends) == 4:
            monkeypatch.setattr(Book, "end", lost)
            monkeypatch.setattr(Book, "look", lost)
            lost(self)
        return honest(self, *given)

    monkeypatch.setattr(Book, "end", end)
    where = ["--space", f"{__name__}:SIGNALS", "--out", str(tmp_path), "--study", "s"]
    Signals.calls = 5
    assert main([*where, "--trials", "12"]) == 2
    assert "gone" in capsys.readouterr().err.splitlines()[-1]
    table = (tmp_path / "s" / "trials.csv").read_text()
    assert len(list(csv.DictReader(table.splitlines()))) == 3
