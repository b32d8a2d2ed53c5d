"""What a Ray of our own writes outside the run's folder, and that it goes."""

import shutil
import tempfile
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from nas.core.errors import InputError
from nas.scheduling.session import LOCK, LONGEST, PREFIX, session_folder


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A TMPDIR that is short enough for sockets, and empty."""
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as folder:
        assert len(folder) <= LONGEST
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def abandoned(base: Path) -> Path:
    """As a driver that was killed leaves it."""
    folder = base / f"{PREFIX}dead"
    (folder / "session").mkdir(parents=True)
    (folder / LOCK).touch()
    return folder


def test_the_folder_goes_however_the_search_ends(temporary: Path) -> None:
    def search() -> None:
        with session_folder(sockets=True) as folder:
            assert folder.parent == temporary
            (folder / "session").mkdir()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search()
    assert not list(temporary.iterdir())


def test_what_a_killed_search_left_goes_with_the_next(temporary: Path) -> None:
    left = abandoned(temporary)
    with session_folder(sockets=True):
        assert not left.exists()


def test_a_search_that_runs_keeps_its_folder(temporary: Path) -> None:
    """As does whatever else has such a name."""
    other = temporary / f"{PREFIX}notes"
    other.mkdir()
    running = abandoned(temporary)
    with (
        FileLock(running / LOCK),
        session_folder(sockets=True) as one,
        session_folder(sockets=True) as two,
    ):
        assert one != two
        assert one.exists()
        assert running.exists()
    assert other.exists()


def test_a_folder_too_long_for_sockets_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * LONGEST)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with session_folder(sockets=True) as folder:
        assert folder.parent == Path("/tmp")
    with session_folder(sockets=False) as folder:
        assert folder.parent == long


def test_nothing_to_write_to_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/proc")
    with (
        pytest.raises(InputError, match=r"ray: /proc: cannot be written: .*TMPDIR"),
        session_folder(sockets=True),
    ):
        pass


def test_a_full_disk_is_one_line(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = namedtuple("full", ("total", "used", "free"))(2**30, 2**30 - 3 * 2**20, 3 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(InputError, match="3 MiB are free, of 64"), session_folder(sockets=True):
        pass
    assert not list(temporary.iterdir())
