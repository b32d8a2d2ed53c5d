"""python -m nas.compare on runs of real searches."""

import re
from dataclasses import replace

import pytest
from matplotlib.image import imread

from nas import compare
from nas.commandline import run
from nas.core.errors import InputError
from nas.core.objective import Objective
from nas.reporting.comparison.text import comparison_text
from nas.reporting.view.versus import versus
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
    assert found.settings == (("fidelity.epochs", ("-", "9")),)
    assert "measured differently" in comparison_text(found)


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
    assert re.search(r"^seed +0 +3$", said, re.MULTILINE)
    assert "digest" in said
    assert "measured differently" in said
    assert imread(out.with_suffix(".png")).std() > 0.02
    text = document(f"file://{out}", tmp_path / "profile")
    assert "second: front" in text
    assert "measured differently" in text
    assert text.count('class="main-svg"') >= 4


def test_mistakes_cost_a_line(runs, tmp_path, capsys):
    assert "two runs or more" in refused(capsys, runs[0])
    assert "expected a run's folder" in refused(capsys, runs[0], tmp_path)
    assert "FILE.html" in refused(capsys, *runs, "--out", tmp_path / "two.png")
    (tmp_path / "file").write_text("")
    assert "cannot be written" in refused(capsys, *runs, "--out", tmp_path / "file" / "two.html")
