"""What a search takes beside its trainings is told from when they began and ended."""

from datetime import datetime, timedelta

import pandas as pd
import pytest

from benchmarks.arguments import RESULTS
from benchmarks.overhead import Training, between

START = datetime(2026, 1, 1)


def training(began: float, ended: float, seconds: float) -> Training:
    """In seconds from a moment on."""
    return Training(START + timedelta(seconds=began), START + timedelta(seconds=ended), seconds)


def test_a_worker_is_free_from_the_last_training_to_the_next_and_within_it() -> None:
    found = [
        training(0, 14, 10),  # each worker's first one waits for its process
        training(0, 20, 10),
        training(14.5, 25, 10),
        training(20.1, 30.2, 10),
        training(25, 37, 10),
    ]
    assert between(found, workers=2) == pytest.approx([1, 0.2, 2])


def test_the_committed_table_holds_what_is_promised() -> None:
    """Under 5 % of ten seconds, with two workers, and of what these trainings took."""
    (row,) = pd.read_csv(RESULTS / "overhead.csv").itertuples()
    assert row.workers == 2
    assert row.trainings >= 24
    assert row.share < 0.05
    assert row.between_seconds < 0.05 * 10
