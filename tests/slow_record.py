"""A plugin of pytest for `make test-slow`: the last result of each file, in slow.csv."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.last import note

TABLE = Path(__file__).with_name("slow.csv")
OUTCOMES = ("passed", "failed", "skipped")


def pytest_configure(config: pytest.Config) -> None:
    """What pytest calls in a module that it is given with -p."""
    config.pluginmanager.register(Record(TABLE))


class Record:
    """Notes a file after each of its tests, so that a run that is stopped leaves what it found."""

    def __init__(self, table: Path) -> None:
        self._table = table
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._seconds: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Of a test's set-up, of itself, or of its end, at which its file's row is written."""
        file = report.nodeid.partition("::")[0]
        counts = self._counts[file]
        counts[report.outcome] += report.when == "call" or report.outcome != "passed"
        self._seconds[file] += report.duration
        if report.when == "teardown":
            told = {outcome: counts[outcome] for outcome in OUTCOMES}
            row = {"file": file, **told, "seconds": f"{self._seconds[file]:.0f}"}
            note(self._table, [row], by=("file",))
