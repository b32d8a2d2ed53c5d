"""The race: regret, problems made harder, and a run of the whole on a small generated table."""

import csv
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nas.windows import Member, region_within
from search_spaces.tabular import Table
from studies.sampler_race import made
from studies.sampler_race.__main__ import main
from studies.sampler_race.problem import Problem
from studies.sampler_race.run import race
from studies.sampler_race.summary import summary

ASKED = "--knobs a,b,c --objectives acc:max,cost:min --costs cost"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.csv"
    rows = [
        f"{a},{b},{c},{math.sin(a) + b * c % 3},{1 + a + 2 * b}"
        for a in range(4)
        for b in range(4)
        for c in range(3)
    ]
    path.write_text("\n".join(["a,b,c,acc,cost", *rows]) + "\n")
    return path


@pytest.fixture
def problem(file):
    table = Table(file, knobs=("a", "b", "c"), objectives="acc:max,cost:min", costs=("cost",))
    return Problem("small", table, table, table.members)


def test_the_regret_of_everything_is_nothing_and_of_nothing_is_all(problem):
    assert problem.regrets([*problem.every], [len(problem.every)]) == [pytest.approx(0)]
    assert problem.regrets([None, None], [2]) == [1]


def test_the_regret_is_the_hypervolume_that_is_missing(tmp_path):
    path = tmp_path / "three.csv"
    path.write_text("k,acc,cost\n0,1,1\n1,3,2\n2,2,4\n")
    table = Table(path, knobs=("k",), objectives="acc:max,cost:min", costs=("cost",))
    problem = Problem("three", table, table, table.members)
    assert problem.reference == (2, 4)
    # Only (3, 2) is better than the reference in both: 1 x 2.
    assert problem.regrets(table.members, [1, 2, 3]) == [1, pytest.approx(0), pytest.approx(0)]


@pytest.mark.parametrize("variant", ["noisy", "shifted", "infeasible", "permuted"])
def test_problems_made_harder_are_still_problems(problem, variant):
    harder = getattr(made, variant)(problem)
    assert 0 < len(harder.every) <= len(problem.every)
    assert harder.regrets([*harder.every], [len(harder.every)]) == [pytest.approx(0)]
    outcome = race(harder, "random", seed=0, evaluations=20)
    assert len(outcome.genomes) == 20
    assert (None in outcome.genomes) == (variant == "infeasible")


def test_noise_is_the_same_at_each_look_and_hides_no_truth(problem):
    harder = made.noisy(problem)
    genome = problem.every[5]
    assert harder.space.evaluate(genome) == harder.space.evaluate(genome)
    assert harder.space.evaluate(genome) != problem.space.evaluate(genome)
    assert harder.point(genome) == problem.point(genome)


def test_what_is_renamed_and_mixed_is_worth_the_same(problem):
    harder = made.permuted(problem)
    ahead = sorted(harder.point(genome) for genome in harder.every)
    assert ahead == sorted(problem.point(genome) for genome in problem.every)
    assert {knob.name for knob in harder.space.knobs} == {"k0", "k1", "k2"}


def test_the_large_problem_has_28_knobs_and_a_front_better_than_chance():
    problem = made.large(effort=3)
    assert problem.space.name == "28 knobs (0)"
    sizes = [len(knob.choices) for knob in problem.space.knobs]
    assert len(sizes) == 28
    assert 1e9 < math.prod(sizes) < 1e13
    drawn = race(problem, "random", seed=0, evaluations=40)
    assert 0.1 < problem.regrets(drawn.genomes, [40])[0] < 1


def test_raw_samplers_leave_a_table_with_gaps_and_ours_do_not(tmp_path):
    path = tmp_path / "gaps.csv"
    rows = [f"{i},{(i * 7) % 16},{i % 5},{1 + i}" for i in range(16)]
    path.write_text("\n".join(["a,b,acc,cost", *rows]) + "\n")
    table = Table(path, knobs=("a", "b"), objectives="acc:max,cost:min", costs=("cost",))
    problem = Problem("gaps", table, table, table.members)
    region = region_within(table)
    raw = race(problem, "optuna random", seed=0, evaluations=30)
    assert raw.outside > 0.5
    for name in ("bayesian", "evolution", "random"):
        ours = race(problem, name, seed=0, evaluations=30)
        assert (ours.outside, ours.duplicates, len(ours.genomes)) == (0, 0, 16)
        assert all(isinstance(region.admit(genome), Member) for genome in ours.genomes)


