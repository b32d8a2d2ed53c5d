"""Each way in which an evaluation fails has a name: in the study, the table and the last words."""

import csv
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from nas.evaluation import limit
from nas.search import main
from nas.study.storage import open_storage

SPACE = """
import asyncio
import time

from nas.core.evaluated import EvaluatedSpace
from nas.core.knob import Knob


class Mine(EvaluatedSpace):
    name, objectives = "mine", "error:min,latency:min"
    knobs = (Knob(name="way", choices={ways}), Knob(name="x", choices=(1, 2)))

    def cost(self, genome):
        return {{"latency": 0.1 * genome["x"]}}

    def evaluate(self, genome):
        return getattr(self, genome["way"])(genome["x"])

    def well(self, x):
        return {{"error": 1.0 / x}}

    def again(self, x):
        return {{"error": 1.0, "latency": 0.1 * x * (1 + 1e-12)}}

    def other(self, x):
        return {{"error": 1.0, "latency": 0.1 * x + 0.5}}

    def none(self, x):
        return {{"error": 1.0, "latency": None}}

    def nan(self, x):
        return {{"error": float("nan")}}

    def vast(self, x):
        return {{"error": 10**400}}

    def raises(self, x):
        raise RuntimeError("no luck")

    def leaves(self, x):
        raise SystemExit(3)

    def cancelled(self, x):
        raise asyncio.CancelledError

    def memory(self, x):
        raise MemoryError("too large")

    def hangs(self, x):
        while True:
            try:
                time.sleep(60)
            except ValueError:
                pass

    def hangs_within(self, x):
        try:
            self.hangs(x)
        except Exception as error:
            raise RuntimeError("gave up") from error


SPACE = Mine()
"""
WAYS = {
    "other": "bad-result: evaluate gave latency = 0.6, but cost gave 0.1; expected the same",
    "vast": "bad-result: error = 10000000000",
    "none": "bad-result: latency = None is no number",
    "nan": "bad-result: error = nan is not finite",
    "raises": "error: RuntimeError: no luck (mine_space.py:",
    "leaves": "error: SystemExit: 3 (mine_space.py:",
    "cancelled": "error: CancelledError (mine_space.py:",
    "memory": "out-of-memory: MemoryError: too large (mine_space.py:",
    "hangs": "timeout: out of time in mine_space.py:",
    "hangs_within": "timeout: RuntimeError: gave up (mine_space.py:",
}


@dataclass(frozen=True)
class Searched:
    """What a search came to: exit code, table, complaints, and the failures in its study."""

    code: int
    rows: list[dict[str, str]]
    said: str
    noted: list[str]


def search(home: Path, *ways: str, flags: str = "") -> Searched:
    """In those ways, each of which may take a third of a second."""
    (home / "mine_space.py").write_text(SPACE.format(ways=ways))
    command = f"--space mine_space:SPACE --trials 12 --study s --out {home} {flags}"
    said = StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stderr(said), redirect_stdout(StringIO()):
        patch.setattr(limit, "ALARM", 0.0)
        patch.syspath_prepend(home)
        patch.delitem(sys.modules, "mine_space", raising=False)
        code = main([*command.split(), "--trial-minutes", "0.005"])
        sys.modules.pop("mine_space", None)
    with (home / "s" / "trials.csv").open() as file:
        rows = list(csv.DictReader(file))
    url = f"sqlite:///{home / 's' / 'study.db'}"
    trials = optuna.load_study(storage=open_storage(url), study_name="s").trials
    noted = [trial.user_attrs["failure"] for trial in trials if trial.state == TrialState.FAIL]
    return Searched(code, rows, said.getvalue(), noted)


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Searched:
    """Each way once, and one that goes well."""
    return search(tmp_path_factory.mktemp("failed"), "well", *WAYS, flags="--fix x=1")


@pytest.mark.parametrize("way", WAYS)
def test_it_is_named_in_the_study_in_the_table_and_in_the_last_words(
    way: str, failed: Searched
) -> None:
    (told,) = (row["failure"] for row in failed.rows if row["way"] == way)
    assert told.startswith(WAYS[way])
    assert told in failed.noted
    kind = told.partition(":")[0]
    count = sum(words.startswith(f"{kind}:") for words in WAYS.values())
    (line,) = (line for line in failed.said.splitlines() if line.startswith("failures:"))
    assert f"{count} {kind}" in line.partition(";")[0]


def test_the_rest_goes_on(failed: Searched) -> None:
    assert failed.code == 0
    assert [row["way"] for row in failed.rows if not row["failure"]] == ["well"]
    assert f"the last: {failed.noted[-1]}\n" in failed.said


def test_a_search_in_which_all_fails_names_the_kinds_as_well(tmp_path: Path) -> None:
    nothing = search(tmp_path, "raises", "memory", flags="--quiet")
    assert nothing.code == 1
    (line,) = nothing.said.splitlines()
    start, _, kinds = line.rpartition(": ")
    assert start == "error: no trial succeeded"
    assert sorted(kinds.split(", ")) == ["2 error", "2 out-of-memory"]


def test_a_cost_that_is_measured_as_promised_is_taken_and_the_limit_is_noted(
    tmp_path: Path,
) -> None:
    taken = search(tmp_path, "again")
    assert taken.code == 0
    assert "failures" not in taken.said
    assert sorted(float(row["latency"]) for row in taken.rows) == [0.1, 0.2]
    assert json.loads((tmp_path / "s" / "run.json").read_text())["execution"]["trial_minutes"] > 0


def test_one_is_counted_as_one(tmp_path: Path) -> None:
    search(tmp_path, "well", flags="--trials 1")
    assert "going on after 1 evaluation\n" in search(tmp_path, "well", flags="--trials 2").said
