"""A full disk: one line, exit code 2, a study to be read, and on once there is room.

Many of them: `python -m tests.faults.disk`, with disk.csv.
"""

from pathlib import Path

import pytest

from tests.faults.disk import fill


def full(home: Path, *flags: str) -> list[dict[str, object]]:
    try:
        return fill(home, *flags)
    except OSError as error:
        pytest.skip(str(error))


@pytest.mark.timeout(300)
def test_a_search_on_a_disk_that_fills_up_stops_in_words_and_goes_on(tmp_path: Path) -> None:
    asked = ("--search", "evaluated", "--instants", "1", "--seed", "9")  # room for some 140 kB
    (told,) = full(tmp_path / "disk", *asked)
    assert (told["code"], told["breaches"]) == (2, [])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_search_by_ray_stops_in_words_and_goes_on(tmp_path: Path) -> None:
    told = full(tmp_path / "disk", "--search", "ray", "--instants", "2", "--seed", "9")
    assert [(one["code"], one["breaches"]) for one in told] == [(2, [])] * 2


@pytest.mark.slow
@pytest.mark.timeout(1600)
def test_searches_with_many_amounts_of_room_stop_in_words_and_go_on(tmp_path: Path) -> None:
    told = full(tmp_path / "disk", "--instants", "30")
    assert len(told) == 30
    assert [one for one in told if one["breaches"]] == []
