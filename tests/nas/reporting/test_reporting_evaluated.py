"""The front of a space that evaluates itself as a page and a picture."""

import json

import pytest
from matplotlib.image import imread

from nas.core.objective import Objective
from nas.reporting.evaluated_drawing import drawing
from nas.reporting.evaluated_figures import write_figures
from nas.study.evaluated import Row

ACC, LOSS = Objective("acc", "maximize"), Objective("loss", "minimize")
COST, SPEED = Objective("cost", "minimize"), Objective("speed", "maximize")


def row(number, *, failure=None, **values):
    return Row(
        number=number,
        genome={"stages.0.width": number, "stages.1.width": 2 * number, "<b>": "x & y"},
        costs={name: value for name, value in values.items() if name in ("cost", "speed")},
        measured={name: value for name, value in values.items() if name in ("acc", "loss")},
        failure=failure,
        proposal_seconds=0.0,
    )


ROWS = [
    row(0, acc=10.0, cost=1.0),
    row(1, acc=30.0, cost=3.0),
    row(2, acc=20.0, cost=3.5),
    row(3, acc=40.0, cost=5.0),
    row(4, acc=15.0, cost=4.0),
    row(5, failure="error: no luck", cost=2.0),
]


def places(drawn, samples):
    return list(zip(*drawn.places(samples), strict=True))


def test_the_first_objective_is_drawn_against_the_second_and_the_front_apart():
    drawn = drawing(ROWS, (ACC, COST), space="toy")
    assert places(drawn, drawn.front) == [(1, 10), (3, 30), (5, 40)]
    assert places(drawn, drawn.trials) == [(3.5, 20), (4, 15)]
    assert drawn.y.label == "acc (higher is better)"
    assert drawn.x.label == "cost (lower is better)"
    assert "1 failed" in drawn.note


@pytest.mark.parametrize("first", [ACC, LOSS])
@pytest.mark.parametrize("second", [COST, SPEED])
def test_all_that_is_drawn_lies_behind_the_staircase(first, second):
    """Whichever way is better."""
    y, x = (-1 if one.direction == "maximize" else 1 for one in (first, second))
    rows = [
        row(n, **{first.name: y * value, second.name: x * cost})
        for n, (value, cost) in enumerate([(9, 1), (7, 2), (8, 3), (3, 4), (5, 6), (1, 7)])
    ]
    drawn = drawing(rows, (first, second), space="toy")
    assert {one.number for one in drawn.front} == {0, 1, 3, 5}
    assert drawn.step[-1][0] == drawn.x.worst
    corners = [(x * at, y * value) for at, value in drawn.step]  # less is better in both
    assert corners == sorted(corners, key=lambda corner: (corner[0], -corner[1]))
    for across, up in places(drawn, (*drawn.trials, *drawn.front)):
        reached = [value for at, value in corners if at <= x * across]
        assert y * up >= min(reached)
    assert {at for _, at in drawn.dominated[-2:]} == {drawn.y.worst}


def test_three_objectives_make_no_staircase_and_the_third_is_named():
    rows = [row(0, acc=1.0, cost=1.0, speed=1.0), row(1, acc=1.0, cost=2.0, speed=2.0)]
    drawn = drawing(rows, (ACC, COST, SPEED), space="toy")
    assert len(drawn.front) == 2
    assert drawn.step == drawn.dominated == ()
    assert "also weighed: speed" in drawn.note


def test_a_single_objective_is_drawn_against_the_trials():
    drawn = drawing(ROWS, (ACC,), space="toy")
    assert places(drawn, drawn.front) == [(3, 40)]
    assert drawn.x.label == "trial"


def test_wide_positive_values_are_drawn_by_their_logarithms_with_few_ticks():
    rows = [row(n, acc=float(n), cost=10.0**n) for n in range(16)]
    drawn = drawing(rows, (ACC, COST), space="toy")
    assert (drawn.x.measure.log, drawn.y.measure.log) == (True, False)
    assert 4 <= len(drawn.x.ticks) <= 9
    assert drawn.x.label == "cost (lower is better, log scale)"


def test_values_that_are_all_the_same_have_room():
    drawn = drawing([row(0, acc=0.0, cost=-2.0)], (ACC, COST), space="toy")
    assert drawn.x.ends[0] < -2 < drawn.x.ends[1]
    assert drawn.y.ends[0] < 0 < drawn.y.ends[1]


def test_page_and_picture_are_written_whole(tmp_path):
    write_figures(ROWS, (ACC, COST), tmp_path, space="tabular:/some/where/<toy>.csv")
    page = (tmp_path / "front.html").read_text()
    assert "<title>&lt;toy&gt;.csv: the front of 5 evaluations</title>" in page
    assert "cdn" not in page[: page.index("<body>")]  # the library itself is inside
    drawn = page[page.rindex("Plotly.newPlot(") :]
    traces, _ = json.JSONDecoder().raw_decode(drawn[drawn.index("[") :])
    names = {trace.get("name"): trace for trace in traces}
    assert [len(names[name]["x"]) for name in ("searched", "front")] == [2, 3]
    assert "trial 1" in names["front"]["hovertext"][1]
    assert "stages.*.width  1/2" in names["front"]["hovertext"][1]
    assert "&lt;b&gt;  x &amp; y" in names["front"]["hovertext"][1]
    assert imread(tmp_path / "front.png").shape[:2] == (1000, 1600)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["front.html", "front.png"]


def test_the_picture_shows_the_front_in_blue_and_the_rest_in_grey(tmp_path):
    write_figures(ROWS, (ACC, COST), tmp_path, space="toy")
    pixels = (255 * imread(tmp_path / "front.png")[..., :3]).round().astype(int)
    assert (abs(pixels - [0x00, 0x72, 0xB2]).sum(-1) < 6).sum() > 300
    grey = pixels[(pixels.max(-1) - pixels.min(-1) < 4) & (abs(pixels[..., 0] - 0xB6) < 14)]
    assert len(grey) > 100


def test_without_a_complete_trial_there_is_nothing_to_draw(tmp_path):
    write_figures([ROWS[-1]], (ACC, COST), tmp_path, space="toy")
    assert [*tmp_path.iterdir()] == []
