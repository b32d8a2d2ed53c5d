"""The folder of one search: runs/<study>/ with its settings, its storage, its weights, and one driver."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from nas.core.errors import InputError
from nas.study.ledger import read_records
from nas.study.record import Record
from nas.study.settings import Settings, differences
from nas.study.storage import open_storage

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Run:
    """A run's folder and what `run.json` says of it."""

    folder: Path
    content: dict[str, Any]

    @property
    def name(self) -> str:
        """The study's name."""
        return str(self.content["study"])

    @property
    def settings(self) -> dict[str, Any]:
        """The settings as JSON values; `Settings.from_dict` gives them their types."""
        return dict(self.content["settings"])

    @property
    def storage_url(self) -> str:
        """Where the study lies; the default is relative to the folder."""
        url = str(self.content["storage"])
        return f"sqlite:///{(self.folder / 'study.db').resolve()}" if url == "study.db" else url

    @property
    def records(self) -> list[Record]:
        """Every evaluation so far."""
        return read_records(open_storage(self.storage_url), self.name)

    def weights_path(self, key: str, replicate: int) -> Path:
        """Where the trained weights of an evaluation are, if they were kept."""
        return self.folder / "weights" / f"{key}-{replicate}.safetensors"

    def weights(self, record: Record) -> Path | None:
        """The trained weights of a record; None if they were not kept."""
        path = self.weights_path(record.key, record.replicate)
        return path if path.exists() else None


def check_name(name: str) -> str:
    """The name itself; InputError for one that could leave its folder or confuse a shell."""
    if not _NAME.fullmatch(name):
        raise InputError(f"--study: expected letters, digits and . _ - (up to 100); got {name!r}")
    return name


def read_run(folder: Path, storage: str | None = None) -> Run:
    """The run in `folder`; InputError where there is none.

    `storage` is the URL with its password, where the run lies in a database that asks for one.
    """
    try:
        content = json.loads((folder / "run.json").read_text())
        content["storage"] = storage or content["storage"]
        Settings.from_dict(content["settings"])
        return Run(folder, content)
    except FileNotFoundError as error:
        raise InputError(f"{folder}: expected a run's folder with run.json; there is none") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder / 'run.json'}: cannot be read: {error}") from error


def open_run(
    out: Path, name: str, settings: Settings, *, storage: str | None, versions: dict[str, str]
) -> Run:
    """Create the folder, or go on in it; InputError naming each setting that differs."""
    folder = out / check_name(name)
    if (folder / "run.json").exists():
        run = read_run(folder)
        differing = differences(run.settings, settings.to_dict())
        if differing:
            raise InputError(f"study {name} has other settings: {'; '.join(differing)}")
        if storage is not None and redacted(storage) != run.content["storage"]:
            raise InputError(
                f"study {name} lies in {run.content['storage']}; got --storage {redacted(storage)}"
            )
        return run
    content = {
        "study": name,
        "storage": "study.db" if storage is None else redacted(storage),
        "settings": settings.to_dict(),
        "versions": versions,
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / "run.json", content)
    except OSError as error:
        raise InputError(f"--out {out}: cannot be written: {error.strerror}") from error
    return Run(folder, content)


def redacted(url: str) -> str:
    """A storage URL without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return url


def write_json(path: Path, content: dict[str, Any]) -> None:
    """All at once or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(content, indent=2) + "\n")
    temporary.replace(path)


@contextmanager
def only_driver(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; InputError while another process drives the same study."""
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise InputError(f"{folder}: another process is running this study; wait for it") from error
    try:
        yield
    finally:
        lock.release()
