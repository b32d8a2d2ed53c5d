"""The tables hold every number exactly, and text stays text."""

import pandas as pd
import pytest
from recorded import KNOBS, record, study

from nas.core.objective import parse_objectives
from nas.reporting.atomic import replacing
from nas.reporting.front import front
from nas.reporting.tables import COLUMNS, write_front, write_reference, write_trials

NAMES = [knob.name for knob in KNOBS]


def read(path):
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def test_trials_are_the_searched_ones_in_the_order_of_their_numbers(tmp_path):
    write_trials(reversed(study()), KNOBS, tmp_path / "trials.csv")
    table = read(tmp_path / "trials.csv")
    assert list(table.columns) == [*COLUMNS, *NAMES]
    assert list(table["number"]) == ["0", "1", "2", "3", "4"]
    assert list(table["state"]) == ["COMPLETE"] * 4 + ["FAIL"]


def test_a_knobs_value_survives_as_it_is_written(tmp_path):
    write_trials(study(), KNOBS, tmp_path / "trials.csv")
    row = read(tmp_path / "trials.csv").iloc[0]
    assert [row[name] for name in NAMES] == ["32", "64", "1", "True"]


def test_numbers_are_exact_and_what_is_unknown_is_empty(tmp_path):
    odd = record(0, "a", 28_367_252, 1 / 3, macs=5_535_014_912, seed=2**31 - 1)
    write_trials([odd, record(1, "b", 5, None)], KNOBS, tmp_path / "trials.csv")
    table = read(tmp_path / "trials.csv")
    assert list(table["params"]) == ["28367252", "5"]
    assert table["macs"][0] == "5535014912"
    assert table["seed"][0] == "2147483647"
    assert float(table["accuracy"][0]) == 1 / 3
    assert [table["accuracy"][1], table["loss"][0], table["device"][0]] == ["", "", ""]


def test_integers_stay_integers_in_a_column_with_gaps(tmp_path):
    records = [record(0, "a", 1, 0.5, peak_memory_bytes=7), record(1, "b", 1, 0.5)]
    write_trials(records, KNOBS, tmp_path / "trials.csv")
    assert list(read(tmp_path / "trials.csv")["peak_memory_bytes"]) == ["7", ""]


def test_a_failures_words_stay_in_their_cell(tmp_path):
    said = 'error: expected "a, b"\nand more'
    write_trials([record(0, "a", 1, None, failure=said)], KNOBS, tmp_path / "trials.csv")
    assert read(tmp_path / "trials.csv")["failure"][0] == said


def test_the_front_has_its_means_replicates_and_marks(tmp_path):
    write_front(front(study(), parse_objectives("accuracy,params")), KNOBS, tmp_path / "front.csv")
    table = read(tmp_path / "front.csv")
    assert list(table["key"]) == ["small", "middle", "large"]
    assert list(table["replicates"]) == ["2", "1", "1"]
    assert list(table["separable"]) == ["cheapest", "True", "False"]
    assert float(table["accuracy"][0]) == pytest.approx(0.71)


def test_the_reference_table_begins_with_role_and_label(tmp_path):
    write_reference(study(), KNOBS, tmp_path / "reference.csv")
    table = read(tmp_path / "reference.csv")
    assert list(table.columns[:2]) == ["role", "label"]
    assert list(table["role"]) == ["replicate", "published", "published", "published"]
    assert list(table["label"]) == ["", "tiny", "tiny", "femto"]


def test_no_rows_still_make_a_table_with_a_header(tmp_path):
    write_trials([], KNOBS, tmp_path / "new" / "trials.csv")
    assert list(read(tmp_path / "new" / "trials.csv").columns) == [*COLUMNS, *NAMES]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "trials.csv"
    path.write_text("old")
    with pytest.raises(FileNotFoundError), replacing(path) as draft:
        draft.write_text("half") and (tmp_path / "missing").read_text()
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["trials.csv"]
