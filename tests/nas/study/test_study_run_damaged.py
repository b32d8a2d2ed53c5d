"""A run whose run.json or study somebody has edited or damaged costs one line, where it is read."""

import json
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from opened import EXECUTION, ledger, opened, saved

from nas.core.errors import InputError
from nas.core.evaluation import Score
from nas.study.run import FILE, Run, open_run, read_any, read_run
from nas.study.storage import open_storage
from nas.study.ticket import Ticket


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


@pytest.mark.parametrize("content", ["5", "[]", "{}", '{"settings": 7}'])
def test_what_no_search_wrote_is_no_run(content: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(InputError, match="no object with study, storage and settings"):
        read_run(tmp_path)
