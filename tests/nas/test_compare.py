"""python -m nas.compare on runs of real searches."""

import json
import re
import shutil
import sqlite3
from dataclasses import fields, replace

import pytest
from matplotlib.image import imread

from nas import compare
from nas.commandline import run
from nas.core.errors import InputError
from nas.core.objective import Objective
from nas.evaluation.recipe import Recipe
from nas.reporting.comparison.text import comparison_text
from nas.reporting.view.meaning import meaning
from nas.reporting.view.versus import Difference, versus
from tests.nas import ran
from tests.nas.reporting.looked_at import cost_of, document, view


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    return ran.table(out, "first"), ran.table(out, "second", "--seed", "3", better=50.0)


def compared(*given):
    return run(lambda: compare.main([str(one) for one in given]))


def refused(capsys, *given):
    assert compared(*given) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert said.count("\n") == 1
    return said


def _line(lines, pattern):
    return next(number for number, line in enumerate(lines) if re.match(pattern, line))


def worse(genome):
    return 0.3 + 0.001 * cost_of(genome)


def better(genome):
    return worse(genome) + 0.1


def test_the_better_run_has_more_hypervolume_in_the_one_rectangle():
    found = versus([view(worse, study="worse"), view(better, study="better")])
    (_, low), (_, high) = (shares[-1] for shares in found.shares)
    assert low < high <= 1
    assert [len(alone) > 0 for alone in found.alone] == [False, True]


def test_a_run_against_itself_differs_in_nothing():
    found = versus([view(worse), view(worse)])
    assert found.settings == ()
    assert found.shares[0] == found.shares[1]
    assert found.comparable
    assert all(found.alone)
    assert "all settings are alike" in comparison_text(found)


def test_runs_that_were_measured_differently_are_warned_of():
    other = {"space": "toy", "seed": 7, "fidelity": {"epochs": 9}}
    found = versus([view(worse), view(worse, settings=other)])
    assert found.settings == (
        Difference(name="fidelity.epochs", values=("-", "9"), meaning="measured"),
    )
    assert "measured differently" in comparison_text(found)


RESTS_ON = (
    *("space", "target.resolution", "fidelity.epochs", "data.distortion", "data.val_limit"),
    *("digest", "recipe.batch_size", "recipe.mixup", "recipe.flip", "device"),
)
SEARCHED = ("budget.bounds.0.low", "choices.se", "sampler", "seed", "objectives", "lag")
ROUNDING = ("recipe.eval_batch_size", "recipe.execution", "recipe.checkpointing", "threads")


def nested(name, value):
    for part in reversed(name.split(".")):
        value = {part: value}
    return value


@pytest.mark.parametrize("name", [*RESTS_ON, *SEARCHED, *ROUNDING])
def test_only_what_results_rest_on_is_warned_of(name):
    one, other = (view(worse, settings=nested(name, value)) for value in (1, 2))
    found = versus([one, other])
    assert [one.name for one in found.settings] == [name]
    assert found.comparable is (name not in RESTS_ON)
    (words,) = (line for line in comparison_text(found).splitlines() if line.endswith(":"))
    assert words.startswith(
        {**dict.fromkeys(SEARCHED, "what was searched"), **dict.fromkeys(ROUNDING, "without")}.get(
            name, "what a network's result rests on"
        )
    )


def test_every_field_of_the_recipe_is_known_to_matter_or_not():
    """A new one has to be thought about; it is taken to matter until then."""
    harmless = {name.removeprefix("recipe.") for name in ROUNDING if name.startswith("recipe.")}
    assert harmless < {field.name for field in fields(Recipe)}
    assert meaning("recipe.something_new", same_content=True) == "measured"


def test_the_same_data_under_another_name_are_the_same_data():
    def made(source, digest):
        return view(worse, settings={"data": {"source": source}, "digest": digest})

    assert versus([made("idx:/here", "a"), made("idx:/there", "a")]).comparable
    assert not versus([made("idx:/here", "a"), made("idx:/here", "b")]).comparable


def test_runs_of_one_name_are_told_apart():
    two = [view(worse), view(better)]
    assert versus(two, ["x/made-up", "y/made-up"]).names == ("x/made-up", "y/made-up")
    assert versus(two, ["x", "x"]).names == ("x (1)", "x (2)")
    assert versus([view(worse, study="one"), *two], ["a", "b", "c"]).names == ("one", "b", "c")


def test_the_order_of_objectives_does_not_matter():
    one = view(worse)
    turned = replace(one, objectives=one.objectives[::-1], study="turned")
    found = versus([one, turned])
    assert found.shares[0] == found.shares[1]


def test_other_objectives_cannot_be_compared():
    one = view(worse)
    other = replace(one, objectives=(one.objectives[0], Objective("macs", "minimize")))
    with pytest.raises(InputError, match="the same objectives"):
        versus([one, other])


def test_the_command_prints_and_draws(runs, tmp_path, capsys):
    out = tmp_path / "there" / "two.html"
    assert compared(*runs, "--out", out) == 0
    said = capsys.readouterr().out
    assert re.search(r"^first +20 ", said, re.MULTILINE)
    assert re.search(r"^second +20 ", said, re.MULTILINE)
    settings = said[said.index("\nsetting ") :].splitlines()
    assert settings.index("what a network's result rests on:") < _line(settings, r"  digest +\w+")
    assert settings.index("what was searched, and how:") < _line(settings, r"  seed +0 +3")
    assert "measured differently (space, digest)" in said
    assert imread(out.with_suffix(".png")).std() > 0.02
    text = document(f"file://{out}", tmp_path / "profile")
    assert "second: front" in text
    assert "measured differently" in text
    assert text.count('class="main-svg"') >= 4


def lying_in(run, url, folder):
    """A copy of it whose run.json says so."""
    shutil.copytree(run, folder)
    content = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(content | {"storage": url}))
    return folder


def test_runs_in_a_database_are_found_by_its_url_and_others_where_they_are(runs, tmp_path, capsys):
    first, second = runs
    served = lying_in(first, "postgresql://me:***@nowhere/db", tmp_path / "served")
    there = f"sqlite:///{first / 'study.db'}"
    assert compared(served, second, "--storage", there) == 0
    assert len(re.findall(r"^(?:first|second) +20 ", capsys.readouterr().out, re.MULTILINE)) == 2
    other = lying_in(second, "postgresql://me:***@elsewhere/db", tmp_path / "other")
    said = refused(capsys, served, other, "--storage", there)
    assert "me:***@nowhere/db and postgresql://me:***@elsewhere/db" in said
    journal = lying_in(second, "journal:a.log", tmp_path / "journal")
    assert "none of these runs" in refused(capsys, first, journal, "--storage", there)


def test_a_damaged_study_costs_a_line(runs, tmp_path, capsys):
    copy = lying_in(runs[0], "study.db", tmp_path / "copy")
    with sqlite3.connect(copy / "study.db") as database:
        database.execute("UPDATE trial_user_attributes SET value_json = CAST(x'ff' AS TEXT)")
    database.close()
    assert "its study cannot be read" in refused(capsys, runs[0], copy)


def test_mistakes_cost_a_line(runs, tmp_path, capsys):
    assert "two runs or more" in refused(capsys, runs[0])
    assert "expected a run's folder" in refused(capsys, runs[0], tmp_path)
    assert "FILE.html" in refused(capsys, *runs, "--out", tmp_path / "two.png")
    (tmp_path / "file").write_text("")
    assert "cannot be written" in refused(capsys, *runs, "--out", tmp_path / "file" / "two.html")
