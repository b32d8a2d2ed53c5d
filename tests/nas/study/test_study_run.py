"""The folder of a run: its name, its run.json, its storage, and one driver at a time."""

import errno
import os
import time
from pathlib import Path

import pytest
from opened import EXECUTION, opened, saved, settings

from nas.core.errors import InputError
from nas.core.redaction import redacted
from nas.study.folder import DRAFT, LOCK, driving
from nas.study.run import FILE, check_name, open_run, read_any, read_run
from nas.study.storage import absolute, open_storage


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "-x", ".hidden", "a b", "x" * 101, "é", "a.reference"]
)
def test_a_name_that_could_leave_its_folder_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="--study"):
        check_name(name)


def test_a_name_of_letters_and_digits_is_taken() -> None:
    assert check_name("accvit-1234.run_2") == "accvit-1234.run_2"


def test_opening_writes_nothing(tmp_path: Path) -> None:
    opened(tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_the_same_settings_go_on_and_keep_the_versions_of_the_first_time(tmp_path: Path) -> None:
    saved(tmp_path)
    again = open_run(tmp_path, "s", settings().to_dict(), storage=None, versions={"torch": "3"})
    assert again.content["versions"] == {"torch": "2"}
    assert again.settings == settings().to_dict()


def test_other_settings_are_refused_by_name(tmp_path: Path) -> None:
    saved(tmp_path)
    with pytest.raises(InputError, match=r"other settings: seed: 0 there, 1 asked"):
        opened(tmp_path, seed=1)


def test_another_storage_is_refused(tmp_path: Path) -> None:
    saved(tmp_path)
    with pytest.raises(InputError, match=r"lies in study\.db; got --storage journal:x"):
        opened(tmp_path, storage="journal:x")


def test_how_it_was_run_is_known_where_it_was_noted(tmp_path: Path) -> None:
    run = opened(tmp_path)
    assert (run.threads, run.trial_seconds) == (None, None)
    run.save({"threads": 3, "trial_minutes": 1.5})
    again = read_any(run.folder)
    assert (again.threads, again.trial_seconds) == (3, 90.0)


def test_no_run_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected a run's folder"):
        read_run(tmp_path)


@pytest.mark.parametrize("out", ["file", "file/below", "x" * 300])
def test_where_nothing_can_be_written_is_one_line(out: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = opened(tmp_path / out)
    with (
        pytest.raises(InputError, match=r"--out .* cannot be written"),
        driving(run.folder, alone=True),
    ):
        pass
    with pytest.raises(InputError, match=r"--out .* cannot be written"):
        run.save(EXECUTION)


def test_a_folder_may_be_called_as_no_url_is_written(tmp_path: Path) -> None:
    run = saved(tmp_path / "100% sure?#1")
    open_storage(run.storage_url)
    assert (run.folder / FILE).exists()


def test_one_driver_at_a_time(tmp_path: Path) -> None:
    with driving(tmp_path, alone=True):
        again = driving(tmp_path, alone=True)
        with pytest.raises(InputError, match="another process is running this study"):
            again.__enter__()
    with driving(tmp_path, alone=True):
        pass


@pytest.mark.parametrize(
    ("alone", "left"), [(True, set()), (False, {".new.csv.1", ".driver-0123456789ab"})]
)
def test_what_a_killed_driver_was_writing_goes_unless_another_may_be_at_it(
    alone: bool, left: set[str], tmp_path: Path
) -> None:
    (tmp_path / "weights").mkdir()
    drafts = [tmp_path / ".run.json.7", tmp_path / ".new.csv.1"]
    drafts += [
        tmp_path / "weights" / name for name in (".a-0.safetensors.9", ".driver-0123456789ab")
    ]
    for draft in drafts:
        draft.write_text("half")
        if "new" not in draft.name:
            os.utime(draft, (0, time.time() - 2 * DRAFT))
    (tmp_path / "trials.csv").write_text("whole")
    with driving(tmp_path, alone=alone):
        assert (tmp_path / "trials.csv").exists()
        found = {path.name for path in tmp_path.rglob(".*")} - {LOCK}
    assert found == left


def test_what_cannot_be_written_leaves_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = saved(tmp_path)
    before = (run.folder / "run.json").read_text()
    write = Path.write_text

    def full(path: Path, text: str) -> int:
        write(path, text[:5])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(InputError, match="cannot be written"):
        run.save(EXECUTION)
    assert [path.name for path in run.folder.iterdir()] == ["run.json"]
    assert (run.folder / "run.json").read_text() == before


def test_the_default_storage_moves_with_its_folder(tmp_path: Path) -> None:
    saved(tmp_path)
    (tmp_path / "s").rename(tmp_path / "t")
    run = read_run(tmp_path / "t")
    assert run.name == "s"
    assert run.storage_url == f"sqlite:///{tmp_path / 't' / FILE}"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:secret@host/db",
        "postgresql://host/db?user=me&password=secret",
        "not a dialect://me:secret@host/db",
    ],
)
def test_a_password_reaches_neither_the_file_nor_the_screen(url: str, tmp_path: Path) -> None:
    assert "secret" not in redacted(url)
    assert "secret" not in (saved(tmp_path, storage=url).folder / "run.json").read_text()
    with pytest.raises(InputError) as caught:
        open_storage(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["journal:x", "sqlite:///x.db", "sqlite:////a b/x.db"])
def test_a_url_without_a_password_stays_as_it_is(url: str) -> None:
    assert redacted(url) == url


@pytest.mark.parametrize(
    "url", ["", "nonsense", "journal:", "sqlite://", "sqlite:///:memory:", "sqlite:////no/where.db"]
)
def test_a_storage_that_cannot_be_opened_is_one_line(url: str) -> None:
    with pytest.raises(InputError, match="--storage") as caught:
        open_storage(url)
    assert "\n" not in str(caught.value)


def test_a_journal_in_place_of_a_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--storage"):
        open_storage(f"journal:{tmp_path}")


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("not a database, but long enough to be looked at" * 50)
    with pytest.raises(InputError, match="--storage"):
        open_storage(f"sqlite:///{tmp_path / 'x.db'}")


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("journal:a/log", "journal:{cwd}/a/log"),
        ("sqlite:///x.db", "sqlite:///{cwd}/x.db"),
        ("sqlite:////tmp/x.db", "sqlite:////tmp/x.db"),
        ("postgresql://host/db", "postgresql://host/db"),
    ],
)
def test_a_storage_is_the_same_from_any_folder(url: str, there: str) -> None:
    assert absolute(url) == there.format(cwd=Path.cwd())


@pytest.mark.parametrize("left", [None, ""])
def test_a_lost_study_is_not_begun_anew_over_its_tables(left: str | None, tmp_path: Path) -> None:
    run = saved(tmp_path)
    if left is not None:
        (run.folder / FILE).write_text(left)
    opened(tmp_path)  # killed before its first trial had ended
    (run.folder / "trials.csv").write_text("number,key\n0,abc\n")
    with pytest.raises(InputError, match=r"study\.db: expected the study of which trials\.csv"):
        opened(tmp_path)
    open_storage(run.storage_url)
    opened(tmp_path)


def test_what_is_in_the_way_is_named(tmp_path: Path) -> None:
    run = opened(tmp_path)
    run.folder.write_text("")
    with pytest.raises(InputError, match=f"{run.folder} cannot be written"):
        run.save(EXECUTION)
