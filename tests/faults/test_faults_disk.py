"""A full disk: one line, exit code 2, a study to be read, and on once there is room."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.process import ROOT

NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")


def full(home: Path, *flags: str) -> list[dict[str, object]]:
    """What each search on a disk that fills up did."""
    try:
        subprocess.run([*NAMESPACE, "true"], check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"no small file system can be mounted here: {error}")
    done = subprocess.run(
        [*NAMESPACE, sys.executable, "-m", "tests.faults.full_disk", str(home), *flags],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=1500,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow  # each full disk is waited for, in vain
def test_a_search_that_trains_nothing_stops_in_words_and_goes_on(tmp_path: Path) -> None:
    told = full(tmp_path / "disk", "--search", "evaluated", "--instants", "2")
    assert len(told) == 2
    assert [one["breaches"] for one in told] == [[], []]


@pytest.mark.slow
@pytest.mark.timeout(1600)
def test_searches_with_many_amounts_of_room_stop_in_words_and_go_on(tmp_path: Path) -> None:
    told = full(tmp_path / "disk", "--instants", "30")
    assert len(told) == 30
    assert [one for one in told if one["breaches"]] == []
