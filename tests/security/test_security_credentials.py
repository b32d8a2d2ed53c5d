"""A password in a storage URL reaches no screen and no file, also where a driver repeats it."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import pytest

from nas import dashboard, export, report
from nas.commandline import run
from nas.study.storage import redacted
from tests.security.searched import TABLE, TOY, search, table

SECRET = "hunter2"
URLS = {
    "plain": f"postgresql+psycopg2://me:{SECRET}@127.0.0.1/db",
    "without a driver": f"mysql+mysqldb://me:{SECRET}@127.0.0.1/db",
    "no such database": f"nonsense://me:{SECRET}@127.0.0.1/db",
    "quoted": f"postgresql+psycopg2://me:%20{SECRET}%40@127.0.0.1/db",
    "with a slash": f"postgresql+psycopg2://me:/{SECRET}@127.0.0.1/db",
    "with an at sign": f"postgresql+psycopg2://me:x@{SECRET}@127.0.0.1/db",
    "no user": f"postgresql+psycopg2://:{SECRET}@127.0.0.1/db",
    "in the query": f"postgresql+psycopg2://127.0.0.1/db?user=me&password={SECRET}",
    "in capitals": f"postgresql+psycopg2://127.0.0.1/db?user=me&PASSWORD={SECRET}",
    "of a key": f"postgresql+psycopg2://me@127.0.0.1/db?sslpassword={SECRET}",
    "a token": f"postgresql+psycopg2://me@127.0.0.1/db?auth_token={SECRET}",
    "a wallet": f"oracle+oracledb://me@127.0.0.1/db?wallet_password={SECRET}",
    "among options": f"postgresql+psycopg2://me@127.0.0.1/db?options=-cpassword%3D{SECRET}",
    "a whole connection": f"mssql+pyodbc:///?odbc_connect=UID%3Dme%3BPWD%3D{SECRET}",
    "no scheme": f"me:{SECRET}@127.0.0.1/db",
    "one slash": f"postgresql:/me:{SECRET}@127.0.0.1/db",
    "no port": f"postgresql+psycopg2://me:{SECRET}@127.0.0.1:port/db",
    "half an address": f"postgresql+psycopg2://me:{SECRET}@[::1/db",
}


@pytest.fixture
def talkative(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver whose errors repeat all that it was given, as some do."""
    driver = ModuleType("psycopg2")
    error = type("OperationalError", (Exception,), {})

    def connect(*given: object, **named: object) -> NoReturn:
        raise error(f"could not connect with {given} {named}")

    for name in ("Error", "OperationalError", "ProgrammingError", "DatabaseError"):
        setattr(driver, name, error)
    driver.connect = connect  # type: ignore[attr-defined]
    driver.paramstyle = "pyformat"  # type: ignore[attr-defined]
    driver.__version__ = "2.9.9"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "psycopg2", driver)


@pytest.mark.parametrize("space", ["networks", "a table"])
@pytest.mark.parametrize("kind", URLS)
@pytest.mark.usefixtures("talkative")
def test_a_storage_that_cannot_be_reached_is_one_line_without_its_password(
    kind: str, space: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = (
        TOY if space == "networks" else ("--space", f"tabular:{table(tmp_path / 't.csv')}", *TABLE)
    )
    flags = ("--storage", URLS[kind], "--out", str(tmp_path / "runs"), "--study", "s")
    assert search(*own, *flags, "--trials", "1") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    assert SECRET not in said.err
    kept = [path for path in (tmp_path / "runs").rglob("*") if path.is_file()]
    assert not any(SECRET in path.read_text() for path in kept)


@pytest.mark.parametrize("kind", [kind for kind, url in URLS.items() if "://" in url])
@pytest.mark.parametrize("flag", ["--storag {}", "--storag={}", "--trials {}", "--seed={}"])
def test_a_url_in_the_wrong_place_is_not_repeated(
    kind: str, flag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert search(*TOY, *flag.format(URLS[kind]).split(" ")) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert SECRET not in said
    assert "://***" in said


@pytest.mark.parametrize("kind", URLS)
def test_a_redacted_url_has_no_password(kind: str) -> None:
    assert SECRET not in redacted(URLS[kind])


@pytest.mark.parametrize(
    "url",
    [
        *("sqlite:///runs/s/study.db", "sqlite:////srv/runs/s/study.db", "journal:/srv/a.log"),
        *("postgresql://me@host:5432/db", "nonsense"),
    ],
)
def test_a_url_without_a_password_stays_as_it_is(url: str) -> None:
    assert redacted(url) == url


@pytest.mark.filterwarnings("ignore:Query string argument:sqlalchemy.exc.SAWarning")
@pytest.mark.parametrize("space", ["networks", "a table"])
def test_no_file_and_no_line_of_a_search_that_works_holds_the_password(
    space: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = (
        TOY if space == "networks" else ("--space", f"tabular:{table(tmp_path / 't.csv')}", *TABLE)
    )
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}?password={SECRET}"
    flags = ("--storage", url, "--out", str(tmp_path / "runs"), "--study", "s")
    for trials, other, code in (("1", (), 0), ("2", (), 0), ("2", ("--seed", "7"), 2)):
        assert search(*own, *flags, *other, "--trials", trials) == code
        said = capsys.readouterr()
        assert SECRET not in said.out + said.err
    files = [path for path in (tmp_path / "runs").rglob("*") if path.is_file()]
    assert {"run.json", "trials.csv"} <= {path.name for path in files}
    for path in files:
        assert SECRET.encode() not in path.read_bytes()


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a search that has ended."""
    out = tmp_path_factory.mktemp("done")
    assert search(*TOY, "--out", str(out), "--study", "s", "--trials", "1", "--quiet") == 0
    return out / "s"


READERS: dict[str, tuple[Callable[[list[str]], Any], tuple[str, ...]]] = {
    "report": (report.main, ("RUN",)),
    "dashboard": (dashboard.main, ("RUN",)),
    "export": (export.main, ("--study", "RUN", "--trial", "0", "--out", "OUT")),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", URLS)
@pytest.mark.usefixtures("talkative")
def test_who_reads_a_run_says_no_password_either(
    kind: str, reader: str, done: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program, words = READERS[reader]
    places = {"RUN": str(done), "OUT": str(tmp_path / "model")}
    given = [*(places.get(word, word) for word in words), "--storage", URLS[kind]]
    assert run(lambda: program(given)) == 2
    said = capsys.readouterr()
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    assert SECRET not in said.out + said.err
    assert not (tmp_path / "model").exists()
