"""A dashboard on a running study neither stops nor slows the search; measured: dashboard.csv."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.dashboard import OPTUNAS, OURS, PROGRAM, begin, seconds

SLOWER = 4.0  # at most so many times: the readers take a processor for themselves


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder with a first trial in it."""
    if not PROGRAM.exists():
        pytest.skip("optuna-dashboard is not installed; pip install 'accvit-nas[dashboard]'")
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        begin(Path(folder).resolve())
        yield Path(folder).resolve()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("program", [OPTUNAS, OURS])
def test_a_search_goes_on_as_before_while_a_dashboard_is_asked_without_a_pause(
    home: Path, program: str
) -> None:
    alone, watched = [], []
    for _ in range(2):
        alone.append(seconds(home, trials=40, program=None)[0])
        took, asked = seconds(home, trials=40, program=program)
        watched.append(took)
        assert asked is not None
        assert asked.answers > 10
        assert asked.troubles == 0
    assert min(watched) < SLOWER * min(alone) + 1
