"""Optuna's storages, opened so that a search and a dashboard can use one SQLite file together."""

import re
from pathlib import Path
from typing import Any

import optuna
from optuna.exceptions import OptunaError
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from nas.core.errors import InputError

BUSY_SECONDS = 60  # how long a writer waits for another's lock
JOURNAL = "journal:"
_SECRET = ("password", "passwd", "sslpassword")  # of a URL's query
_CREDENTIALS = re.compile(r"(//[^/@:]*:?)[^/@]*@")


def open_storage(url: str) -> BaseStorage:
    """`sqlite:///FILE`, any database URL that Optuna takes, or `journal:FILE`; else InputError."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        if url.startswith(JOURNAL):
            return _journal(url.removeprefix(JOURNAL))
        return _sqlite(url) if url.startswith("sqlite") else RDBStorage(url)
    except (SQLAlchemyError, OptunaError, ImportError, ValueError, RuntimeError, OSError) as error:
        reason = " ".join(str(error).replace(url, redacted(url)).split())[:200]
        raise InputError(
            f"--storage {redacted(url)}: cannot be opened as an Optuna storage: {reason}"
        ) from error


def absolute(url: str) -> str:
    """The same storage, whichever folder it is named from: a relative file gets its full path."""
    for prefix in (JOURNAL, "sqlite:///"):
        file = url.removeprefix(prefix)
        if file != url and file and not file.startswith((":memory:", "file:", "?")):
            return prefix + str(Path(file).absolute())
    return url


def redacted(url: str) -> str:
    """A storage URL without its password."""
    try:
        parsed = make_url(url)
    except ArgumentError:  # journal:FILE, or what is no URL at all
        return _CREDENTIALS.sub(r"\1***@", url)
    hidden = {name: "***" for name in parsed.query if name.lower() in _SECRET}
    return parsed.update_query_dict(hidden).render_as_string(hide_password=True)


def _journal(file: str) -> JournalStorage:
    if not file:
        raise ValueError("expected journal:FILE")
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    return JournalStorage(JournalFileBackend(str(path)))


def _sqlite(url: str) -> RDBStorage:
    """Write-ahead log, one fsync less a commit: 30 ms a trial, not 460; readers never block."""
    if make_url(url).database in (None, "", ":memory:"):
        raise ValueError("expected a file, sqlite:///FILE, for a search to go on from")
    storage = RDBStorage(url, engine_kwargs={"connect_args": {"timeout": BUSY_SECONDS}})
    storage.engine.dispose()  # connections opened before the listener would lack its settings
    event.listen(storage.engine, "connect", _tune)
    return storage


def _tune(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()
