"""A budget is read as people write it, exactly, and a slip costs one line that names the flag."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.core.budget import FLAGS, Bound, Budget, parse_bound
from nas.core.cost import METRICS, Cost, exact, human
from nas.core.errors import InputError

UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9}


def window(text, metric="params"):
    bound = parse_bound(metric, text)
    return bound.low, bound.high


def cost(value):
    return Cost(params=value, macs=2 * value, flops=3 * value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5M-30M", (5_000_000, 30_000_000)),
        ("5m-30m", (5_000_000, 30_000_000)),
        (" 5M - 30M ", (5_000_000, 30_000_000)),
        ("5 M-30 M", (5_000_000, 30_000_000)),
        ("5000000-30000000", (5_000_000, 30_000_000)),
        ("0-30M", (None, 30_000_000)),
        ("-30M", (None, 30_000_000)),
        ("5M-", (5_000_000, None)),
        ("5M-5M", (5_000_000, 5_000_000)),
        ("1.25G-2g", (1_250_000_000, 2_000_000_000)),
        ("800k-1.5M", (800_000, 1_500_000)),
        ("28367424", (28_367_424, 28_367_424)),
        ("28.4M", (28_350_000, 28_450_000)),
        ("28.35M-28.45M", (28_350_000, 28_450_000)),
        ("28M", (27_500_000, 28_500_000)),
        ("5.7G", (5_650_000_000, 5_750_000_000)),
        ("28.367424M", (28_367_424, 28_367_424)),
    ],
)
def test_every_accepted_form_gives_its_window(text, expected):
    assert window(text) == expected


def test_a_single_value_is_the_window_that_rounds_to_it():
    assert parse_bound("params", "28.4M") == parse_bound("params", "28.35M-28.45M")


@pytest.mark.parametrize(
    ("value", "inside"),
    [(28_349_999, False), (28_350_000, True), (28_450_000, True), (28_450_001, False)],
)
def test_both_ends_of_28_4m_belong_to_it(value, inside):
    assert parse_bound("params", "28.4M").holds(cost(value)) is inside


@pytest.mark.parametrize(
    "text", ["", " ", "-", "--", "M", "5M-30M-40M", "5X-30X", "five", "-5M-30M"]
)
@pytest.mark.parametrize("metric", METRICS)
def test_a_malformed_window_is_an_error_that_names_the_flag_and_shows_a_good_one(metric, text):
    with pytest.raises(InputError, match=f"^{FLAGS[metric]}: expected a window such as 5M-30M"):
        parse_bound(metric, text)


@pytest.mark.parametrize(
    "text", ["1e6-2e6", "5,5M", "0x10", "٣M", "1_000", "9" * 5000, "5MM", ".5M"]
)
def test_numbers_in_another_notation_are_malformed(text):
    with pytest.raises(InputError, match="expected a window"):
        parse_bound("params", text)


def test_a_window_upside_down_is_turned_round_in_the_message():
    with pytest.raises(InputError, match=r"^--macs 6G-1G: the lower .* write it as 1G-6G$"):
        parse_bound("macs", "6G-1G")


@pytest.mark.parametrize("text", ["0", "0-0", "-0", "-0M"])
def test_an_upper_bound_of_zero_is_an_error(text):
    with pytest.raises(InputError, match="upper bound must be above 0"):
        parse_bound("params", text)


@pytest.mark.parametrize("text", ["30M-\n5M", "five\nmillion", "5M\u2028-x"])
def test_a_message_is_one_line_whatever_was_typed(text):
    with pytest.raises(InputError) as raised:
        parse_bound("params", text)
    assert len(str(raised.value).splitlines()) == 1


@given(
    st.one_of(
        st.text(max_size=20),
        st.text(alphabet="0123456789.-kKmMgG \n", max_size=24),
        st.from_regex(r"\A\d{0,30}(\.\d{0,30})?[kmgbtx]?-?\d{0,30}(\.\d*)?[KMG]?\Z"),
    )
)
def test_any_text_is_a_bound_or_a_one_line_error(text):
    told = None
    try:
        bound = parse_bound("params", text)
    except InputError as error:
        told = str(error)
    if told is not None:
        assert len(told.splitlines()) == 1
    else:
        assert isinstance(bound, Bound)
        assert bound.low is None or bound.low > 0
        assert bound.high is None or bound.high >= max(1, bound.low or 0)


@given(st.integers(0, 10**5), st.integers(1, 10**5), st.sampled_from(list(UNITS)), st.booleans())
def test_whole_numbers_are_taken_to_the_unit(low, width, unit, lower):
    text = f"{low}{unit}-{low + width}{unit}"
    scale = UNITS[unit]
    expected = (low * scale or None, (low + width) * scale)
    assert window(text.lower() if lower else text) == expected


@given(st.integers(1, 99_999), st.integers(0, 4), st.sampled_from(["M", "G"]))
def test_a_value_holds_exactly_the_counts_that_round_to_it(digits, places, unit):
    text = f"{digits / 10**places:.{places}f}{unit}"
    step = UNITS[unit] // 10**places
    assert window(text) == (digits * step - step // 2, digits * step + step // 2)


def test_a_bound_holds_the_cost_of_its_own_metric():
    macs = parse_bound("macs", "-20")
    assert macs.holds(cost(10))
    assert not macs.holds(cost(11))


def test_a_budget_admits_what_every_bound_holds_and_without_bounds_anything():
    both = Budget((parse_bound("params", "5-10"), parse_bound("macs", "-14")))
    assert [value for value in range(20) if both.admits(cost(value))] == [5, 6, 7]
    assert Budget().admits(cost(10**12))


def test_a_budget_is_written_as_the_flags_that_give_it():
    both = Budget((parse_bound("params", "5M-30M"), parse_bound("macs", "1G-")))
    assert str(both) == "--budget 5M-30M, --macs 1G-"
    assert str(Budget()) == "no budget"


@pytest.mark.parametrize(
    ("count", "text"), [(999, "999"), (1_500, "1.5K"), (28_367_424, "28.37M"), (4.2e9, "4.2G")]
)
def test_counts_are_written_in_units_with_four_digits(count, text):
    assert human(count) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (999, "999"),
        (28_350_000, "28.35M"),
        (28_361_234, "28361.234K"),
        (5_000_000, "5M"),
        (30_000, "30K"),
        (1_500_000_000, "1.5G"),
        (100_000_000, "100M"),
        (1_001_000, "1.001M"),
    ],
)
def test_a_bound_is_said_exactly(count: int, text: str) -> None:
    assert exact(count) == text
    assert count == 0 or parse_bound("params", f"{text}-").low == count
