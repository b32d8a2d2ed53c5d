"""Ctrl-C and SIGTERM stop a search once."""

import signal
import sys
import threading
import time
from contextlib import suppress

import pytest

from nas.core.interrupt import interrupted_once, raise_swallowed, unbroken


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_interrupts_and_the_second_does_not(
    first: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGINT)
    with interrupted_once():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(first)
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
    assert "already stopping" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before


class Deaf:
    """Is being destroyed when the signal comes: what is raised then, Python drops."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGTERM)


def _work() -> None:
    Deaf()
    time.sleep(10)


def test_one_that_comes_where_python_drops_it_comes_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hook, started = sys.unraisablehook, time.monotonic()
    with interrupted_once():
        with pytest.raises(KeyboardInterrupt):
            _work()
        assert time.monotonic() - started < 5
        signal.raise_signal(signal.SIGINT)
    said = capsys.readouterr().err
    assert "already stopping" in said
    assert "ignored" not in said
    assert sys.unraisablehook is hook


def test_what_else_is_dropped_is_told_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __del__(self) -> None:
            raise ValueError

    told: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda dropped: told.append(dropped.exc_type))
    with interrupted_once():
        Broken()
    assert told == [ValueError]


def test_outside_the_main_thread_nothing_changes() -> None:
    handlers = []

    def work() -> None:
        with interrupted_once():
            handlers.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert handlers == [signal.getsignal(signal.SIGINT)]


def test_one_that_somebody_took_for_his_own_is_raised_where_work_goes_on() -> None:
    with interrupted_once():
        raise_swallowed()
        with suppress(BaseException):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            raise_swallowed()
    raise_swallowed()


def test_what_must_not_be_left_half_done_is_done_first() -> None:
    done = []

    @unbroken()
    def work() -> None:
        signal.raise_signal(signal.SIGTERM)
        done.append(1)

    with interrupted_once(), pytest.raises(KeyboardInterrupt):
        work()
    assert done == [1]


def test_what_never_ends_is_left_at_the_second_one() -> None:
    @unbroken()
    def work() -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        pytest.fail("it goes on")

    before = signal.getsignal(signal.SIGINT)
    with interrupted_once(), pytest.raises(KeyboardInterrupt):
        work()
    assert signal.getsignal(signal.SIGINT) is before
