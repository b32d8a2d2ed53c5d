"""What a trial costs beside its evaluation, small; of large studies, the committed table."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.arguments import RESULTS
from benchmarks.bookkeeping import main

SEARCHES = ["evaluated", "networks"]


def test_the_parts_add_up_and_the_bookkeeping_is_small(tmp_path: Path) -> None:
    main(["--trials", "60", "--out", str(tmp_path)])
    table = pd.read_csv(tmp_path / "bookkeeping.csv")
    assert list(table.space) == SEARCHES
    parts = table.sampler_ms + table.storage_ms + table.bookkeeping_ms
    assert parts.to_numpy() == pytest.approx(table.trial_ms.to_numpy(), rel=0.3)
    assert (table.bookkeeping_ms < 50).all(), "on a machine however busy"


def test_the_committed_table_holds_what_is_promised() -> None:
    """5 ms of bookkeeping a trial, and 8 minutes for ten thousand, however many were measured."""
    table = pd.read_csv(RESULTS / "bookkeeping.csv")
    assert set(table.space) == set(SEARCHES)
    assert (table.bookkeeping_ms < 5).all()
    assert (table[table.n == 10_000].seconds < 8 * 60).all()
