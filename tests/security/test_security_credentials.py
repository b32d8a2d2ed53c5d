"""A password in a storage URL reaches no screen and no file, also where a driver repeats it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

import pytest

from nas import dashboard, export, report
from nas.commandline import run
from nas.core.redaction import cleaned, misread, redacted
from tests.security.searched import TABLE, TOY, search, table

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")

SECRET = "hunter2"
URLS = {
    "plain": f"postgresql+psycopg://me:{SECRET}@127.0.0.1/db",
    "without a driver": f"mysql+mysqldb://me:{SECRET}@127.0.0.1/db",
    "no such database": f"nonsense://me:{SECRET}@127.0.0.1/db",
    "quoted": f"postgresql+psycopg://me:%20{SECRET}%40@127.0.0.1/db",
    "with a slash": f"postgresql+psycopg://me:/{SECRET}@127.0.0.1/db",
    "with an at sign": f"postgresql+psycopg://me:x@{SECRET}@127.0.0.1/db",
    "no user": f"postgresql+psycopg://:{SECRET}@127.0.0.1/db",
    "a port and an at sign": f"postgresql+psycopg://me:x@{SECRET}@127.0.0.1:1/db",
    "behind a slash": f"postgresql+psycopg://me:p@x/{SECRET}@127.0.0.1:1/db",
    "before a slash": f"postgresql+psycopg://me:p@{SECRET}/x@127.0.0.1",
    "before a question": f"postgresql+psycopg://me:p@{SECRET}?x@127.0.0.1",
    "behind a port": f"postgresql+psycopg://me:p@x:5/{SECRET}@127.0.0.1",
    "a question and no port": f"postgresql+psycopg://me:{SECRET}?x@127.0.0.1:port/db",
    "no at sign": f"postgresql+psycopg://me:{SECRET}/127.0.0.1/db",
    "in the user": f"postgresql+psycopg://me%3A{SECRET}@127.0.0.1/db",
    "behind a semicolon": f"postgresql+psycopg://127.0.0.1/db?user=me;password={SECRET}",
    "in short": f"postgresql+psycopg://127.0.0.1/db?user=me&pw={SECRET}",
    "in disguise": f"postgresql+psycopg://127.0.0.1/db?user=me&p%61ssword={SECRET}",
    "in libpq's words": f"host=127.0.0.1 user=me password={SECRET}",
    "as a journal": f"journal:postgresql://me:{SECRET}@127.0.0.1/db",
    "as a journal, in libpq's words": f"journal:host=127.0.0.1 password={SECRET}",
    "with its variable": f"DATABASE_URL=postgresql+psycopg://me:{SECRET}@127.0.0.1/db",
    "in the query": f"postgresql+psycopg://127.0.0.1/db?user=me&password={SECRET}",
    "in capitals": f"postgresql+psycopg://127.0.0.1/db?user=me&PASSWORD={SECRET}",
    "of a key": f"postgresql+psycopg://me@127.0.0.1/db?sslpassword={SECRET}",
    "a token": f"postgresql+psycopg://me@127.0.0.1/db?auth_token={SECRET}",
    "a wallet": f"oracle+oracledb://me@127.0.0.1/db?wallet_password={SECRET}",
    "among options": f"postgresql+psycopg://me@127.0.0.1/db?options=-cpassword%3D{SECRET}",
    "a whole connection": f"mssql+pyodbc:///?odbc_connect=UID%3Dme%3BPWD%3D{SECRET}",
    "no scheme": f"me:{SECRET}@127.0.0.1/db",
    "one slash": f"postgresql:/me:{SECRET}@127.0.0.1/db",
    "no port": f"postgresql+psycopg://me:{SECRET}@127.0.0.1:port/db",
    "half an address": f"postgresql+psycopg://me:{SECRET}@[::1/db",
}


# Those that a driver is given, and can repeat.
CONNECTING = {
    *("plain", "quoted", "with a slash", "no user", "in the query", "in capitals", "of a key"),
    *("a token", "among options", "in the user", "behind a semicolon", "in short", "in disguise"),
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What a driver is given whose errors repeat all of it, as some do."""
    found: list[object] = []

    def connect(*given: object, **named: object) -> NoReturn:
        found.append((given, named))
        raise psycopg.OperationalError(f"could not connect with {given} {named}")

    monkeypatch.setattr(psycopg, "connect", connect)
    return found


