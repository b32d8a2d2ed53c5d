"""What a search of a space that evaluates itself leaves: figures; and windows below 0."""

import csv

import pytest

from nas.search import main


@pytest.fixture
def search(tmp_path, capsys):
    table = tmp_path / "table.csv"
    rows = [f"{a},{b},{a * b},{a - 6}" for a in range(6) for b in range(3)]
    table.write_text("\n".join(["a,b,acc,gain", *rows]) + "\n")

    def call(arguments):
        asked = "--knobs a,b --objectives acc:max,gain:min --costs gain --study one"
        out = f"--out {tmp_path / 'runs'}"
        return main(f"--space tabular:{table} {asked} {out} {arguments}".split())

    call.folder = tmp_path / "runs" / "one"
    return call


def test_the_front_is_drawn_beside_the_tables(search):
    assert search("--trials 8") == 0
    assert {"trials.csv", "front.csv", "front.html", "front.png"} <= {
        path.name for path in search.folder.iterdir()
    }
    assert "table.csv: the front of 8 evaluations" in (search.folder / "front.html").read_text()


@pytest.mark.parametrize(
    ("window", "inside"),
    [("-3--1", {-3, -2, -1}), ("--4", {-6, -5, -4}), ("-2-0", {-2, -1}), ("-2-", {-2, -1})],
)
def test_a_window_may_lie_below_zero(search, window, inside):
    assert search(f"--trials 50 --within gain={window}") == 0
    rows = csv.DictReader((search.folder / "trials.csv").read_text().splitlines())
    assert {float(row["gain"]) for row in rows} == inside


def test_an_upside_down_window_below_zero_costs_one_line(search, capsys):
    assert search("--trials 5 --within gain=-1--3") == 2
    assert "--within gain -1--3: the lower bound is above the upper one" in capsys.readouterr().err
