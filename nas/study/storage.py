"""Optuna's storages, opened so that a search and a dashboard can use one SQLite file together."""

import errno
import random
import re
import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import optuna
from optuna.exceptions import OptunaError, StorageInternalError
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from nas.core.errors import InputError
from nas.study.journal import WholeLines

BUSY_SECONDS = 60  # how long a writer waits for another's lock
JOURNAL = "journal:"
ATTEMPTS = 5  # at opening a database that others open too
REFUSED = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES)  # by the disk
# What a parameter of a URL's query is called that holds a secret, or anything at all.
_SECRET = re.compile("pass|pwd|secret|token|key|auth|cred|connect|option", re.IGNORECASE)
_SCHEME = re.compile(r"(?:[\w+]+:/+)?")


def open_storage(url: str, *, create: bool = True) -> BaseStorage:
    """`sqlite:///FILE`, any database URL that Optuna takes, or `journal:FILE`; else InputError.

    `create`: whether a file that is not there may be made.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        return _opened(url, create=create)
    except (SQLAlchemyError, OptunaError, ImportError, ValueError, RuntimeError, OSError) as error:
        raise InputError(
            f"--storage {redacted(url)}: cannot be opened as an Optuna storage: {told(error, url)}"
        ) from error


def _opened(url: str, *, create: bool) -> BaseStorage:
    if not create:
        _must_exist(url)
    if url.startswith(JOURNAL):
        return _journal(url.removeprefix(JOURNAL))
    for attempt in range(ATTEMPTS):
        try:
            return _sqlite(url) if url.startswith("sqlite") else RDBStorage(url)
        except (SQLAlchemyError, StorageInternalError) as error:
            # Another driver is making the tables at this moment.
            if "exists" not in str(error) or attempt == ATTEMPTS - 1:
                raise
            time.sleep(random.uniform(0.5, 1.5))
    raise AssertionError("unreachable")


def is_storage_error(error: BaseException) -> bool:
    """Whether a database, or the disk, refused."""
    if isinstance(error, OSError):
        return error.errno in REFUSED
    return isinstance(error, StorageInternalError | SQLAlchemyError)


def told(error: BaseException, url: str) -> str:
    """The words of an error, on one line and without the secrets that its storage's URL holds."""
    said = re.split(r"\[SQL: |\(Background on this", str(error))[0].replace(url, redacted(url))
    for secret in sorted(_secrets(url), key=len, reverse=True):
        said = said.replace(secret, "***")
    return " ".join(said.split())[:200]


def absolute(url: str) -> str:
    """The same storage, whichever folder it is named from: a relative file gets its full path."""
    for prefix in (JOURNAL, "sqlite:///"):
        file = url.removeprefix(prefix)
        if file != url and file and not file.startswith((":memory:", "file:", "?")):
            return prefix + str(Path(file).absolute())
    return url


def redacted(url: str) -> str:
    """A storage URL without its secrets; it may hide more than those, and raises nothing."""
    if url.startswith(JOURNAL):
        return url
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        before, at, after = url.partition("?")[0].rpartition("@")
        return f"{_SCHEME.match(before)[0]}***@{after}" if at else after  # type: ignore[index]
    hidden = {name: "***" for name in parsed.query if _SECRET.search(name)}
    host = parsed.host and parsed.host.rpartition("@")[2]  # a password may hold an @
    shown = parsed.set(host=host).update_query_dict(hidden)
    return shown.render_as_string(hide_password=True)


def _secrets(url: str) -> set[str]:
    """Each as it is written in the URL, and as a driver is given it."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return set()
    found = {str(value) for name, value in parsed.query.items() if _SECRET.search(name)}
    found.add(str(parsed.password or ""))
    return {
        form for secret in found if secret for form in (secret, quote(secret), quote_plus(secret))
    }


def _must_exist(url: str) -> None:
    file = url.removeprefix(JOURNAL) if url.startswith(JOURNAL) else None
    if url.startswith("sqlite"):
        file = make_url(url).database
    if file is None:
        return
    if not Path(file).is_file():
        raise FileNotFoundError("there is no such file")
    if not Path(file).stat().st_size:  # SQLite would take it, and Optuna fill it with tables
        raise ValueError("the file is empty")


def _check_folder(file: str) -> None:
    folder = Path(file).parent
    if not folder.is_dir():
        raise FileNotFoundError(f"the folder {folder} does not exist; create it")


def _journal(file: str) -> JournalStorage:
    if not file:
        raise ValueError("expected journal:FILE")
    _check_folder(file)
    return JournalStorage(WholeLines(Path(file)))


def _sqlite(url: str) -> RDBStorage:
    """Write-ahead log, one fsync less a commit: 30 ms a trial, not 460; readers never block."""
    file = make_url(url).database
    if file in (None, "", ":memory:"):
        raise ValueError("expected a file, sqlite:///FILE, for a search to go on from")
    if not str(file).startswith("file:"):  # a URL within the URL, SQLite's own
        _check_folder(str(file))
    storage = RDBStorage(url, engine_kwargs={"connect_args": {"timeout": BUSY_SECONDS}})
    storage.engine.dispose()  # connections opened before the listener would lack its settings
    event.listen(storage.engine, "connect", _tune)
    return storage


def _tune(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for attempt in range(ATTEMPTS):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError:  # another changes it now; SQLite waits for none of these
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(random.uniform(0.1, 0.5))
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()