def test_what_is_under_way_is_not_known_yet_and_nothing_is_proposed_twice(problem):
    one, four = (race(problem, "bayesian", seed=0, evaluations=20, batch=n) for n in (1, 4))
    assert len(four.genomes) == len(one.genomes) == len(four.seconds) == 20
    assert four.duplicates == 0
    # The first four are of the start; the fifth knows one of them, and not all of them.
    assert four.genomes[:4] == one.genomes[:4]
    assert four.genomes[4:] != one.genomes[4:]


def test_random_search_does_as_well_in_batches(problem):
    one, eight = (race(problem, "random", seed=3, evaluations=30, batch=n) for n in (1, 8))
    assert one.genomes == eight.genomes


def test_a_batch_larger_than_what_is_left_ends_with_the_table(problem):
    outcome = race(problem, "bayesian", seed=0, evaluations=60, batch=7)
    assert len(outcome.genomes) == len(problem.every) == 48
    assert outcome.duplicates == 0


def test_a_moved_sampler_proposes_members_alone_and_none_twice(tmp_path):
    path = tmp_path / "gaps.csv"
    rows = [f"{i},{(i * 7) % 16},{i % 5},{1 + i}" for i in range(16)]
    path.write_text("\n".join(["a,b,acc,cost", *rows]) + "\n")
    table = Table(path, knobs=("a", "b"), objectives="acc:max,cost:min", costs=("cost",))
    problem = Problem("gaps", table, table, table.members)
    outcome = race(problem, "optuna nsgaii (20) moved", seed=0, evaluations=12)
    assert (outcome.outside, outcome.duplicates, len(outcome.genomes)) == (0, 0, 12)


def test_the_summary_has_students_intervals():
    runs = pd.DataFrame(
        {
            "problem": "p",
            "sampler": "s",
            "batch": [1, 1, 1],
            "regret_25": [0.1, 0.2, 0.4],
            "duplicates": 0.5,
            "outside": 0.0,
            "milliseconds": 2.0,
            "slowest_milliseconds": [3.0, 9.0, 4.0],
        }
    )
    (row,) = summary(runs).to_dict("records")
    low, high = stats.t.interval(
        0.95, 2, loc=np.mean([0.1, 0.2, 0.4]), scale=stats.sem([0.1, 0.2, 0.4])
    )
    assert row["±_25"] == pytest.approx((high - low) / 2, abs=1e-4)
    assert (row["n"], row["slowest_milliseconds"], row["duplicates"]) == (3, 9, 0.5)


def test_a_race_is_run_kept_and_not_repeated(file, tmp_path, capsys):
    out = tmp_path / "out"
    command = (
        f"--table {file} {ASKED} --samplers random,bayesian --seeds 2 --evaluations 25"
        f" --workers 1 --out {out}"
    )
    assert main(command.split()) == 0
    rows = list(csv.DictReader((out / "runs.csv").read_text().splitlines()))
    assert len(rows) == 4
    assert {row["sampler"] for row in rows} == {"random", "bayesian"}
    assert (out / "race.png").stat().st_size > 10_000
    assert "regret_25" in capsys.readouterr().out
    assert main(command.replace("--seeds 2", "--seeds 3").split()) == 0
    assert "[2/2]" in capsys.readouterr().err
    assert main([*command.split(), "--batch", "4"]) == 0
    assert "[4/4]" in capsys.readouterr().err
    summed = pd.read_csv(out / "summary.csv")
    assert summed.groupby("sampler")["batch"].apply(list).to_dict() == {
        "random": [1, 4],
        "bayesian": [1, 4],
    }


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("--samplers annealing", "--samplers annealing: expected some of random"),
        ("--variants hard", "--variants hard: expected some of plain"),
        ("--knobs a,colour", "--knobs colour: no such column"),
    ],
)
def test_a_mistake_costs_one_line(file, tmp_path, capsys, changed, said):
    from nas.commandline import run

    command = f"--table {file} {ASKED} --out {tmp_path / 'out'} {changed}"
    assert run(lambda: main(command.split())) == 2
    assert said in capsys.readouterr().err
