"""The folder in which a search keeps what Ray writes, its own Ray's sockets too; it goes with it.

A search that was killed leaves its folder behind, and the next one removes it: each is locked by
the driver that lives in it, so nobody's running Ray is touched.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from nas.core.errors import InputError

PREFIX = "nas-ray-"
LOCK = "driver.lock"
# The path of a Unix socket ends at 107 bytes, of which Ray's names take 65 and ours 17.
LONGEST = 24
NEEDED = 64 * 2**20  # logs, and what does not fit into shared memory; without, it hangs on start


@contextmanager
def session_folder(*, sockets: bool) -> Iterator[Path]:
    """A new folder under TMPDIR, removed afterwards; InputError where nothing can be written there.

    For `sockets` it is under /tmp where TMPDIR is too long a name for them.
    """
    base = _temporary()
    if sockets and len(str(base)) > LONGEST and Path("/tmp").is_dir():
        base = Path("/tmp")
    _sweep(base)
    try:
        free = shutil.disk_usage(base).free
        hidden = Path(tempfile.mkdtemp(prefix=f".{PREFIX}", dir=base))
        lock = FileLock(hidden / LOCK)
        lock.acquire(timeout=0)
        folder = hidden.rename(base / hidden.name.removeprefix("."))  # the lock goes with it
    except OSError as error:
        raise InputError(
            f"ray: {base}: cannot be written: {error.strerror}; set TMPDIR to another folder"
        ) from error
    try:
        if free < NEEDED:
            raise InputError(
                f"ray: {base}: {free // 2**20} MiB are free, of {NEEDED // 2**20} that are needed;"
                " make room there, or set TMPDIR to another folder"
            )
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()


def _temporary() -> Path:
    """Python tries TMPDIR and others, by writing there."""
    try:
        return Path(tempfile.gettempdir())
    except OSError as error:
        raise InputError(f"ray: no folder for temporary files: {error.strerror}") from error


def _sweep(base: Path) -> None:
    """Remove the folders of drivers that are dead."""
    for folder in base.glob(f"{PREFIX}*"):
        if not (folder / LOCK).is_file():
            continue
        try:
            with FileLock(folder / LOCK).acquire(timeout=0):
                shutil.rmtree(folder, ignore_errors=True)
        except (Timeout, OSError):  # it lives, or it is somebody else's
            continue
