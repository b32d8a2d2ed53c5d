"""Optuna's storages, opened so that a search and a dashboard can use one SQLite file together."""

import errno
import random
import re
import sqlite3
import time
import warnings
from pathlib import Path
from typing import Any

import optuna
from optuna.exceptions import OptunaError, StorageInternalError
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from nas.core.errors import InputError
from nas.core.redaction import cleaned, misread, redacted
from nas.study.journal import WholeLines

BUSY_SECONDS = 60  # how long a writer waits for another's lock
JOURNAL = "journal:"
ATTEMPTS = 5  # at opening a database that others open too
REFUSED = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES)  # by the disk


def open_storage(url: str, *, create: bool = True) -> BaseStorage:
    """`sqlite:///FILE`, any database URL that Optuna takes, or `journal:FILE`; else InputError.

    `create`: whether a file that is not there may be made.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # as of a parameter that SQLite lacks
            return _opened(url, create=create)
    except (SQLAlchemyError, OptunaError, ImportError, ValueError, RuntimeError, OSError) as error:
        raise InputError(
            f"--storage {redacted(url)}: cannot be opened as an Optuna storage: {told(error, url)}"
        ) from error


def _opened(url: str, *, create: bool) -> BaseStorage:
    fault = misread(url)
    if fault is not None:
        raise ValueError(fault)
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
    said = cleaned(re.split(r"\[SQL: |\(Background on this", str(error))[0], url)
    return " ".join(said.split())[:200]


def absolute(url: str) -> str:
    """The same storage, whichever folder it is named from: a relative file gets its full path."""
    if misread(url) is not None:
        return url
    for prefix in (JOURNAL, "sqlite:///"):
        file = url.removeprefix(prefix)
        if file != url and file and not file.startswith((":memory:", "file:", "?")):
            return prefix + str(Path(file).absolute())
    return url


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


def _check_place(file: str) -> None:
    folder = Path(file).parent
    if not folder.is_dir():
        raise FileNotFoundError(f"the folder {folder} does not exist; create it")
    if Path(file).exists() and not Path(file).is_file():  # a device or a pipe never ends
        raise ValueError("expected a plain file")


def _journal(file: str) -> JournalStorage:
    if not file:
        raise ValueError("expected journal:FILE")
    _check_place(file)
    try:
        return JournalStorage(WholeLines(Path(file)))
    except (LookupError, TypeError, AttributeError, AssertionError) as error:
        raise ValueError(
            f"a line of it is no log of a study ({type(error).__name__}); restore it from a copy"
        ) from error


def _sqlite(url: str) -> RDBStorage:
    """Write-ahead log, one fsync less a commit: 30 ms a trial, not 460; readers never block."""
    file = make_url(url).database
    if file in (None, "", ":memory:"):
        raise ValueError("expected a file, sqlite:///FILE, for a search to go on from")
    if not str(file).startswith("file:"):  # a URL within the URL, SQLite's own
        _check_place(str(file))
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
