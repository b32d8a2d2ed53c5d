"""Pictures take every text as it is written, and ticks can be told apart."""

from dataclasses import replace

import pytest
from matplotlib.image import imread

from nas.reporting.canvas import Apart, picture
from nas.reporting.report.pictures import write_pictures
from nas.reporting.view.measure import Measure, digits
from tests.nas.reporting.looked_at import KNOBS, cost_of, view

NAMES = ("$\\frac$", "$$", "名前", "a_b^{c", "<b>&amp;")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_no_formula_and_a_missing_letter_no_warning(tmp_path, name):
    whole = view(lambda genome: 0.3 + 0.004 * cost_of(genome))
    knobs = (replace(KNOBS[0], name=name), *KNOBS[1:])
    samples = [
        replace(one, genome={name: one.genome["stages.0.width"], **one.genome}, name=name)
        for one in whole.samples
    ]
    measures = (replace(whole.measures[0], label=name), *whole.measures[1:])
    odd = replace(
        whole, title=name, setting=name, knobs=knobs, samples=tuple(samples), measures=measures
    )
    found = list(write_pictures(odd, tmp_path / "report.html"))
    assert len(found) == 4
    assert all(imread(path).std() > 0.02 for path in found)


def test_what_breaks_off_leaves_no_file(tmp_path):
    with pytest.raises(ZeroDivisionError), picture(tmp_path / "it.png", (2, 2)) as canvas:
        canvas.add_subplot().plot([1 / 0])
    assert not list(tmp_path.iterdir())


def test_ticks_have_the_digits_that_tell_them_apart():
    assert Apart().format_ticks([10_000.5, 10_000.75, 10_001]) == [
        "10,000.5",
        "10,000.75",
        "10,001",
    ]
    assert Apart().format_ticks([1, 2]) == ["1", "2"]
    assert Apart().format_ticks([]) == []


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (12_345.6, "12,350"),
        (558_400, "558,400"),
        (1_234_567, "1.235M"),
        (-2.5e9, "-2.5G"),
        (0.012345, "0.01235"),
        (99.999, "100"),
        (1e-7, "1e-07"),
        (1e20, "1e+20"),
    ],
)
def test_numbers_are_written_as_people_write_them(value, said):
    assert digits(value) == said


def test_an_axis_says_which_way_is_better_only_where_it_is_not_known():
    known = Measure(name="a", label="accuracy", unit="%", direction="maximize")
    assert known.axis(log=False) == "accuracy (%)"
    mine = Measure(name="m", label="mine", direction="minimize", unfamiliar=True)
    assert mine.axis(log=True) == "mine (lower is better, log scale)"
    assert Measure(name="t", label="trial", unfamiliar=True).axis(log=False) == "trial"
