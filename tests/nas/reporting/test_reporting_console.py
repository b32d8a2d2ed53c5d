"""The printed front fits 100 columns and says what may be concluded from it."""

from dataclasses import replace

from recorded import record, study

from nas.core.objective import parse_objectives
from nas.reporting.brief import brief, differing, families, flat, summary
from nas.reporting.console import front_text

BOTH = parse_objectives("accuracy,params")


def test_each_member_has_a_row_with_its_costs_and_its_accuracy():
    rows = front_text(study(), BOTH).splitlines()
    assert rows[1].split()[:3] == ["0", "5M", "500M"]
    assert "0.7100 ± 0.0100" in rows[1]
    assert "width 32/64" in rows[1]


def test_members_within_the_noise_are_marked_and_the_mark_is_explained():
    text = front_text(study(), BOTH)
    rows = text.splitlines()
    assert ["*" in row for row in rows[1:4]] == [False, False, True]
    assert "noise: seed SD 0.014 (2 degrees of freedom)" in text
    assert "* marks members not separable from the next cheaper one" in text
    assert "the cheapest has none to be told from" in text


def test_where_all_gains_exceed_the_noise_that_is_said_and_of_one_member_nothing():
    twice = record(0, "a", 10, 0.501, replicate=1, role="replicate")
    three = record(0, "a", 10, 0.502, replicate=2, role="replicate")
    alone = (record(0, "a", 10, 0.5), twice, three)
    assert "separable" not in front_text(alone, BOTH)
    text = front_text((*alone, record(1, "b", 20, 0.9)), BOTH)
    assert "each member is separable from the next cheaper one; the cheapest has none" in text


def test_published_members_stand_beneath_with_what_beats_them():
    text = front_text(study(), BOTH)
    tiny = next(row for row in text.splitlines() if "tiny" in row)
    assert "0.7600" in tiny
    assert "dominated by trial 3 within noise" in tiny
    assert "not dominated" in next(row for row in text.splitlines() if "femto" in row)


def test_a_published_member_that_the_search_found_is_on_the_front():
    both = (record(0, "a", 10, 0.5), record(0, "a", 10, 0.5, role="published", label="known"))
    assert "published; on the front" in front_text(both, BOTH)


def test_it_says_so_where_the_noise_is_unknown():
    alone = [one for one in study() if one.role == "search"]
    assert "noise: unknown" in front_text(alone, BOTH)
    assert "±" not in front_text(alone, BOTH)


def test_without_a_complete_trial_there_is_no_front():
    assert front_text([], BOTH) == "no complete trial yet, so no front"


def test_no_line_is_longer_than_a_hundred_columns():
    wide = [
        record(
            number,
            f"k{number}",
            10**10 + number,
            number / 100,
            genome={f"stages.{i}.{part}": f"{part}{number}" for part in "abcdef" for i in range(9)},
        )
        for number in range(20)
    ]
    label = "a-name-that-does-not-end"
    known = [
        record(n, "x", 10**12, n / 99, replicate=n, role="published", label=label) for n in (0, 1)
    ]
    best = replace(record(9999, "y", 10**11, 0.99), genome=wide[0].genome)
    assert "dominated by trial 9999 beyond noise" in front_text([best, *known], BOTH)
    wide.append(best)
    assert max(map(len, front_text([*wide, *known], BOTH).splitlines())) <= 100


def test_knobs_alike_but_for_a_number_are_one_family():
    genome = {"stages.0.width": 32, "stages.1.width": 64, "gate": True}
    assert families(genome) == {"stages.*.width": (32, 64), "gate": (True,)}


def test_a_run_of_equal_values_is_written_once():
    assert (brief((32, 32)), brief((32, 64)), brief((32,))) == ("32 each", "32/64", "32")


def test_only_families_that_differ_are_named_those_of_several_knobs_first():
    first = {"gate": True, "stages.0.a": 1, "stages.1.a": 1, "same": 0}
    assert differing([first, {**first, "gate": False, "stages.1.a": 2}]) == ("stages.*.a", "gate")


def test_a_summary_ends_in_an_ellipsis_where_the_room_ends():
    genome = {"a": "x" * 10, "b": "y" * 10}
    assert summary(genome, ("a", "b"), 40) == "a xxxxxxxxxx  b yyyyyyyyyy"
    assert summary(genome, ("a", "b"), 20) == "a xxxxxxxxxx  …"
    assert summary(genome, ("a", "b"), 5) == "…"


def test_nested_json_is_flattened_to_dotted_names():
    nested = {"stages": [{"width": 32, "dilations": [1, 2]}], "head": {"bias": True}}
    assert flat(nested) == {
        "stages.0.width": 32,
        "stages.0.dilations": "1,2",
        "head.bias": True,
    }
