"""What a trial costs beside its evaluation, small; of large studies, the committed table."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.arguments import RESULTS
from benchmarks.bookkeeping import main

RUNS = [
    (space, sampler) for space in ("evaluated", "networks") for sampler in ("random", "bayesian")
]


def test_the_parts_add_up_and_the_bookkeeping_is_small(tmp_path: Path) -> None:
    main(["--trials", "60", "--out", str(tmp_path)])
    table = pd.read_csv(tmp_path / "bookkeeping.csv")
    assert list(zip(table.space, table.sampler, strict=True)) == RUNS
    assert (table.note_ms < table.trial_ms).all()
    parts = table.sampler_ms + table.storage_ms + table.bookkeeping_ms
    assert parts.to_numpy() == pytest.approx(table.trial_ms.to_numpy(), rel=0.3)
    assert (table.bookkeeping_ms < 50).all(), "on a machine however busy"


def test_the_committed_table_holds_what_is_promised() -> None:
    """5 ms of bookkeeping a trial, and 8 minutes for ten thousand with the random sampler."""
    table = pd.read_csv(RESULTS / "bookkeeping.csv")
    for run, rows in table.groupby(["space", "sampler"]):
        assert run in RUNS
        assert {100, 1_000} <= set(rows.n)
    at_most_so_many = (table.sampler == "random") | (table.n <= 1_000)  # see benchmarks/README.md
    assert (table.bookkeeping_ms[at_most_so_many] < 5).all()
    large = table[(table.n == 10_000) & (table.space == "evaluated") & (table.sampler == "random")]
    assert len(large) == 1
    assert (large.seconds < 8 * 60).all()
