"""The board itself, and what it shows of searches: of a space's own evaluations, and in Ray."""

import io
import os
import pty
import re
import subprocess
import sys
from contextlib import contextmanager

import pytest
from rich.console import Console

from nas.core.objective import Objective
from nas.searching import live_rows
from nas.searching.board import FRONT, LAST, Board
from nas.searching.live_rows import LiveRows
from nas.study.evaluated import Row
from tests.nas.searching.test_searching_live import HIDDEN, SHOWN, read

OBJECTIVES = (Objective("error", "minimize"), Objective("cost", "minimize"))


def drawn(*tells):
    """The last state of a board that was told all this, without its colours."""
    console = Console(file=io.StringIO(), force_terminal=True, width=90, height=40)
    made = Board(console, ("trial", "<b>", "[red]x[/red]"), total=20)
    made.start()
    for last, front, done in tells:
        made.tell(last, front, done=done, now=f"{done} [bold]done[/bold]")
    made.stop()
    said = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", console.file.getvalue())
    return said[said.rindex("trials ") :]


def test_it_shows_the_bar_the_front_and_the_last_results_as_they_are_written():
    said = drawn((["trial 1: [bold]luck[/bold]"], [("1", "0.5", "7")], 3))
    lines = [line.rstrip() for line in said.splitlines()]
    assert re.fullmatch(r"trials ━+.* 3/20 0:00:00 3 \[bold\]done\[/bold\]", lines[0])
    assert lines[1] == "front"
    assert lines[2].split() == ["trial", "<b>", "[red]x[/red]"]
    assert lines[3].split() == ["1", "0.5", "7"]
    assert lines[4] == "trial 1: [bold]luck[/bold]"


def test_what_is_long_is_cut_to_its_end():
    front = [(str(number), "0", "0") for number in range(12)]
    last = [f"trial {number}: said" for number in range(9)]
    lines = [line.strip() for line in drawn((last, front, 1)).splitlines()]
    assert f"front, the last {FRONT} of 12" in lines
    rows = [line.split() for line in lines]
    assert [row[0] for row in rows if row[1:] == ["0", "0"]] == [
        str(number) for number in range(12 - FRONT, 12)
    ]
    assert [line for line in lines if line.startswith("trial ") and ":" in line] == last[-LAST:]


class Study:
    """Evaluations so far."""

    def __init__(self):
        self.complete, self.failed, self.known = 0, 0, []

    def rows(self):
        return list(self.known)

    def add(self, error, failure=None):
        number = len(self.known)
        self.known.append(
            Row(
                number=number,
                genome={"a": number},
                costs={"cost": float(number)},
                measured={} if failure else {"error": error},
                failure=failure,
                proposal_seconds=0.0,
            )
        )
        self.complete, self.failed = self.complete + (not failure), self.failed + bool(failure)


class Told(list):
    def tell(self, last, front, *, done, now):
        self.append((list(last), list(front), done, now))


@pytest.fixture
def told(monkeypatch):
    """What a board on a terminal would be told."""
    found = Told()

    @contextmanager
    def made(heads, *, total, quiet, first):
        found.heads, found.total = heads, total
        first(found)
        yield found
        found.ended = True

    monkeypatch.setattr(live_rows, "board", made)
    monkeypatch.setattr(live_rows, "FRAMES", 0.0)
    return found


def test_a_space_s_own_evaluations_are_on_the_board(told):
    study = Study()
    with LiveRows(study, OBJECTIVES, asked=9, quiet=False) as live:
        study.add(0.5)
        live.look()
        study.add(0.25)
        study.add(0.0, failure="error: no luck")
        study.add(0.3)
    assert (told.heads, told.total) == (("trial", "error", "cost"), 9)
    last, front, done, now = told[-1]  # the last look misses nothing
    assert front == [("0", "0.5", "0"), ("1", "0.25", "1")]
    assert last[0] == "trial 0: error 0.5, cost 0"
    assert last[2] == "trial 2: failed, error: no luck"
    assert (done, now) == (3, "1 failed")


def test_where_the_study_cannot_be_read_any_more_the_board_still_ends(told):
    study = Study()
    live = LiveRows(study, OBJECTIVES, asked=9, quiet=False)
    live.__enter__()
    study.rows = lambda: pytest.fail("nothing is to be read now")
    live.__exit__(OSError, OSError("away"), None)
    assert told.ended


def test_elsewhere_there_is_a_line_now_and_then(capsys, monkeypatch):
    study = Study()
    with LiveRows(study, OBJECTIVES, asked=9, quiet=False) as live:
        study.add(0.5)
        live.look()
        assert capsys.readouterr().err == ""
        monkeypatch.setattr(live_rows, "LINES", 0.0)
        live.look()
    assert capsys.readouterr().err == "[1/9] 0 failed\n"
    with LiveRows(study, OBJECTIVES, asked=9, quiet=True) as live:
        live.look()
    assert capsys.readouterr() == ("", "")


@pytest.mark.slow
def test_a_search_in_ray_is_on_the_board_and_nothing_of_ray_s(tmp_path):
    ours, theirs = pty.openpty()
    toy = ("--space", "tests.nas.toy:SPACE", "--data", "digits", "--resolution", "8")
    small = ("--width-scale", "1", "--data-share", "0.05", "--val-limit", "50", "--epochs", "1")
    moods = ("--choices", "mood=well,raises", "--trials", "4", "--workers", "2", "--no-published")
    process = subprocess.Popen(
        [sys.executable, "-m", "nas.search", *toy, *small, *moods, "--out", str(tmp_path)],
        stderr=theirs,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "40"},
    )
    os.close(theirs)
    try:
        seen = read(ours, "files: ", seconds=200)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert HIDDEN in seen
    assert seen.rindex(SHOWN) > seen.rindex(HIDDEN)
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen)
    assert "0/4" in plain
    assert "starting" in plain
    assert re.search(r"4/4 .* failed", plain)
    assert re.search(r"trial \d+: accuracy 0\.\d+", plain)
    assert not re.search(r"\bray\b|raylet|Tune", plain)
