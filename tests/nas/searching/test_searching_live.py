"""What a search shows: a board on a terminal, which Ctrl-C leaves sane, and lines elsewhere."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from nas.core.cost import Cost
from nas.core.evaluation import Failure, Score
from nas.core.objective import parse_objectives
from nas.searching.live import Live
from nas.study.campaign import Progress
from tests.nas.reporting.recorded import study

HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"  # the cursor
SCORE = Score(accuracy=0.8125, loss=1.0, seconds=3.0, device="cpu", images_per_second=9.0)
BROKEN = Failure(kind="diverged", message="loss is nan", seconds=1.0, device="cpu")


def live(*, quiet=False):
    progress = Progress(
        asked=12,
        complete=4,
        running=2,
        failed=1,
        references_done=0,
        references_left=0,
        seconds_left=90.0,
    )
    campaign = SimpleNamespace(progress=progress)
    return Live(campaign, lambda: study(), parse_objectives("accuracy,params"), quiet=quiet)


def ticket(number):
    return SimpleNamespace(name=f"trial {number}", cost=Cost(params=5_000_000, macs=10**9, flops=1))


def show(shown):
    """One training of each kind, and a line of news."""
    shown(ticket(5), None)
    shown(ticket(5), SCORE)
    shown(ticket(6), BROKEN)
    shown.say("some news")


def wait():
    """For the test below: a search that goes on until it is interrupted."""
    with live() as shown:
        show(shown)
        time.sleep(60)


def test_lines_where_there_is_no_terminal(capsys):
    with live() as shown:
        show(shown)
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert re.fullmatch(
        r"\[4/12\] 2 running, 1 failed, 0\.0 min, 1\.5 left; front 3, best 0\.810 \|"
        r" trial 5: accuracy 0\.812, 5M params, 1G MACs, 3 s",
        lines[0],
    )
    assert lines[1].endswith("trial 6: failed, diverged: loss is nan (5M params, 1G MACs)")
    assert lines[2:] == ["some news"]
    assert "\x1b" not in said.err


def test_quiet_is_quiet(capsys):
    with live(quiet=True) as shown:
        show(shown)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("terminal", ["dumb", ""])
def test_lines_on_a_terminal_that_can_only_print(capsys, monkeypatch, terminal):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", terminal) if terminal else monkeypatch.delenv("TERM", raising=False)
    with live() as shown:
        show(shown)
    assert "\x1b" not in capsys.readouterr().err


def read(terminal, until, seconds=40):
    """What the terminal was sent, up to some words of it."""
    seen, deadline = "", time.monotonic() + seconds
    while until not in seen:
        assert time.monotonic() < deadline, seen
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                seen += os.read(terminal, 65536).decode(errors="replace")
            except OSError:  # the other side is closed
                break
    return seen


def test_a_board_on_a_terminal_and_a_sane_one_after_ctrl_c():
    ours, theirs = pty.openpty()
    code = "from tests.nas.searching.test_searching_live import wait; wait()"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stderr=theirs,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "40"},
    )
    os.close(theirs)
    try:
        seen = read(ours, "some news")
        seen += read(ours, "loss is nan") if "loss is nan" not in seen else ""
        process.send_signal(signal.SIGINT)
        seen += read(ours, SHOWN)
        process.wait(20)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen)
    assert HIDDEN in seen
    assert seen.rindex(SHOWN) > seen.rindex(HIDDEN)
    assert "4/12" in plain
    assert "2 running, 1 failed, about 1.5 min left" in plain
    assert re.search(r"3 +20M +2G +0\.8100", plain)
    assert "trial 5: accuracy 0.812" in plain
    assert process.returncode in (1, -signal.SIGINT, 130)
