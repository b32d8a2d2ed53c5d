"""Ray's servers may vanish under the driver; it notices, and says so."""

import signal
import socket
import subprocess
import sys
import time

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
        with watched([server.getsockname()]):
            time.sleep(0.3)
            server.close()
            time.sleep(30)

    started = time.monotonic()
    with pytest.raises(InputError, match=r"ray died .* the same command goes on"):
        search()
    assert time.monotonic() - started < 10


def test_ctrl_c_stays_what_it_is(server: socket.socket) -> None:
    with server, pytest.raises(KeyboardInterrupt), watched([server.getsockname()]):
        signal.raise_signal(signal.SIGINT)


def test_a_driver_that_does_not_hear_is_ended_with_the_line() -> None:
    """Its main thread never comes back to Python, as within a call of Ray's."""
    script = (
        "import ctypes, signal\n"
        "from nas.scheduling import watch\n"
        "watch.EVERY = watch.PATIENCE = 0.05\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "with watch.watched([('127.0.0.1', 1)]):\n"
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
