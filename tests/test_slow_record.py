"""Slow tests run seldom: slow.csv says when they last did, where, and that all of them passed."""

import csv
from pathlib import Path
from typing import Any

import pytest

from tests import last, slow_record

TESTS = Path(__file__).parent


def test_every_file_with_slow_tests_has_a_last_result_without_a_failure() -> None:
    rows = {row["file"]: row for row in csv.DictReader(slow_record.TABLE.read_text().splitlines())}
    marked = {
        path.relative_to(TESTS.parent).as_posix()
        for path in TESTS.rglob("test_*.py")
        if "pytest.mark.slow" in path.read_text() and path != Path(__file__)
    }
    assert set(rows) == marked
    assert [row for row in rows.values() if row["failed"] != "0" or row["passed"] == "0"] == []


def test_a_row_takes_the_place_of_its_older_one(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    for name, found in (("a", 1), ("b", 2), ("a", 3)):
        last.note(table, [{"name": name, "found": found}], by=("name",))
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert [(row["name"], row["found"]) for row in rows] == [("a", "3"), ("b", "2")]
    assert all(row["date"] and row["machine"] for row in rows)


def test_the_outcomes_of_a_file_are_counted(tmp_path: Path) -> None:
    record = slow_record.Record(tmp_path / "slow.csv")
    for name, setup, call in (
        ("one", "passed", "passed"),
        ("two", "passed", "failed"),
        ("three", "failed", None),
        ("four", "skipped", None),
    ):
        for when, outcome in (("setup", setup), ("call", call), ("teardown", "passed")):
            if outcome:
                record.pytest_runtest_logreport(_report(f"tests/test_a.py::{name}", when, outcome))
    (row,) = csv.DictReader((tmp_path / "slow.csv").read_text().splitlines())
    assert (row["file"], row["seconds"]) == ("tests/test_a.py", "5")
    assert (row["passed"], row["failed"], row["skipped"]) == ("1", "2", "1")


def _report(nodeid: str, when: Any, outcome: Any) -> pytest.TestReport:
    return pytest.TestReport(nodeid, ("", 0, ""), {}, outcome, None, when, duration=0.5)
