"""Ray's servers may vanish under the driver; it notices, and says so."""

import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nas.core.errors import InputError
from nas.scheduling import watch
from nas.scheduling.watch import opens, watched


@pytest.fixture
def server() -> socket.socket:
    """Listens on a free port of loopback."""
    return socket.create_server(("127.0.0.1", 0), backlog=100)


def test_a_server_that_vanishes_ends_the_wait_with_one_line(
    server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "EVERY", 0.05)

    def search() -> None:
        with watched() as watching:
            watching.look_at([server.getsockname()])
            time.sleep(0.3)
            server.close()
            time.sleep(30)

    started = time.monotonic()
    with pytest.raises(InputError, match=r"ray died .* the same command goes on"):
        search()
    assert time.monotonic() - started < 10


def started(home: Path, name: str) -> subprocess.Popen[bytes]:
    """A child of this process that is called as a server of Ray's."""
    program = home / name
    program.symlink_to(shutil.which("sleep") or "sleep")
    return subprocess.Popen([program, "60"])


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux tells of children")
@pytest.mark.parametrize("lived", [0.0, 0.5])
def test_a_server_that_dies_before_it_listens_ends_the_wait_as_well(
    lived: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "EVERY", 0.05)
    server, other = started(tmp_path, "raylet"), started(tmp_path, "sleeper")

    def search() -> None:
        with watched():
            other.kill()
            time.sleep(lived)
            server.kill()
            time.sleep(30)

    begun = time.monotonic()
    with pytest.raises(InputError, match="ray died"):
        search()
    assert time.monotonic() - begun < 10
    for process in (server, other):
        process.wait(10)


def test_servers_that_are_shut_down_are_not_missed(
    server: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "EVERY", 0.02)
    process = started(tmp_path, "gcs_server")
    with watched() as watching:
        watching.look_at([server.getsockname()])
        time.sleep(0.1)
        watching.rest()
        server.close()
        process.kill()
        time.sleep(0.5)
    assert not watching.gone
    process.wait(10)


def test_ctrl_c_stays_what_it_is(server: socket.socket) -> None:
    def search() -> None:
        with watched() as watching:
            watching.look_at([server.getsockname()])
            signal.raise_signal(signal.SIGINT)

    with server, pytest.raises(KeyboardInterrupt):
        search()


@pytest.mark.parametrize("told", ["look_at([('127.0.0.1', 1)])", "rest()"])
def test_a_driver_that_does_not_hear_is_ended_with_the_line(told: str) -> None:
    """Its main thread never comes back to Python, as within a call of Ray's, the last one too."""
    script = (
        "import ctypes, signal\n"
        "from nas.scheduling import watch\n"
        "watch.EVERY = watch.PATIENCE = watch.CLOSING = 0.05\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "with watch.watched() as watching:\n"
        f"    watching.{told}\n"
        "    ctypes.CDLL(None).sleep(60)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert ended.stderr == f"error: {watch.GONE}\n"


def test_a_door_opens_only_where_somebody_listens(server: socket.socket) -> None:
    door = server.getsockname()
    with server:
        assert opens(door, seconds=1)
    assert not opens(door, seconds=1)


@pytest.mark.parametrize("host", ["a..b", "x" * 64])
def test_no_door_opens_where_no_host_can_be_called_so(host: str) -> None:
    assert not opens((host, 6379), seconds=1)
