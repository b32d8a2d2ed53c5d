"""kill -9 at a few random instants; many: `python -m tests.faults`, with results.csv."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.judge import lost, repeated, unfinished
from tests.faults.kill import disturb
from tests.faults.searches import SEARCHES
from tests.faults.stored import Trial


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder with a short name: Ray's sockets lie in it."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        yield Path(folder).resolve()


@pytest.mark.parametrize(("search", "instants"), [("evaluated", 3), ("inline", 1)])
@pytest.mark.timeout(600)
def test_a_search_whose_process_is_killed_loses_and_repeats_nothing(
    search: str, instants: int, home: Path
) -> None:
    tally = disturb(SEARCHES[search], "driver", instants=instants, seed=0, home=home)
    assert tally.breaches == []
    assert tally.instants == instants


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", SEARCHES["ray"].kinds)
def test_a_search_by_ray_that_is_killed_in_part_loses_and_repeats_nothing(
    kind: str, home: Path
) -> None:
    tally = disturb(SEARCHES["ray"], kind, instants=3, seed=0, home=home)
    assert tally.breaches == []
    assert tally.instants == 3


def test_each_breach_would_be_seen() -> None:
    whole = Trial(state="COMPLETE", content={"key": '"a"', "value 0": 0.5})
    running = Trial(state="RUNNING", content={})
    before = {("s", 0): whole}
    assert list(lost(before, before)) == []
    assert list(lost(before, {}))
    assert list(lost(before, {("s", 0): Trial(state="COMPLETE", content={"key": '"a"'})}))
    assert list(repeated(before, "s")) == []
    assert list(repeated({**before, ("s", 1): whole}, "s"))
    assert list(unfinished(before, "s", asked=1)) == []
    assert list(unfinished(before, "s", asked=2))
    assert list(unfinished({**before, ("s.reference", 0): running}, "s", asked=1))
