"""The page and the picture draw the same plain data, offline and with nothing on top of a label."""

import re
from itertools import combinations

import matplotlib.image
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import record, study

from nas.core.objective import parse_objectives
from nas.reporting.figure import figure
from nas.reporting.labels import label_box, place_labels
from nas.reporting.page import write_page
from nas.reporting.picture import write_picture
from nas.reporting.ticks import ticks

BOTH = parse_objectives("accuracy,params")
WORDS = {"space": "toy", "data": "digits", "fidelity": "3 epochs at 64 px"}


def drawn(records=None, objectives=BOTH):
    return figure(study() if records is None else records, objectives, **WORDS)


def test_every_network_is_drawn_once_and_failures_are_not():
    found = drawn()
    assert [point.name for point in found.front] == ["trial 0", "trial 1", "trial 3"]
    assert [point.name for point in found.trials] == ["trial 2"]
    assert [point.name for point in found.published] == ["femto", "tiny"]


def test_labels_are_the_published_names_and_the_numbers_of_the_fronts_trials():
    assert [point.label for point in drawn().named] == ["femto", "tiny", "0", "1", "3"]


def test_what_lies_under_the_staircase_is_dominated_as_far_as_the_figure_goes():
    found = drawn()
    x, y = found.steps
    assert x == (5.0, 10.0, 20.0, found.x_range[1])
    assert y == pytest.approx((71.0, 80.0, 81.0, 81.0))
    assert drawn(objectives=parse_objectives("accuracy,params,macs")).steps == ((), ())
    assert drawn(()).steps == ((), ())


def test_the_legend_claims_no_gain_for_the_cheapest():
    found = drawn()
    assert [point.name for point in found.hollow] == ["trial 3"]
    assert found.solid_name == "front: the cheapest, or gain beyond noise"
    even = [record(0, "a", 10, 0.5), record(1, "b", 11, 0.501)]
    noisy = [record(n, "x", 9, n / 2, replicate=n, role="replicate") for n in range(2)]
    assert drawn([*even, *noisy]).solid_name == "front: the cheapest"
    assert drawn(even).solid_name == "front"


def test_each_point_says_what_its_comparison_came_to():
    found = drawn()
    assert [point.remark for point in found.front] == [
        "the cheapest of the front",
        "gain over the next cheaper beyond noise",
        "gain over the next cheaper within noise",
    ]
    assert [point.remark for point in found.published] == [
        "not dominated",
        "dominated within noise",
    ]
    assert "published: femto not dominated; tiny dominated within noise" in found.notes
    assert drawn([one for one in study() if one.role == "search"]).front[1].remark is None


def test_points_are_in_millions_and_percent_with_standard_errors():
    small = drawn().front[0]
    assert (small.x, small.y) == (5.0, pytest.approx(71.0))
    assert small.error == pytest.approx(1.0)


def test_the_title_names_space_and_data_and_the_line_below_the_fidelity():
    found = drawn()
    assert "toy" in found.title
    assert "digits" in found.title
    assert "3 epochs at 64 px" in found.notes


def test_macs_are_drawn_in_billions_where_they_are_what_is_weighed():
    found = drawn(objectives=parse_objectives("accuracy,macs"))
    assert "billions" in found.x_label
    assert found.front[0].x == 0.5


def test_only_a_front_of_two_objectives_is_a_staircase():
    assert drawn().stepped
    assert not drawn(objectives=parse_objectives("accuracy,params,macs")).stepped


def test_everything_drawn_lies_inside_the_axes():
    found = drawn()
    for point in (*found.trials, *found.front, *found.published):
        assert found.x_range[0] < point.x < found.x_range[1]
        assert found.y_range[0] < point.y < found.y_range[1]


@given(st.floats(1e-3, 1e4), st.floats(1.05, 1e5))
def test_an_axis_has_a_few_round_ticks_inside_its_range(low, factor):
    found = ticks(low, low * factor)
    assert 4 <= len(found) <= 12
    assert list(found) == sorted(set(found))
    assert low * (1 - 1e-9) <= found[0]
    assert found[-1] <= low * factor * (1 + 1e-9)


def test_names_of_neighbouring_networks_do_not_overlap():
    close = [
        record(
            n, f"p{n}", 10_000_000 + 20_000 * n, 0.5 + n / 500, role="published", label=f"net{n}"
        )
        for n in range(4)
    ]
    found = drawn([*study(), *close])
    sides = place_labels(found)
    boxes = [label_box(found, *pair) for pair in zip(found.named, sides, strict=True)]
    assert all(first.overlap(second) == 0 for first, second in combinations(boxes, 2))


def test_a_label_does_not_lie_on_the_staircase():
    """Right above its bar it would: the tread is where its text would be."""
    just_below = record(4, "low", 15_000_000, 0.770, role="published", label="low")
    found = drawn([*study(), just_below])
    sides = dict(zip([point.label for point in found.named], place_labels(found), strict=True))
    low = next(point for point in found.published if point.label == "low")
    x, y = found.steps
    tread = (y[1] - found.y_range[0]) / (found.y_range[1] - found.y_range[0])
    assert x[1] < low.x < x[2]
    above = label_box(found, low, "top center")
    assert above.low < tread < above.high
    chosen = label_box(found, low, sides["low"])
    assert not chosen.low < tread < chosen.high


@pytest.mark.parametrize("records", [study(), study()[:1], (), study()[6:]])
@pytest.mark.parametrize("names", ["accuracy,params", "accuracy", "accuracy,params,macs"])
def test_the_picture_is_drawn_whatever_is_known_so_far(tmp_path, records, names):
    write_picture(drawn(records, parse_objectives(names)), tmp_path / "front.png")
    assert matplotlib.image.imread(tmp_path / "front.png").shape == (1000, 1600, 4)


def test_the_page_needs_no_network(tmp_path):
    write_page(drawn(), tmp_path / "front.html")
    text = (tmp_path / "front.html").read_text(encoding="utf-8")
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=.?https?:", text)
    assert "plotly.js v" in text
    assert '"displayModeBar": false' in text
    assert [file.name for file in tmp_path.iterdir()] == ["front.html"]


def test_the_page_says_on_hovering_which_network_a_point_is(tmp_path):
    write_page(drawn(), tmp_path / "front.html")
    text = (tmp_path / "front.html").read_text(encoding="utf-8")
    for words in (
        "trial 0",
        "small",
        "5M parameters",
        "mean of 2 seeds",
        "the cheapest",
        "stages.*.width  32",
    ):
        assert words in text


def test_names_cannot_smuggle_markup_into_the_page(tmp_path):
    sly = record(0, "k", 10, 0.5, role="published", label="<script>alert(1)</script>")
    write_page(drawn([sly]), tmp_path / "front.html")
    assert "<script>alert" not in (tmp_path / "front.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("records", [(), study()[6:]])
def test_a_page_without_a_front_is_drawn_too(tmp_path, records):
    write_page(drawn(records), tmp_path / "front.html")
    assert (tmp_path / "front.html").stat().st_size > 1_000_000
