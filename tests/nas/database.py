"""A PostgreSQL server of its own for a test, on loopback, with what Debian's package installs."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import optuna
import pytest
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial

from nas.study.storage import open_storage


def program(name: str) -> str:
    """Where a program of PostgreSQL lies; the test is skipped where it is not installed."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which(name) or shutil.which(name, path=":".join(map(str, places)))
    if found is None:
        pytest.skip(f"{name} is not installed (Debian's package postgresql)")
    return found


def owner() -> str | None:
    """The user to run as; the server refuses to be root's."""
    if os.getuid():
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    pytest.skip("root has no other user to run a server as")


def trials_of(url: str, name: str) -> list[FrozenTrial]:
    """What a storage holds of a study, which may not have been created yet."""
    storage = open_storage(url)
    try:
        return optuna.load_study(storage=storage, study_name=name).get_trials(deepcopy=False)
    except KeyError:
        return []
    finally:
        if isinstance(storage, RDBStorage):  # psycopg minds a connection that nobody closes
            storage.scoped_session.remove()
            storage.engine.dispose()


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of an empty database."""
    initdb, control, user = program("initdb"), program("pg_ctl"), owner()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if user is not None:
        shutil.chown(folder, user)

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=user, cwd=folder, capture_output=True, timeout=120)

    try:
        data = str(folder / "data")
        run(initdb, "--pgdata", data, "--auth", "trust", "--username", "search", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {folder}"
        # Its output must not be a pipe of ours: the server keeps it open.
        run(control, "--pgdata", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://search@127.0.0.1:{port}/postgres"
        finally:
            run(control, "--pgdata", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
