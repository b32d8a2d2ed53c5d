"""A journal holds whole lines only, whatever cuts a write short."""

import errno
import os
from pathlib import Path

import optuna
import pytest
from optuna.exceptions import StorageInternalError

from nas.core.errors import InputError
from nas.study import journal
from nas.study.journal import BLOCK, WholeLines
from nas.study.storage import open_storage

FIRST, SECOND = {"op": 1}, {"op": 2, "words": "x" * 100}


def written(file: Path) -> list[dict[str, object]]:
    """As another process reads it."""
    return list(WholeLines(file).read_logs(0))


@pytest.mark.parametrize("half", [b"", b"{", b'{"op": 2, "wor', b"x" * (BLOCK + 7)])
def test_half_a_line_is_taken_back(half: bytes, tmp_path: Path) -> None:
    file = tmp_path / "log"
    WholeLines(file).append_logs([FIRST])
    file.write_bytes(file.read_bytes() + half)
    assert written(file) == [FIRST]
    reader = WholeLines(file)
    assert list(reader.read_logs(0)) == [FIRST]
    WholeLines(file).append_logs([SECOND])
    assert written(file) == [FIRST, SECOND]
    assert list(reader.read_logs(1)) == [SECOND]


def test_a_file_of_half_a_line_alone_is_empty(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"{" * (BLOCK + 1))
    WholeLines(tmp_path / "log").append_logs([FIRST])
    assert written(tmp_path / "log") == [FIRST]


def test_a_disk_that_takes_half_a_line_has_taken_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "log"
    WholeLines(file).append_logs([FIRST])
    room, write = [9], os.write

    def nearly_full(place: int, content: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken, room[0] = write(place, content[: room[0]]), 0
        return taken

    with monkeypatch.context() as patched:
        patched.setattr(journal.os, "write", nearly_full)
        with pytest.raises(StorageInternalError, match="No space left"):
            WholeLines(file).append_logs([SECOND])
    assert written(file) == [FIRST]
    assert file.read_bytes().endswith(b"\n")
    WholeLines(file).append_logs([SECOND])
    assert written(file) == [FIRST, SECOND]


def test_a_file_that_is_away_is_the_storages_trouble(tmp_path: Path) -> None:
    log = WholeLines(tmp_path / "log")
    log.append_logs([FIRST])
    (tmp_path / "log").rename(tmp_path / "away")
    with pytest.raises(StorageInternalError, match="log: No such file"):
        log.append_logs([SECOND])
    with pytest.raises(StorageInternalError, match="log: No such file"):
        list(log.read_logs(0))
    (tmp_path / "away").rename(tmp_path / "log")
    log.append_logs([SECOND])
    assert written(tmp_path / "log") == [FIRST, SECOND]


def test_a_write_so_slow_that_another_took_the_turn_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, write = WholeLines(tmp_path / "log"), os.fsync

    def slow(place: int) -> None:
        (tmp_path / "log.lock").unlink()
        write(place)

    monkeypatch.setattr(journal.os, "fsync", slow)
    log.append_logs([FIRST])
    assert written(tmp_path / "log") == [FIRST]


def test_a_study_goes_on_behind_a_cut_line(tmp_path: Path) -> None:
    url = f"journal:{tmp_path / 'log'}"
    optuna.create_study(storage=open_storage(url), study_name="s").ask()
    with (tmp_path / "log").open("ab") as file:
        file.write(b'{"op_code":4,"worker_id"')
    study = optuna.load_study(storage=open_storage(url), study_name="s")
    study.ask()
    assert [trial.number for trial in study.trials] == [0, 1]
    again = optuna.load_study(storage=open_storage(url), study_name="s")
    assert len(again.trials) == 2


@pytest.mark.parametrize("url", ["journal:{}/no/x.log", "sqlite:///{}/no/x.db"])
def test_a_folder_that_is_not_there_is_one_line_and_is_not_made(url: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the folder .*/no does not exist"):
        open_storage(url.format(tmp_path))
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize("scheme", ["journal:", "sqlite:///"])
def test_what_is_no_plain_file_is_not_read_to_its_end(
    scheme: str, create: bool, kind: str, tmp_path: Path
) -> None:
    place = {"pipe": tmp_path / "pipe", "device": Path("/dev/zero"), "folder": tmp_path}[kind]
    if kind == "pipe":
        os.mkfifo(place)
    with pytest.raises(InputError, match=r"expected a plain file|there is no such file"):
        open_storage(f"{scheme}{place}", create=create)


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize(
    "line",
    [
        *("{}", "[]", "5", "null", '"x"', '{"op_code":true,"worker_id":"a"}'),
        *('{"op_code":99,"worker_id":"x"}', '{"op_code":0,"worker_id":"x","study_name":[]}'),
        *('{"op_code":8,"worker_id":"x"}', '{"op_code":\n{}', "\0\n{}"),
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_a_whole_line_that_is_no_log_is_one_line(line: str, create: bool, tmp_path: Path) -> None:
    url = f"journal:{tmp_path / 'log'}"
    optuna.create_study(storage=open_storage(url), study_name="s").ask()
    with (tmp_path / "log").open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(InputError, match="a line of it is no") as caught:
        open_storage(url, create=create)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("line", ['{"op_code":', "\0\0"])
def test_a_last_line_that_is_no_json_is_the_storages_trouble_once_another_follows(
    line: str, tmp_path: Path
) -> None:
    url = f"journal:{tmp_path / 'log'}"
    study = optuna.create_study(storage=open_storage(url), study_name="s")
    with (tmp_path / "log").open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(StorageInternalError, match="log: a line of it is no JSON"):
        study.ask()
