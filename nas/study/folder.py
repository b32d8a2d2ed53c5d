"""The folder of a run: whose it is at present, and files that are whole or not there."""

import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from filelock import FileLock, Timeout

from nas.core.errors import InputError, unwritable

LOCK = ".lock"
DRAFT = 600.0  # seconds, after which nobody writes on at a file that was begun


def write_json(path: Path, content: dict[str, Any]) -> None:
    """All at once or not at all."""
    temporary = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        temporary.write_text(json.dumps(content, indent=2) + "\n")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _sweep(folder: Path, *, alone: bool) -> None:
    """Delete what a killed driver was writing: each file is a hidden one before it is whole.

    Where others may be writing now, what is old of these, .NAME.SUFFIX.WRITER; a living driver may
    keep a file there that has no such name.
    """
    pattern, until = (".*", math.inf) if alone else (".*.*", time.time() - DRAFT)
    for place in (folder, folder / "weights"):
        for draft in place.glob(pattern):
            with suppress(OSError):  # its writer was faster
                if draft.name != LOCK and draft.is_file() and draft.stat().st_mtime < until:
                    draft.unlink()


@contextmanager
def driving(folder: Path, *, alone: bool) -> Iterator[None]:
    """Have the folder, and its lock if `alone`; InputError while another process holds that."""
    lock = FileLock(folder / LOCK)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if alone:
            lock.acquire(timeout=0)
        _sweep(folder, alone=alone)
    except Timeout as error:
        raise InputError(
            f"{folder}: another process is running this study; wait for it, or share the work in a"
            " database (--storage)"
        ) from error
    except OSError as error:
        raise unwritable(folder.parent, error) from error
    try:
        yield
    finally:
        lock.release()
