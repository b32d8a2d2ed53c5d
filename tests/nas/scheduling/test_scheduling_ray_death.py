"""Ray's own servers, killed under a search: it ends at once with one line, and goes on."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.nas.scheduling.process import (
    PROMPT,
    commands,
    ends_without_ray,
    finish,
    start,
    states,
    tree,
    wait_until,
)

FLAGS = ("--workers", "1", "--trials", "8", "--fix", "mood=slow", "--no-published")


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("server", ["raylet", "gcs_server"])
def test_a_search_whose_ray_is_killed_says_so_and_goes_on(server: str, tmp_path: Path) -> None:
    search = start(tmp_path, *FLAGS)
    wait_until(lambda: states(tmp_path)["COMPLETE"] >= 2, search)
    started = commands(tree(search.pid))
    victims = [pid for pid, command in started.items() if f"/{server}" in command.split(" ")[0]]
    os.kill(victims[0], signal.SIGKILL)
    ends_without_ray(search)
    before = states(tmp_path)["COMPLETE"]
    # Workers notice by themselves; Ray's agents try for 60 s to tell the dead server that it died.
    deadline = time.monotonic() + 2 * PROMPT
    while _outliving(started) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert not _outliving(started)

    code, _, complaints = finish(start(tmp_path, *FLAGS))
    assert code == 0, complaints
    assert 2 <= before < states(tmp_path)["COMPLETE"] == 8
    assert not states(tmp_path)["RUNNING"]


def _outliving(started: dict[int, str]) -> list[str]:
    """Processes of the search and its Ray that still run, whatever they call themselves now."""
    now = commands(started).values()
    return [command for command in now if "ray" in command or "nas.search" in command]
