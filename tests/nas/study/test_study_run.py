"""The folder of a run: its name, its run.json, its storage, and one driver at a time."""

import errno
import json
import os
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from opened import ledger, settings

from nas.core.errors import InputError
from nas.core.evaluation import Score
from nas.core.redaction import redacted
from nas.study.folder import DRAFT, LOCK, driving
from nas.study.run import FILE, Run, check_name, open_run, read_any, read_run
from nas.study.storage import absolute, open_storage
from nas.study.ticket import Ticket

EXECUTION = {"trials": 3}


def opened(out: Path, *, storage: str | None = None, **changed: object) -> Run:
    """A run called s."""
    return open_run(
        out, "s", settings(**changed).to_dict(), storage=storage, versions={"torch": "2"}
    )


def saved(out: Path, **other: object) -> Run:
    """The same, on disk."""
    run = opened(out, **other)  # type: ignore[arg-type]
    run.save(EXECUTION)
    return run


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


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "7",
        "{}",
        '{"study": "s", "storage": "study.db", "settings": {}}',
        '{"study": "s", "storage": "study.db", "settings": []}',
        '{"study": "../x", "storage": "study.db", "settings": {}}',
        "\udcff",
    ],
)
def test_a_malformed_run_json_is_one_line(content: str, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "run.json").write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(InputError, match=r"run\.json: cannot be read"):
        opened(tmp_path)


def test_settings_of_the_wrong_kind_are_one_line(tmp_path: Path) -> None:
    run = saved(tmp_path)
    content = json.loads((run.folder / "run.json").read_text())
    content["settings"]["choices"] = []
    (run.folder / "run.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"run\.json: cannot be read"):
        read_run(run.folder)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("objectives", value) for value in ([], ["accuracy", 5])),
        *(("command", value) for value in (5, None, "--space", [5])),
        *(("versions", value) for value in (None, [1], "x")),
        *(("execution", value) for value in (None, [1], 5)),
        *(("threads", value) for value in ("x", 0, True, 10**9)),
        *(("trial_minutes", value) for value in (float("nan"), -1, 1e300, True, "5")),
    ],
)
def test_a_part_of_the_wrong_kind_is_one_line(name: str, value: object, tmp_path: Path) -> None:
    run = saved(tmp_path)
    content = json.loads((run.folder / "run.json").read_text())
    beside = {"objectives": "settings", "threads": "execution", "trial_minutes": "execution"}
    (content[beside[name]] if name in beside else content)[name] = value
    (run.folder / "run.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=rf"run\.json: cannot be read .*{name}: expected "):
        read_any(run.folder)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *(("knobs.a", value) for value in ("x", 3, [[1]], {"b": 1})),
        *(("costs", value) for value in ("x", [[1]], None)),
        *(("ordered", value) for value in (3, [None])),
    ],
)
def test_a_table_s_setting_of_the_wrong_kind_is_one_line(
    place: str, value: object, tmp_path: Path
) -> None:
    written: dict[str, Any] = {
        **{"space": "tabular:t.csv", "knobs": {"a": [1, 2]}, "ordered": [], "costs": ["b"]},
        **{"objectives": ["b:minimize"], "within": "", "sampler": "random", "seed": 0},
        "digest": None,
    }
    run = open_run(tmp_path, "s", written, storage=None, versions={})
    run.save(EXECUTION)
    assert read_any(run.folder).settings == written
    *above, last = place.split(".")
    (written[above[0]] if above else written)[last] = value
    run.save(EXECUTION)
    with pytest.raises(InputError, match=rf"run\.json: cannot be read .*{place}.*: expected "):
        read_any(run.folder)


@pytest.mark.parametrize("place", ["settings.space", "versions.torch", "storage"])
def test_half_a_letter_is_one_line(place: str, tmp_path: Path) -> None:
    run = saved(tmp_path)
    content = json.loads((run.folder / "run.json").read_text())
    *above, last = place.split(".")
    (content[above[0]] if above else content)[last] = "sqlite:///\ud800"
    (run.folder / "run.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"run\.json: cannot be read .*surrogates not allowed"):
        read_any(run.folder)


def test_brackets_without_end_are_one_line(tmp_path: Path) -> None:
    run = saved(tmp_path)
    (run.folder / "run.json").write_text("[" * 100_000)
    with pytest.raises(InputError, match=r"run\.json: cannot be read"):
        read_any(run.folder)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "run.json")
    with pytest.raises(InputError, match=r"run\.json: cannot be read .*expected a plain file"):
        read_any(tmp_path)