@pytest.mark.parametrize("space", ["networks", "a table"])
@pytest.mark.parametrize("kind", URLS)
def test_a_storage_that_cannot_be_reached_is_one_line_without_its_password(
    kind: str,
    space: str,
    asked: list[object],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
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
    assert bool(asked) == (kind in CONNECTING)
    assert (SECRET in str(asked)) == (kind in CONNECTING)
    kept = [path for path in (tmp_path / "runs").rglob("*") if path.is_file()]
    assert not any(SECRET in path.read_text() for path in kept)


@pytest.mark.parametrize(
    "word",
    [
        *URLS.values(),
        *(f"postgresql:/me:{SECRET}@h/db", f"postgresql:me:{SECRET}@h/db", f"me:{SECRET}@h"),
        *(f"me%3A{SECRET}@h", f"host=h password={SECRET}", f"host=h password = '{SECRET}'"),
        *(f"me:'{SECRET}\\'@h", f"me:{SECRET}{'x' * 40}@h", f"me:{SECRET}\udcff@h"),
        f"me:{SECRET} {SECRET}@h",
    ],
)
@pytest.mark.parametrize("flag", ["--storag {}", "--storag={}", "{}", "--trials {}", "--seed={}"])
def test_what_may_hold_a_password_is_not_repeated_in_the_wrong_place(
    word: str, flag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before, _, after = flag.partition("{}")
    words = [*before.split(), word + after] if " " in before else [before + word]
    assert search(*TOY, *words) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert SECRET not in said
    assert "***" in said


@pytest.mark.parametrize("kind", URLS)
def test_a_redacted_url_has_no_password(kind: str) -> None:
    assert SECRET not in redacted(URLS[kind])


@pytest.mark.parametrize(
    "url",
    [
        *("sqlite:///runs/s/study.db", "sqlite:////srv/runs/s/study.db", "journal:/srv/a.log"),
        *("journal:/srv/a:b@c.log", "sqlite:////srv/me:x@work/study.db", "sqlite:x.db"),
        *("postgresql://me@host:5432/db", "postgresql://[::1]:5432/db", "nonsense", ""),
        *("postgresql://host:5432/db?application_name=x", "postgresql://me@host/db?user=me@work"),
    ],
)
def test_a_url_without_a_password_stays_as_it_is(url: str) -> None:
    assert redacted(url) == url


@pytest.mark.parametrize("kind", URLS)
def test_no_driver_takes_half_a_password_for_a_host(kind: str) -> None:
    twice = {"with an at sign", "a port and an at sign", "before a question", "behind a port"}
    advice = {
        **dict.fromkeys({*twice, "behind a slash", "before a slash"}, "expected one @; write @"),
        "no at sign": "the @ may be missing",
        "as a journal": "expected journal:FILE",
        "as a journal, in libpq's words": "expected journal:FILE",
    }
    assert advice.get(kind, "") in (misread(URLS[kind]) or "")
    assert (kind in advice) == (misread(URLS[kind]) is not None)


@pytest.mark.parametrize("secret", ["p", "db", "@", "12"])
def test_a_short_password_leaves_the_words_of_a_driver_legible(secret: str) -> None:
    url = f"postgresql+psycopg://me:{quote(secret)}@host/dbs"
    said = f"(psycopg.OperationalError) no 312 dbs: user me, password={secret!r}"
    assert cleaned(said, url) == "(psycopg.OperationalError) no 312 dbs: user me, password='***'"


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
def test_who_reads_a_run_says_no_password_either(
    kind: str,
    reader: str,
    asked: list[object],
    done: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dashboard, "_check_port", lambda port: None)  # another test may hold it
    program, words = READERS[reader]
    places = {"RUN": str(done), "OUT": str(tmp_path / "model")}
    given = [*(places.get(word, word) for word in words), "--storage", URLS[kind]]
    assert run(lambda: program(given)) == 2
    said = capsys.readouterr()
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    assert SECRET not in said.out + said.err
    assert bool(asked) == (kind in CONNECTING)
    assert not (tmp_path / "model").exists()
