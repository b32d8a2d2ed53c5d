"""Names and contents of files stay words: none of them leads out of its folder."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nas import export
from nas.commandline import run
from tests.security.searched import TABLE, TOY, search, table

OUTSIDE = [
    *("../x", "..", ".", "/tmp/x", "a/../../x", "a/b", "a\\b", "a\0b", "a\nb", "~", "-"),
    "\uff41",  # a letter, as wide as two
]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run of three trials."""
    out = tmp_path_factory.mktemp("finished")
    assert search(*TOY, "--trials", "3", "--study", "s", "--out", str(out), "--quiet") == 0
    return out / "s"


@pytest.fixture
def copied(finished: Path, tmp_path: Path) -> Path:
    """A copy of it to spoil, with a folder around it."""
    folder = tmp_path / "inner" / "runs" / "s"
    shutil.copytree(finished, folder)
    return folder


def outside(folder: Path) -> set[Path]:
    """Every file around the runs."""
    around, runs = folder.parents[2], folder.parent
    return {path for path in around.rglob("*") if runs not in path.parents and path.is_file()}


def go_on(folder: Path, *flags: str) -> int:
    """The same command, for two trials more."""
    own = ("--study", "s", "--out", str(folder.parent), "--quiet")
    return search(*TOY, *own, "--trials", "5", *flags)


def take_home(folder: Path, *flags: str) -> int:
    """Export trial 0."""
    out = str(folder.parent / "model")
    arguments = ["--study", str(folder), "--trial", "0", "--out", out, *flags]
    return run(lambda: export.main(arguments))


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("space", ["networks", "a table"])
def test_a_study_cannot_be_named_out_of_its_folder(
    space: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = (
        TOY if space == "networks" else ("--space", f"tabular:{table(tmp_path / 't.csv')}", *TABLE)
    )
    out = tmp_path / "inner" / "runs"
    before = set(tmp_path.rglob("*"))
    assert search(*own, f"--study={name}", "--out", str(out), "--trials", "1") == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert set(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["../x", "/tmp/x", "..", "", 3, None, ["s"]])
def test_a_run_cannot_be_named_out_of_its_folder_by_its_own_file(
    name: object, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.loads((copied / "run.json").read_text())
    (copied / "run.json").write_text(json.dumps(content | {"study": name}))
    before = outside(copied)
    for step in (go_on, take_home):
        assert step(copied) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert outside(copied) == before


@pytest.mark.parametrize(
    "where", ["sqlite:///../away.db", "sqlite:///{}/away.db", "journal:{}/a.log"]
)
def test_an_export_makes_no_database_where_a_run_says_that_it_lies(
    where: str, copied: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(copied.parent)
    content = json.loads((copied / "run.json").read_text())
    content["storage"] = where.format(copied.parents[2])
    (copied / "run.json").write_text(json.dumps(content))
    before = outside(copied)
    assert take_home(copied) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert outside(copied) == before


def test_an_export_makes_no_database_in_a_run_that_lost_its_own(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copied / "study.db").unlink()
    assert take_home(copied) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (copied / "study.db").exists()


def lead_away(folder: Path, name: str, value: object) -> None:
    """Let an attribute of every trial say something else."""
    with closing(sqlite3.connect(folder / "study.db")) as database, database:
        database.execute(
            "update trial_user_attributes set value_json = ? where key = ?",
            (json.dumps(value), name),
        )


@pytest.mark.parametrize(
    ("name", "value", "file"),
    [
        ("key", "../../../victim", "victim-0.safetensors"),
        ("replicate", "x/../../../../victim", "victim.safetensors"),
        ("replicate", -1, "victim.safetensors"),
    ],
)
def test_no_attribute_in_a_database_lets_a_search_or_an_export_touch_other_files(
    name: str, value: object, file: str, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lead_away(copied, name, value)
    victim = copied.parents[1] / file
    shutil.rmtree(copied / "weights")
    (copied / "weights").mkdir()
    for step in (go_on, lambda folder: take_home(folder, "--weights", "proxy")):
        victim.write_bytes(b"kept")
        before = outside(copied)
        assert step(copied) in (0, 2)
        assert "Traceback" not in capsys.readouterr().err
        assert victim.read_bytes() == b"kept"
        assert outside(copied) == before


def test_cells_of_a_table_are_values_and_never_paths(tmp_path: Path) -> None:
    cells = ["../../x", "/etc/passwd", "${HOME}", "file:///x", "=1+1", "<script>alert(1)</script>"]
    rows = [f"{cell},{place},{place}" for place, cell in enumerate(cells)]
    (tmp_path / "t.csv").write_text("\n".join(["a,acc,params", *rows]) + "\n")
    out = tmp_path / "inner" / "runs"
    flags = ("--knobs", "a", "--objectives", "acc:max,params:min", "--costs", "params")
    table = ("--space", f"tabular:{tmp_path / 't.csv'}", *flags)
    assert search(*table, "--trials", "9", "--study", "s", "--out", str(out), "--quiet") == 0
    made = {path for path in tmp_path.rglob("*") if path.is_file()} - {tmp_path / "t.csv"}
    assert {path.parent for path in made} == {out / "s"}
    for page in (out / "s").glob("*.html"):
        assert "<script>alert(1)" not in page.read_text()