def test_trials_weighed_by_other_objectives_are_told(tmp_path: Path) -> None:
    run = saved(tmp_path)
    trained(run)
    assert [record.accuracy for record in run.records] == [0.5]
    run.content["settings"]["objectives"] = ["accuracy"]
    with pytest.raises(InputError, match=r"expected the 2 objectives of trial 0; got accuracy;"):
        _ = run.records


ODD: dict[str, Sequence[str]] = {
    "measured": (
        *("NaN", "Infinity", '"x"', "[1]", str(10**400), '{"loss": NaN}', '{"seconds": "x"}'),
        *('{"accuracy": 2}', '{"loss": 1' + "0" * 400 + "}", '{"parts": -1}', '{"device": 3}'),
    ),
    "params": ('"x"', "null", str(10**400), "-1", "1.5"),
    "key": ('"../x"', "[1]", "3", '"\\ud800"'),
    "replicate": ("[1]", "null"),
    "role": ('"x"', "3"),
    "failure": ("5",),
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in ODD.items() for value in values]
)
def test_an_attribute_that_no_search_wrote_is_one_line(
    name: str, value: str, tmp_path: Path
) -> None:
    run = saved(tmp_path)
    trained(run)
    noted(run, name, value)
    with pytest.raises(InputError, match=r"^trial 0 was not written by a search: .*from a copy$"):
        _ = run.records
    if name in ("key", "replicate"):
        with pytest.raises(InputError, match=r"^trial 0 was not written by a search: "):
            ledger(open_storage(run.storage_url), settings=run.settings)


@pytest.mark.parametrize("value", ["{", "[" * 60_000])
def test_a_damaged_study_is_not_gone_on_with(value: str, tmp_path: Path) -> None:
    run = saved(tmp_path)
    trained(run)
    noted(run, "params", value)
    with pytest.raises(InputError, match=r"^study s was not written by a search: .*from a copy$"):
        ledger(open_storage(run.storage_url), settings=run.settings)
    with pytest.raises(InputError, match=r"/s: its study cannot be read"):
        _ = run.records


def test_a_trial_without_its_result_is_not_gone_on_with(tmp_path: Path) -> None:
    run = saved(tmp_path)
    trained(run)
    noted(run, "measured", "{}")
    with pytest.raises(InputError, match=r"^trial 0 .*: accuracy: expected a number; got none;"):
        ledger(open_storage(run.storage_url), settings=run.settings)


def trained(run: Run) -> None:
    """One trial, complete."""
    opened = ledger(open_storage(run.storage_url), settings=run.settings)
    ticket = opened.ask()
    assert isinstance(ticket, Ticket)
    score = Score(accuracy=0.5, loss=1.0, seconds=1.0, device="cpu", images_per_second=1.0)
    opened.tell(ticket, score)
    noted(run, "failure", "null")


def noted(run: Run, name: str, value: str) -> None:
    """Put an attribute of every trial over, or in."""
    with sqlite3.connect(run.folder / FILE) as database:
        database.execute("DELETE FROM trial_user_attributes WHERE key = ?", (name,))
        database.execute(
            "INSERT INTO trial_user_attributes (trial_id, key, value_json)"
            " SELECT trial_id, ?, ? FROM trials",
            (name, value),
        )
    database.close()


def test_how_it_was_run_is_known_where_it_was_noted(tmp_path: Path) -> None:
    run = opened(tmp_path)
    assert (run.threads, run.trial_seconds) == (None, None)
    run.save({"threads": 3, "trial_minutes": 1.5})
    again = read_any(run.folder)
    assert (again.threads, again.trial_seconds) == (3, 90.0)


@pytest.mark.parametrize("damage", ["'{'", "CAST(x'ff' AS TEXT)"])
@pytest.mark.parametrize("read", ["records", "rows", "noted_settings"])
def test_a_damaged_study_is_one_line(read: str, damage: str, tmp_path: Path) -> None:
    run = saved(tmp_path)
    ledger(open_storage(run.storage_url), settings=run.settings).ask()
    getattr(run, read)
    with sqlite3.connect(run.folder / FILE) as database:
        for whose in ("study", "trial"):
            database.execute(f"UPDATE {whose}_user_attributes SET value_json = {damage}")
    database.close()
    with pytest.raises(InputError, match=r"/s: its study cannot be read \(.*from a copy$"):
        getattr(run, read)


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


@pytest.mark.parametrize("content", ["5", "[]", "{}", '{"settings": 7}'])
def test_what_no_search_wrote_is_no_run(content: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(InputError, match="no object with study, storage and settings"):
        read_run(tmp_path)


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
